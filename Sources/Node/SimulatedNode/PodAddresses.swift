import Synchronization

/// Gives pods their addresses. Every call may be repeated.
package protocol PodAddresses: Sendable {
    /// An address for the pod of that uid: the one it holds, or a free one; nil when none is free.
    func allocate(pod uid: String) -> String?
    /// Takes note that a pod holds an address already, as after a restart.
    func hold(_ address: String, pod uid: String)
    /// The pod is gone.
    func release(pod uid: String)
}

/// Addresses of one IPv4 range, in turn, so that one just released is not given again at once.
package final class AddressPool: PodAddresses {
    private struct State {
        var held: [String: UInt32] = [:]
        var taken: Set<UInt32> = []
        var next: UInt32 = 0
    }
    private let first: UInt32
    private let count: UInt32
    private let state = Mutex(State())

    /// - Parameters:
    ///   - first: the lowest address, as in `192.168.0.10`; nil is returned when it is none.
    ///   - count: how many addresses there are.
    package init?(first: String, count: Int) {
        guard let number = Self.number(first), count > 0, count <= Int(UInt32.max - number) else { return nil }
        (self.first, self.count) = (number, UInt32(count))
    }

    package func allocate(pod uid: String) -> String? {
        state.withLock { state in
            if let held = state.held[uid] { return Self.text(held) }
            guard state.taken.count < Int(count) else { return nil }
            for offset in 0..<count {
                let place = (state.next + offset) % count
                guard state.taken.insert(first + place).inserted else { continue }
                state.next = (place + 1) % count
                state.held[uid] = first + place
                return Self.text(first + place)
            }
            return nil
        }
    }
    package func hold(_ address: String, pod uid: String) {
        guard let number = Self.number(address) else { return }
        state.withLock { state in
            state.held[uid] = number
            state.taken.insert(number)
        }
    }
    package func release(pod uid: String) {
        state.withLock { state in
            if let number = state.held.removeValue(forKey: uid) { state.taken.remove(number) }
        }
    }

    private static func number(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4 else { return nil }
        return parts.reduce(UInt32?.some(0)) { sum, part in sum.flatMap { sum in part.map { sum << 8 | UInt32($0) } } }
    }
    private static func text(_ number: UInt32) -> String {
        "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    }
}
