import Glibc
import Linux

/// One launch of a machine, from its disk to a first process that has its file tree. Holds its thread.
struct MachineLaunch {
    let instance: String
    let hostName: String
    let folders: MachineFolders
    let program: String
    let limits: CgroupLimits
    var kubeletVersion = ""
    /// Services of the machine besides its first process.
    var services = ["containerd", "node"]

    /// The disk must be there. - Throws: `LinuxError`, `MachineFailure`; what was made stays for the caller to take down.
    func run() throws -> ChildProcess {
        for folder in [folders.machine(instance), folders.diskMount(of: instance), folders.rootMount(of: instance)] {
            try Files.makeFolders(folder, mode: 0o700)
        }
        let group = Cgroup(folders.cgroup(of: instance))
        try group.create()
        try group.set(limits)
        try NetworkNamespaces.ensure(folders.network(of: instance))
        let disk = try LoopDevice(file: folders.disk(of: instance))
        let plan = MachinePlan(
            instanceID: instance, hostName: hostName, program: program, disk: disk.path, diskMount: folders.diskMount(of: instance),
            rootMount: folders.rootMount(of: instance), hidden: [folders.data], services: services, kubeletVersion: kubeletVersion,
            mayLowerScores: Capabilities.maySetResources)
        try plan.write(to: folders.plan(of: instance))
        return try start(group)
    }

    private func start(_ group: Cgroup) throws -> ChildProcess {
        let console = open(folders.console(of: instance), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard console >= 0 else { throw LinuxError("open", folders.console(of: instance)) }
        defer { close(console) }
        let pipe = try Pipe(waits: true)
        defer { close(pipe.reading) }
        var first = FirstProcess(path: program, arguments: ["machine-init", folders.plan(of: instance)])
        first.hostName = hostName
        first.network = folders.network(of: instance)
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
            try ProcessRecord(process: process.process)?.write(to: folders.record(of: instance))
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
