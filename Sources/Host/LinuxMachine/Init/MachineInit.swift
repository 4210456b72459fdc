import Glibc
import Linux

/// `eyrie machine-init PLAN`: the first process of a machine. It makes the machine's file tree, keeps its services alive, reaps what is
/// orphaned, and powers the machine off when told to.
package enum MachineInit {
    /// Descriptor of the pipe on which the host hears `ready`, or what went wrong.
    private static let hostPipe: Int32 = 3

    /// Runs until the machine is powered off; ends the process.
    package static func run(_ words: [String]) -> Never {
        guard getpid() == 1, words.count == 1, let plan = MachinePlan(path: words[0]) else {
            complain("machine-init runs as the first process of a machine only")
            exit(2)
        }
        _ = fcntl(hostPipe, F_SETFD, FD_CLOEXEC)
        var supervisor: Supervisor
        do {
            supervisor = try Supervisor(
                signals: Signals([SIGCHLD, SIGTERM, SIGINT, SIGHUP]), services: services.filter { plan.services.contains($0.name) })
            let containerd = ContainerdConfiguration(mayLowerScores: plan.mayLowerScores)
            try MachineRoot(plan: plan).make()
            try MachineFiles(plan: plan).write()
            try containerd.write()
        } catch {
            tellHost("\(error)")
            exit(1)
        }
        tellHost("ready")
        close(hostPipe)
        supervisor.run()
        exit(0)
    }
    private static let services = [
        Supervisor.Plan(
            name: "containerd",
            program: Program(HostPrograms.find("containerd") ?? "/usr/bin/containerd", ["--config", ContainerdConfiguration.path])),
        Supervisor.Plan(name: "node", program: Program("/usr/bin/eyrie", ["node"])),
    ]

    private static func tellHost(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(hostPipe, bytes, bytes.count)
        if text != "ready" { complain(text) }
    }
    private static func complain(_ text: String) {
        let bytes = Array("machine-init: \(text)\n".utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
