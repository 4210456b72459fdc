import AWSProtocol
import Behaviours
import Control
import Glibc
import Network

/// Runs behaviours against a region that runs somewhere: `eyrie-behaviours ENDPOINT REGION [WORD…]`, with the keys of an administrator in
/// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. WORDs choose the behaviours that have one of them in their names; without any, those run
/// that do not wait for hours to pass. Prints a line `ok NAME` or `not ok NAME` for each.
@main struct Main {
    static func main() async throws {
        let words = CommandLine.arguments.dropFirst()
        guard words.count >= 2, let key = variable("AWS_ACCESS_KEY_ID"), let secret = variable("AWS_SECRET_ACCESS_KEY") else {
            tell("usage: eyrie-behaviours ENDPOINT REGION [WORD…], with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY set")
            exit(2)
        }
        signal(SIGPIPE, SIG_IGN)
        let clock = SystemClock()
        let bed = try RemoteBed(
            endpoint: words[1], administrator: SigningCredential(accessKey: key, secret: secret), region: words[2], clock: clock)
        let wanted = words.dropFirst(2)
        let chosen = Behaviour.all.filter { behaviour in
            behaviour.runs(on: bed)
                && (wanted.isEmpty ? !behaviour.needs.contains(.time) : wanted.contains { behaviour.name.contains($0) })
        }
        var failed = false
        for (number, behaviour) in chosen.enumerated() {
            let begin = clock.now
            do {
                try await behaviour.run(on: bed, id: "b\(clock.now.seconds % 100_000)-\(number)")
                tell("ok behaviour: \(behaviour.name) (\((clock.now - begin).components.seconds) s)")
            } catch {
                failed = true
                tell("not ok behaviour: \(behaviour.name)\n    \(error)")
            }
        }
        exit(failed ? 1 : 0)
    }
    /// A line at once, also where it goes into a pipe.
    private static func tell(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    }
    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
