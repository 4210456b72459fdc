import Control
import Eksctl
import Glibc
import LinuxMachine
import Network

/// The program: a region's server, and the commands that talk to it.
@main struct Eyrie {
    static let version = "0.1.0"

    static func main() {
        var words = CommandLine.arguments
        let program = words.first?.split(separator: "/").last.map(String.init) ?? "eyrie"
        words = Array(words.dropFirst())
        signal(SIGPIPE, SIG_IGN)
        if words.first == "machine-init" { MachineInit.run(Array(words.dropFirst())) }
        let isEksctl = program == "eksctl"
        let name = isEksctl ? "eksctl" : "eyrie"
        let tree = Command(
            name, help: isEksctl ? "The eksctl grammar, carried out by Eyrie" : "Amazon EKS on your own machine",
            subcommands: EksctlCommands.all + (isEksctl ? [] : ServerCommands.all))
        let loops = EventLoopGroup.shared
        let task = Task(executorPreference: loops.next()) {
            do {
                let session = try Client.session(program: name, home: DataDirectory.chosen(by: words), loops: loops)
                try await tree.run(words, path: name, session: session)
                exit(0)
            } catch {
                Terminal.error("Error: \(Failure.text(error))")
                exit(1)
            }
        }
        while !task.isCancelled { pause() }
    }
}
