import Synchronization

/// One at a time for each key, all keys side by side; in the order of asking.
final class Turns: Sendable {
    private let lines = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    /// Does the work when those before it are done.
    func pass<Result, Failure: Error>(
        _ key: String, _ work: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        await take(key)
        defer { give(key) }
        return try await work()
    }

    private func take(_ key: String) async {
        await withCheckedContinuation { continuation in
            let isFirst = lines.withLock { lines in
                guard lines[key] != nil else {
                    lines[key] = []
                    return true
                }
                lines[key]?.append(continuation)
                return false
            }
            if isFirst { continuation.resume() }
        }
    }
    private func give(_ key: String) {
        let next = lines.withLock { lines -> CheckedContinuation<Void, Never>? in
            guard var line = lines[key], !line.isEmpty else {
                lines[key] = nil
                return nil
            }
            let next = line.removeFirst()
            lines[key] = line
            return next
        }
        next?.resume()
    }
}
