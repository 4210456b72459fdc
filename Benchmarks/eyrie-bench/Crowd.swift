import Documents
import Synchronization

/// Runs the operation for all numbers below `count`, so many at a time, and returns how long each took. The first failure ends it.
func crowd(_ count: Int, concurrency: Int, _ operation: @escaping @Sendable (Int) async throws -> Void) async throws -> Latencies {
    let next = Counter()
    return try await withThrowingTaskGroup(of: Latencies.self) { group in
        for _ in 0..<min(concurrency, count) {
            group.addTask {
                var latencies = Latencies()
                while case let number = next.take(), number < count {
                    let start = seconds()
                    try await operation(number)
                    latencies.add(seconds() - start)
                }
                return latencies
            }
        }
        return try await group.reduce(into: Latencies()) { $0.add($1) }
    }
}

private final class Counter: Sendable {
    private let value = Atomic(0)
    func take() -> Int { value.add(1, ordering: .relaxed).oldValue }
}

/// When the making of each object began.
final class StartTimes: Sendable {
    private let times = Mutex<[String: Double]>([:])
    func note(_ name: String) { times.withLock { $0[name] = seconds() } }
    func time(of name: String) -> Double { times.withLock { $0[name] ?? 0 } }
}

extension DocumentLimits {
    /// For answers of a server that we trust.
    static var unlimited: DocumentLimits {
        var limits = DocumentLimits()
        limits.bytes = .max
        return limits
    }
}
