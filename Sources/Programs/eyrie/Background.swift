import Control
import Eksctl
import Glibc

/// `eyrie up --detach`: the same command again in a session of its own, and a wait until it answers.
enum Background {
    static func start(_ home: DataDirectory, session: Session) async throws {
        var words = CommandLine.arguments.filter { !["--detach", "-d"].contains($0.split(separator: "=").first ?? "") }
        words[0] = Client.ownPath()
        let child = try spawn(words, log: home.log)
        for _ in 0..<600 {
            if let state = home.state, state.process == child, state.isAlive {
                session.print("the region is up at \(state.endpoint) (process \(child), log in \(home.log))")
                return session.print("set up your shell with: eval \"$(\(session.program) env)\"")
            }
            if waitpid(child, nil, WNOHANG) == child { throw UsageError("the region did not start\(reason(home.log)); see \(home.log)") }
            try await session.clock.sleep(for: .milliseconds(50))
        }
        throw UsageError("the region has not answered within 30 seconds; see \(home.log)")
    }

    /// What the log's last line gives as the reason, behind a colon; empty where it gives none.
    private static func reason(_ log: String) -> String {
        let prefix = "Error: "
        guard let last = TextFile.read(log)?.split(separator: "\n").last, last.hasPrefix(prefix) else { return "" }
        return ": " + last.dropFirst(prefix.count)
    }

    private static func spawn(_ words: [String], log: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID, which the Glibc module leaves out.
        posix_spawnattr_setflags(&attributes, 0x80)
        var child = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        let code = posix_spawn(&child, words[0], &actions, &attributes, arguments, environ)
        guard code == 0 else { throw UsageError("cannot start \(words[0]): \(String(cString: strerror(code)))") }
        return child
    }
}
