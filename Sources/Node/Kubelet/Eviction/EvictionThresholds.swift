import KubeModel

/// What a node can run short of. Source: kubelet/eviction/api.
package enum EvictionSignal: String, Sendable, Hashable, CaseIterable {
    case memory = "memory.available"
    /// Of what all pods together may have.
    case podMemory = "allocatableMemory.available"
    case nodeStorage = "nodefs.available"
    case nodeInodes = "nodefs.inodesFree"
    case imageStorage = "imagefs.available"
    case imageInodes = "imagefs.inodesFree"
    case processes = "pid.available"

    /// What pods use of it, as messages name it.
    package var resource: String {
        switch self {
        case .memory, .podMemory: "memory"
        case .nodeStorage, .imageStorage: "ephemeral-storage"
        case .nodeInodes, .imageInodes: "inodes"
        case .processes: "pids"
        }
    }
    /// Whether files take it.
    package var isStorage: Bool { !isMemory && self != .processes }
    /// Whether it is memory, of the node or of its pods.
    package var isMemory: Bool { self == .memory || self == .podMemory }
}

/// How little of something may be left.
package struct EvictionThreshold: Sendable, Hashable {
    /// An amount, or a part of all there is.
    package enum Least: Sendable, Hashable {
        case amount(Int)
        case fraction(Double)
    }
    /// What may run short, and how little of it may be left.
    package var signal: EvictionSignal
    package var least: Least
    package init(_ signal: EvictionSignal, _ least: Least) { (self.signal, self.least) = (signal, least) }

    /// Bytes of memory that must be left.
    package static let standardMemory = 100 << 20
    /// The hard thresholds of an EKS node, with upstream's for images.
    package static let standard = [
        EvictionThreshold(.podMemory, .amount(standardMemory)), EvictionThreshold(.memory, .amount(standardMemory)),
        EvictionThreshold(.nodeStorage, .fraction(0.1)),
        EvictionThreshold(.nodeInodes, .fraction(0.05)), EvictionThreshold(.imageStorage, .fraction(0.15)),
        EvictionThreshold(.imageInodes, .fraction(0.05)), EvictionThreshold(.processes, .fraction(0.05)),
    ]

    /// The amount that it stands for where there is `capacity` in all.
    package func amount(of capacity: Int) -> Int {
        switch least {
        case .amount(let amount): amount
        case .fraction(let fraction): Int(Double(capacity) * fraction)
        }
    }
    /// Whether less is left.
    package func isMet(by reading: SignalReading) -> Bool { reading.available < amount(of: reading.capacity) }
}

/// How much of something there is and is left: bytes, inodes or processes.
package struct SignalReading: Sendable, Hashable {
    package var available: Int, capacity: Int
    package init(available: Int, capacity: Int) { (self.available, self.capacity) = (available, capacity) }

    /// The amount in the form of messages.
    package static func text(_ amount: Int, of signal: EvictionSignal) -> String {
        Quantity(amount, format: signal.isMemory || signal == .nodeStorage || signal == .imageStorage ? .binary : .decimal).text
    }
}
