import Behaviours
import Control
import Glibc

/// Runs trials of a whole system on simulated time: `eyrie-simulate [--seed N] [--seeds COUNT] [--steps N] [--servers N] [--loud]`.
///
/// Prints a line for each seed; for one that fails also the end of its trace and the command that plays it again.
@main struct Main {
    static func main() {
        runWithFixedHashing()
        Log.level = .error
        var (seed, seeds, steps, isLoud): (UInt64, UInt64, Int, Bool) = (1, 1, 30, false)
        var servers: Int?
        var words = CommandLine.arguments.dropFirst()
        while let word = words.popFirst() {
            switch word {
            case "--seed": seed = words.popFirst().flatMap { UInt64($0) } ?? seed
            case "--seeds": seeds = words.popFirst().flatMap { UInt64($0) } ?? seeds
            case "--steps": steps = words.popFirst().flatMap { Int($0) } ?? steps
            case "--servers": servers = words.popFirst().flatMap { Int($0) } ?? servers
            case "--loud": isLoud = true
            default:
                print("usage: eyrie-simulate [--seed N] [--seeds COUNT] [--steps N] [--servers N] [--loud]")
                exit(2)
            }
        }
        for seed in seed..<(seed + seeds) {
            var configuration = TrialConfiguration(seed: seed)
            (configuration.steps, configuration.isLoud) = (steps, isLoud)
            if let servers { configuration.servers = max(1, servers) }
            let begin = SystemClock().now
            let result = Trial(configuration).run()
            let took = Int((SystemClock().now - begin) / .milliseconds(1))
            print("seed \(seed): \(result.violation ?? "holds"), trace \(result.hash) of \(result.lines) lines, \(took) ms")
            if result.violation != nil { print(result.tail.joined(separator: "\n")) }
        }
    }

    /// The order of sets and dictionaries must not differ from run to run: Swift reads the wish from the environment, at its start.
    private static func runWithFixedHashing() {
        guard getenv("SWIFT_DETERMINISTIC_HASHING") == nil else { return }
        setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
        var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        execv("/proc/self/exe", &arguments)
        perror("cannot start again with fixed hashing")
        exit(1)
    }
}
