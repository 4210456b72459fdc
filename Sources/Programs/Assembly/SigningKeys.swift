import Cryptography
import Linux
import Synchronization

/// The keys with which new clusters sign their service accounts' tokens.
///
/// An RSA key takes a tenth of a second of a processor to find. So they are found on threads of their own, away from the event loops, a
/// few at a time; and once one was asked for or announced, two more are found ahead.
final class SigningKeys: Sendable {
    private typealias Outcome = Result<PrivateKey, CryptographyError>
    private struct State {
        var ready: [PrivateKey] = []
        var waiting: [CheckedContinuation<Outcome, Never>] = []
        var threads = 0
    }
    private let state = Mutex(State())
    private let most: Int
    private static let ahead = 2

    /// Keys that are found on so many threads at once, at most; on the caller's thread for 0.
    init(threads: Int) { most = threads }

    /// Says that a key will be asked for before long.
    func prepare() { if most > 0 { find() } }

    /// A key that nobody else gets.
    /// - Throws: `CryptographyError` when none can be made.
    func next() async throws(CryptographyError) -> PrivateKey {
        guard most > 0 else { return try PrivateKey.generate(.rsa2048) }
        let outcome = await withCheckedContinuation { continuation in
            let key = state.withLock { state in
                let key = state.ready.popLast()
                if key == nil { state.waiting.append(continuation) }
                return key
            }
            find()
            if let key { continuation.resume(returning: .success(key)) }
        }
        return try outcome.get()
    }

    /// Sees to it that as many threads are at work as are of use.
    private func find() {
        let starts = state.withLock { state in
            let wanted = min(most, state.waiting.count + max(0, Self.ahead - state.ready.count))
            let starts = max(0, wanted - state.threads)
            state.threads += starts
            return starts
        }
        for _ in 0..<starts {
            Blocking.start("signing-keys") { [self] in while findOne() {} }
        }
    }

    /// Finds one key and gives it to whoever waits longest; tells whether more are wanted.
    private func findOne() -> Bool {
        let outcome: Outcome
        do throws(CryptographyError) { outcome = .success(try PrivateKey.generate(.rsa2048)) } catch { outcome = .failure(error) }
        let (waiter, goesOn) = state.withLock { state in
            let waiter = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
            if waiter == nil, case .success(let key) = outcome { state.ready.append(key) }
            var goesOn = !state.waiting.isEmpty || state.ready.count < Self.ahead
            if case .failure = outcome, waiter == nil { goesOn = false }
            if !goesOn { state.threads -= 1 }
            return (waiter, goesOn)
        }
        waiter?.resume(returning: outcome)
        return goesOn
    }
}
