package import AWSServices
import Control
import Glibc
import Linux
import Synchronization

/// The machine driver for real machines on this host: each instance is a set of namespaces with a disk, limits and a first process of its
/// own. They outlive this process; the next one on the same folders finds them.
package final class LinuxMachines: MachineDriver {
    /// Where they have their things.
    package let folders: MachineFolders
    let program: String
    let log = Log("machines")
    private let templates: MachineTemplates
    private let table = Mutex<[String: Machine]>([:])
    private let report = Mutex<@Sendable (String, String) -> Void>({ _, _ in })

    /// Takes over the machines that run in these folders. `program` is the path of the eyrie binary that machines run.
    package init(folders: MachineFolders, program: String = "/proc/self/exe") {
        let program = HostPrograms.realPath(program)
        (self.folders, self.program) = (folders, program)
        templates = MachineTemplates(folders: folders, program: program)
        for instance in Files.names(in: folders.machines) where instance.hasPrefix(MachineTemplates.builder) {
            machine(instance).state.withLock { $0.process = ProcessRecord(path: folders.record(of: instance))?.adopt() }
            terminateHere(instance)
        }
        for instance in folders.instances() {
            guard let process = ProcessRecord(path: folders.record(of: instance))?.adopt() else { continue }
            let machine = machine(instance)
            machine.state.withLock { $0.process = process }
            follow(process, of: machine, isOwn: false)
            log.info("the machine still runs", ["instance": instance, "process": process.process])
        }
    }

    /// Sets who is told of machines that ended although nobody asked for it.
    package func onFailure(_ report: @escaping @Sendable (_ instanceID: String, _ reason: String) -> Void) {
        self.report.withLock { $0 = report }
    }

    /// Launches the machine, or finds it running; returns when its first process has its file tree and starts its services.
    /// - Throws: `MachineFailure` or `LinuxError`; what was half made is taken down, but for the disk.
    package func launch(_ spec: MachineSpec) async throws {
        guard let type = InstanceTypes.find(spec.instanceType) else { throw MachineFailure("no such instance type: \(spec.instanceType)") }
        if process(of: spec.instanceID) != nil { return }
        if !Files.exists(folders.disk(of: spec.instanceID)) {
            try Files.makeFolders(folders.diskFolder(of: spec.instanceID), mode: 0o700)
            try await templates.makeDisk(for: spec)
        }
        try await Blocking.run("launch") { [self] () throws(any Error) in
            let machine = machine(spec.instanceID)
            try machine.state.withLock { state in
                if let process = state.process, !process.hasEnded { return }
                cleanUp(spec.instanceID)
                do {
                    let process = try launching(spec, type).run()
                    state.process = process
                    follow(process, of: machine)
                } catch {
                    log.error("cannot launch", ["instance": spec.instanceID, "error": "\(error)"])
                    cleanUp(spec.instanceID)
                    throw error
                }
            }
        }
    }
    private func launching(_ spec: MachineSpec, _ type: InstanceType) -> MachineLaunch {
        let limits = CgroupLimits(cpuMillicores: type.vcpus * 1000, cpuShares: type.vcpus * 1024, memoryBytes: type.memoryMiB << 20)
        return MachineLaunch(
            instance: spec.instanceID, hostName: spec.privateDNSName, folders: folders, program: program, limits: limits,
            kubeletVersion: spec.kubeletVersion)
    }
    /// Ends the machine and removes all that was its own: processes, control groups, network namespace and disk.
    package func terminate(instanceID: String) async { await Blocking.run("terminate") { [self] in terminateHere(instanceID) } }
    /// Powers the machine off and keeps its disk and network.
    package func stop(instanceID: String) async { await Blocking.run("stop") { [self] in end(instanceID, gracefully: true) } }

    /// Powers every machine off, all at once, for a graceful end of the server; their disks stay.
    package func powerOffAll() async {
        let running = table.withLock { $0.values.map(\.instance) }
        await withTaskGroup(of: Void.self) { group in
            for instance in running { group.addTask { await self.stop(instanceID: instance) } }
        }
        try? Cgroup(folders.cgroup).remove()
    }
    /// Removes whatever belongs to instances that are not among these.
    package func sweep(keeping instances: Set<String>) async {
        await Blocking.run("sweep") { [self] in
            for instance in folders.instances() where !instances.contains(instance) {
                log.info("removing what is left of a machine", ["instance": instance])
                terminateHere(instance)
            }
        }
    }
    /// Makes the disks that machines of a region begin with, so that the first launches need not. - Throws: `LinuxError`, `MachineFailure`.
    package func prepare(region: String, kubeletVersion: String, gibibytes: [Int]) async throws {
        for size in gibibytes { try await templates.ensure(region: region, kubeletVersion: kubeletVersion, gibibytes: size) }
    }
    /// The instances whose machines run.
    package func running() -> [String] {
        let machines = table.withLock { Array($0.values) }
        return machines.filter { $0.state.withLock { $0.process.map { !$0.hasEnded } ?? false } }.map(\.instance).sorted()
    }
    /// The number of the machine's first process on this host; nil when it does not run.
    package func process(of instance: String) -> Int32? {
        let found = table.withLock { $0[instance] }
        return found?.state.withLock { $0.process.flatMap { $0.hasEnded ? nil : $0.process } }
    }

    private func machine(_ instance: String) -> Machine {
        table.withLock { table in
            if let machine = table[instance] { return machine }
            let machine = Machine(instance)
            table[instance] = machine
            return machine
        }
    }
    private func terminateHere(_ instance: String) {
        end(instance, gracefully: false)
        machine(instance).state.withLock { _ in
            NetworkNamespaces.remove(folders.network(of: instance))
            try? Files.removeTree(folders.diskFolder(of: instance))
        }
        table.withLock { _ = $0.removeValue(forKey: instance) }
    }
    private func end(_ instance: String, gracefully: Bool) {
        machine(instance).state.withLock { state in
            if let process = state.process {
                state.process = nil
                if gracefully { process.signal(SIGTERM) }
                if !gracefully || !process.waitHere(milliseconds: 12_000) { process.signal(SIGKILL) }
                if !process.waitHere(milliseconds: 10_000) { log.error("the machine does not end", ["instance": instance]) }
            }
            cleanUp(instance)
        }
    }
    /// Waits for the end of the process; when nobody asked for it, cleans up and reports. How it ended is known of an own child only.
    private func follow(_ process: ChildProcess, of machine: Machine, isOwn: Bool = true) {
        process.whenEnded { [weak self] status in
            guard let self else { return }
            Blocking.start("machine-end") {
                let unasked = machine.state.withLock { state in
                    guard state.process === process else { return false }
                    state.process = nil
                    self.cleanUp(machine.instance)
                    return true
                }
                guard unasked else { return }
                // Its first process ends by itself only when the machine is powered off from inside. Source: EC2, StateReason.
                let inside = isOwn && status == .exited(0) ? "InstanceInitiatedShutdown: " : ""
                let reason = "\(inside)the machine's first process ended\(isOwn ? ": \(status.text)" : "")"
                self.log.warning("a machine failed", ["instance": machine.instance, "reason": reason])
                let report = self.report.withLock { $0 }
                report(machine.instance, reason)
            }
        }
    }
    /// Removes what a machine has while it runs; its disk and network namespace stay. It must not run any more.
    private func cleanUp(_ instance: String) {
        let group = Cgroup(folders.cgroup(of: instance))
        for attempt in 0..<200 where group.layout.roots.contains(where: { Files.isFolder("\($0)/\(group.path)") }) {
            if attempt > 0 { usleep(10_000) }
            group.kill()
            try? group.remove()
        }
        if group.exists { log.error("the control group does not go", ["group": group.path]) }
        if Files.isFolder(folders.diskFolder(of: instance)), let console = try? Files.read(folders.console(of: instance)) {
            try? Files.replace(folders.lastConsole(of: instance), console, mode: 0o600)
        }
        try? Files.removeTree(folders.machine(instance))
    }
}

/// One machine; its lock is held by whoever changes what it is.
private final class Machine: Sendable {
    struct State {
        var process: ChildProcess?
    }
    let instance: String
    let state = Mutex(State())
    init(_ instance: String) { self.instance = instance }
}

extension ExitStatus {
    /// `exit code 1`, `signal 9`
    fileprivate var text: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let signal): "signal \(signal)"
        }
    }
}
