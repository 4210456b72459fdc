import Control
import Glibc
import Network
import NodePrograms

/// A program of a node or an add-on, which this one is when it is called by that name.
enum NodeProgram {
    /// Runs the program until it ends or a signal asks it to, and ends the process; returns when there is none of that name.
    static func run(_ name: String, _ words: [String]) {
        let isNode = name == "eyrie"
        let (program, arguments) = isNode ? (words[0], Array(words.dropFirst())) : (name, words)
        let service: any Service
        do {
            let found = try NodePrograms.service(program, arguments, clock: SystemClock(), random: RandomSource())
            guard let found else { return }
            service = found
        } catch {
            Terminal.error("Error: \(error)")
            exit(2)
        }
        StopSignal.listen()
        Eyrie.keep(endsOnSignal: true) { try await service.run() }
    }
}
