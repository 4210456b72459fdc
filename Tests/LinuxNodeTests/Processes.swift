import Foundation

/// Programs that tests start, and what they leave behind.
enum Processes {
    /// Runs a program to its end. - Returns: what it wrote to standard output.
    @discardableResult
    static func run(_ command: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        let (output, error) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError, process.standardInput) = (output, error, FileHandle.nullDevice)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(command: command, complaint: complaint) }
        return text
    }

    /// Starts a program that writes its errors to a file. - Returns: its process, for the caller to wait for.
    static func start(_ command: [String], log: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, command[0], &actions, nil, &arguments, environ)
        guard status == 0 else { throw Failure(command: command, complaint: String(cString: strerror(status))) }
        return process
    }

    /// Ends every process whose command line names a path.
    static func kill(naming path: String) {
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let id = Int32(entry), id != getpid(), let line = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline"),
                String(decoding: line, as: UTF8.self).contains(path)
            else { continue }
            Glibc.kill(id, SIGKILL)
        }
    }

    /// Unmounts everything below a path.
    static func unmount(below path: String) {
        let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        for line in mounts.split(separator: "\n").reversed() {
            let words = line.split(separator: " ")
            if words.count > 1, words[1].hasPrefix(path) { umount2(String(words[1]), Int32(MNT_DETACH)) }
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let command: [String]
        let complaint: String
        var description: String { "\(command.joined(separator: " ")): \(complaint)" }
    }
}
