import Control
import Eksctl
import Glibc
import LinuxMachine
import Network
import NodePrograms

/// The program: a region's server, and the commands that talk to it.
@main struct Eyrie {
    static let version = "0.1.0"

    static func main() {
        var words = CommandLine.arguments
        let program = words.first?.split(separator: "/").last.map(String.init) ?? "eyrie"
        words = Array(words.dropFirst())
        signal(SIGPIPE, SIG_IGN)
        if let status = NodePrograms.plugin(program) { exit(status) }
        if words.first == "machine-init" { MachineInit.run(Array(words.dropFirst())) }
        if program != "eyrie" && program != "eksctl" || words.first == "node" { NodeProgram.run(program, words) }
        let isEksctl = program == "eksctl"
        let name = isEksctl ? "eksctl" : "eyrie"
        let tree = Command(
            name, help: isEksctl ? "The eksctl grammar, carried out by Eyrie" : "Amazon EKS on your own machine",
            subcommands: EksctlCommands.all
                + (isEksctl ? [] : ServerCommands.all + BackupCommands.all + [ImageCommands.all, StoreCommands.all]))
        let arguments = words
        keep {
            let session = try Client.session(program: name, home: DataDirectory.chosen(by: arguments), loops: .shared)
            try await tree.run(arguments, path: name, session: session)
        }
    }
    /// Does the work on an event loop and ends the process with it. SIGINT and SIGTERM, if they were taken over, cancel it where it
    /// `endsOnSignal`.
    static func keep(endsOnSignal: Bool = false, _ work: @escaping @Sendable () async throws -> Void) -> Never {
        let task = Task(executorPreference: EventLoopGroup.shared.next()) {
            do {
                try await work()
                exit(0)
            } catch  where error is CancellationError && Task.isCancelled {
                exit(0)
            } catch {
                Terminal.error("Error: \(Failure.text(error))")
                exit(1)
            }
        }
        StopSignal.deliver { if endsOnSignal { task.cancel() } }
    }
}
