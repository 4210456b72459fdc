import Control
import Glibc
import Testing

@testable import Storage

/// A kind of store under test.
struct Bed: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable (StoreLimits, String) async throws -> Store

    static let all = local + (EtcdBinary.all.isEmpty ? [] : EtcdBinary.all.map(onEtcd))

    private static let local = [
        Bed(testDescription: "memory") { limits, _ in .memory(clock: FixedClock(), limits: limits) },
        Bed(testDescription: "log on a simulated disk") { limits, _ in
            try await .open(disk: SimulatedDisk(seed: 1), clock: FixedClock(), limits: limits, log: .small)
        },
        Bed(testDescription: "log on files") { limits, directory in
            var log = LogConfiguration.small
            log.isThreaded = true
            return try await .open(directory: directory, clock: FixedClock(), limits: limits, log: log)
        },
    ]

    /// The one etcd of a kind that all tests share, each below a prefix of its own.
    private static func onEtcd(_ binary: EtcdBinary) -> Bed {
        let shared = SharedEtcd(binary)
        return Bed(testDescription: binary.testDescription) { limits, directory in
            var configuration = try await shared.cluster().configuration()
            configuration.prefix = directory + "/"
            return try await .etcd(configuration, clock: SystemClock(), limits: limits)
        }
    }

    func run(limits: StoreLimits = StoreLimits(), _ body: (Store) async throws -> Void) async throws {
        try await withDirectory { directory in
            let store = try await make(limits, directory)
            try await body(store)
            await store.close()
        }
    }
}

extension LogConfiguration {
    /// Segments so small that a test fills many, and no threads.
    static var small: LogConfiguration {
        _ = quiet
        var log = LogConfiguration()
        (log.segmentBytes, log.frameBytes, log.copyBytes) = (64 << 10, 16 << 10, 8 << 10)
        (log.leastSegments, log.isThreaded) = (3, false)
        return log
    }
}

/// Hundreds of stores are opened, and many of their disks fail on purpose.
private let quiet: Void = { Log.level = .error }()

/// Calls `body` with an empty directory, which is removed afterwards.
func withDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    var template = Array("/tmp/eyrie-store-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw DiskError("mkdtemp", "/tmp", errno) }
    let path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    defer {
        for name in (try? FileDisk(path: path).list()) ?? [] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
    return try await body(path)
}
