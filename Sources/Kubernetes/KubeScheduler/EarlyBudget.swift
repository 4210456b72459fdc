import Control

/// How many nodes may be looked at for pods whose rest is not over: it bounds what pods without hope cost while nothing else is to do.
struct EarlyBudget {
    private static let most = 500_000
    private var looks = most
    private var updated = Timestamp(seconds: 0)

    /// Takes that many looks, if they are there; half a million come each second.
    mutating func take(_ count: Int, now: Timestamp) -> Bool {
        let passed = max(0, now.nanoseconds - updated.nanoseconds)
        looks = min(Self.most, looks + Int(min(passed, 1_000_000_000)) / 2_000)
        updated = now
        guard looks >= count else { return false }
        looks -= count
        return true
    }
}
