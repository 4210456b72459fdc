import AWSServices
import Glibc
import Linux

/// One launch of a machine, from nothing to a first process that has its file tree. Holds its thread.
struct MachineLaunch {
    let spec: MachineSpec
    let folders: MachineFolders
    let program: String

    func run() throws -> ChildProcess {
        let id = spec.instanceID
        guard let type = InstanceTypes.find(spec.instanceType) else { throw MachineFailure("no such instance type: \(spec.instanceType)") }
        for folder in [folders.machine(id), folders.diskMount(of: id), folders.rootMount(of: id), folders.diskFolder(of: id)] {
            try Files.makeFolders(folder, mode: 0o700)
        }
        try MachineDisk(path: folders.disk(of: id), gibibytes: spec.diskGiB).ensure()
        let group = Cgroup(folders.cgroup(of: id))
        try group.create()
        try group.set(CgroupLimits(cpuMillicores: type.vcpus * 1000, cpuShares: type.vcpus * 1024, memoryBytes: type.memoryMiB << 20))
        try NetworkNamespaces.ensure(folders.network(of: id))
        let disk = try LoopDevice(file: folders.disk(of: id))
        let plan = MachinePlan(
            instanceID: id, hostName: spec.privateDNSName, disk: disk.path, diskMount: folders.diskMount(of: id),
            rootMount: folders.rootMount(of: id), hidden: [folders.data], kubeletVersion: spec.kubeletVersion,
            mayLowerScores: Capabilities.maySetResources)
        try plan.write(to: folders.plan(of: id))
        return try start(group, disk)
    }

    private func start(_ group: Cgroup, _ disk: LoopDevice) throws -> ChildProcess {
        let id = spec.instanceID
        let console = open(folders.console(of: id), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard console >= 0 else { throw LinuxError("open", folders.console(of: id)) }
        defer { close(console) }
        let pipe = try Pipe(waits: true)
        defer { close(pipe.reading) }
        var first = FirstProcess(path: program, arguments: ["machine-init", folders.plan(of: id)])
        first.hostName = spec.privateDNSName
        first.network = folders.network(of: id)
        first.cgroups = group.folders.map { "\($0)/cgroup.procs" }
        (first.console, first.inherited) = (console, pipe.writing)
        let process: ChildProcess
        do {
            process = try first.start()
            close(pipe.writing)
        } catch {
            close(pipe.writing)
            throw error
        }
        do {
            try ProcessRecord(process: process.process)?.write(to: folders.record(of: id))
            try awaitReady(pipe.reading)
            return process
        } catch {
            process.signal(SIGKILL)
            _ = process.waitHere(milliseconds: 10_000)
            process.whenEnded { _ in }
            throw error
        }
    }
    /// Waits until the first process says `ready`; it says its trouble otherwise.
    private func awaitReady(_ pipe: Int32) throws {
        var said: [UInt8] = []
        while true {
            var descriptor = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, 20_000) > 0 else { throw MachineFailure("the machine does not boot") }
            var part = [UInt8](repeating: 0, count: 1024)
            let count = read(pipe, &part, part.count)
            if count > 0 { said += part[..<count] }
            if said.elementsEqual("ready".utf8) { return }
            if count <= 0 {
                let text = String(decoding: said, as: UTF8.self)
                throw MachineFailure(text.isEmpty ? "the machine's first process ended while it booted" : text)
            }
        }
    }
}
