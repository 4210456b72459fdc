import CLinux
import Glibc

/// A program to run. Source: posix_spawn(3).
package struct Program: Sendable, Hashable {
    /// An absolute path.
    package var path: String
    /// Without the program's own name.
    package var arguments: [String]
    /// `NAME=value`; nil passes this process's own on.
    package var environment: [String]?
    /// The folder to begin in; nil for this process's own.
    package var folder: String?
    /// This process's descriptor for each of the child's; standard input, output and error that are not named become /dev/null.
    package var descriptors: [Int32: Int32] = [:]
    /// Whether it leads a session of its own, away from this process's terminal.
    package var leadsSession = false
    package init(_ path: String, _ arguments: [String] = [], environment: [String]? = nil, folder: String? = nil) {
        (self.path, self.arguments, self.environment, self.folder) = (path, arguments, environment, folder)
    }
}

/// How a process ended.
package enum ExitStatus: Sendable, Hashable {
    case exited(Int32)
    case signalled(Int32)
    /// The exit code as shells tell it: 128 and the signal's number for a killed process.
    package var code: Int32 {
        switch self {
        case .exited(let code): code
        case .signalled(let signal): 128 + signal
        }
    }
    /// Reads a status of wait(2).
    package init(wait status: Int32) { self = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f) }
}

/// Starts processes without copying this one: no Swift code runs between fork and exec.
package enum Spawn {
    /// Starts a program. Its child is reaped by `ChildProcess.wait`, which has to be called. - Throws: `LinuxError`.
    package static func start(_ program: Program) throws(LinuxError) -> ChildProcess {
        let process = try process(program)
        let pidfd = linux_pidfd_open(process)
        guard pidfd >= 0 else { throw LinuxError("pidfd_open", program.path) }
        return ChildProcess(process: process, pidfd: pidfd)
    }
    /// Starts a program whose end the caller sees by wait(2). - Throws: `LinuxError`.
    package static func process(_ program: Program) throws(LinuxError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        linux_spawn_fresh(&attributes, program.leadsSession ? 1 : 0)
        for standard in 0...2 as ClosedRange<Int32> where program.descriptors[standard] == nil {
            posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0)
        }
        for (child, own) in program.descriptors.sorted(by: { $0.key < $1.key }) {
            posix_spawn_file_actions_adddup2(&actions, own, child)
        }
        if let folder = program.folder { linux_spawn_chdir(&actions, folder) }
        var process = Int32(0)
        let code = withStrings([program.path] + program.arguments) { arguments in
            guard let environment = program.environment else {
                return posix_spawn(&process, program.path, &actions, &attributes, arguments, environ)
            }
            return withStrings(environment) { posix_spawn(&process, program.path, &actions, &attributes, arguments, $0) }
        }
        guard code == 0 else { throw LinuxError("run", program.path, code: code) }
        return process
    }
    /// Runs a program to its end while the calling thread waits. - Throws: `LinuxError`.
    package static func runHere(_ program: Program) throws(LinuxError) -> ExitStatus {
        let process = try process(program)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw LinuxError("wait", program.path) }
        }
        return ExitStatus(wait: status)
    }
    /// The strings as C wants them, ending with nil.
    package static func withStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) throws -> Result
    ) rethrows -> Result {
        let pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return try body(pointers)
    }

    /// Runs a program to its end and returns how it ended and what it wrote to standard output and error together, `limit` bytes at most.
    /// - Throws: `LinuxError`.
    package static func run(_ program: Program, limit: Int = 1 << 20) async throws(LinuxError) -> (status: ExitStatus, output: [UInt8]) {
        let pipe = try Pipe(waits: false)
        let (reading, writing) = (pipe.reading, pipe.writing)
        defer { close(reading) }
        var program = program
        for output in [1, 2] as [Int32] where program.descriptors[output] == nil { program.descriptors[output] = writing }
        let child: ChildProcess
        do {
            child = try start(program)
            close(writing)
        } catch {
            close(writing)
            throw error
        }
        var output: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(reading, &part, part.count)
            if count == 0 { break }
            if count > 0 {
                output += part[..<min(count, limit - min(output.count, limit))]
            } else if errno == EAGAIN {
                await ProcessWatcher.shared.ready(reading)
            } else if errno != EINTR {
                break
            }
        }
        return (await child.wait(), output)
    }
}
