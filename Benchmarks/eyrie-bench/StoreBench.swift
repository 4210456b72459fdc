import Control
import Documents
import Glibc
import Storage

/// Durable puts into the store: many writers, one realm.
struct StoreBench {
    private let directory: String?
    /// An etcd's endpoint.
    private let etcd: String?
    private let writers: Int
    private let count: Int
    private let bytes: Int

    init(_ options: Options) throws {
        (directory, etcd) = (options.text("directory"), options.text("store"))
        writers = try options.number("writers", 64)
        count = try options.number("count", 200_000)
        bytes = try options.number("bytes", 2000)
    }

    func run() async throws {
        let store = try await open()
        let realm = try await store.realm("bench")
        let document = Encoded(document: ["metadata": ["name": "x"], "text": .string(String(repeating: "x", count: bytes))])
        let began = seconds()
        let cpu = ownProcessorSeconds()
        let latencies = try await withThrowingTaskGroup(of: Latencies.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    var latencies = Latencies()
                    for number in 0..<(count / writers) {
                        let start = seconds()
                        _ = try await realm.commit(Write("k/\(writer)/\(number % 1000)", .put(document), if: .none))
                        latencies.add(seconds() - start)
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: Latencies()) { $0.add($1) }
        }
        report(
            "put \(bytes) bytes, \(writers) writers, \(directory ?? etcd ?? "memory")", latencies, seconds: seconds() - began,
            processorSeconds: ownProcessorSeconds() - cpu)
        let scan = seconds()
        let snapshot = realm.snapshot()
        let entries = snapshot.range(prefix: "k/").count
        print("scan of \(entries) keys: \(fixed((seconds() - scan) * 1000)) ms")
        await store.close()
        guard let directory else { return }
        let open = seconds()
        try await Store.open(directory: directory, clock: SystemClock()).close()
        print("open: \(fixed((seconds() - open) * 1000)) ms")
    }

    private func open() async throws -> Store {
        if let directory { return try await .open(directory: directory, clock: SystemClock()) }
        guard let etcd else { return .memory(clock: SystemClock()) }
        var configuration = EtcdConfiguration(endpoints: [etcd])
        configuration.prefix = "/bench/\(getpid())/"
        return try await .etcd(configuration, clock: SystemClock())
    }
}
