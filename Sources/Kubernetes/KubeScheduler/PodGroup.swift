import KubeModel

/// Pods of one namespace with the same labels and owner: what selectors and spreading see of a pod. Pods of one ReplicaSet share one.
///
/// Its numbers belong to one `ClusterState` and are touched by its task alone.
final class PodGroup: @unchecked Sendable {
    let namespace: String
    let labels: [String: String]
    /// The uid of its ReplicaSet, StatefulSet or ReplicationController, by which pods that nobody asked to spread are spread; and all pods
    /// of that owner.
    let owner: String?
    let crowd: OwnerCrowd?
    /// How many of its pods are on each node by slot, and how many of those that are going.
    private(set) var staying = SlotCounts()
    private(set) var leaving = SlotCounts()
    /// Which counters count its pods, and which terms of pods on nodes select them.
    var counters = KnownMatches()
    var refusals = KnownMatches()
    var wishes = KnownMatches()

    init(namespace: String, labels: [String: String], owner: String?, crowd: OwnerCrowd?) {
        (self.namespace, self.labels, self.owner, self.crowd) = (namespace, labels, owner, crowd)
    }

    /// Whether any of its pods is on a node.
    var isPlaced: Bool { !staying.isEmpty || !leaving.isEmpty }

    func add(_ change: Int32, slot: Int32, isLeaving: Bool) {
        if isLeaving { return leaving.add(change, slot: slot) }
        staying.add(change, slot: slot)
        crowd?.staying.add(change, slot: slot)
    }
}

/// The pods of one owner, whatever labels they have: those on nodes have the labels of their zones.
///
/// Its numbers belong to one `ClusterState` and are touched by its task alone.
final class OwnerCrowd: @unchecked Sendable {
    /// How many of those that stay are on each node by slot, and in each zone.
    var staying = SlotCounts()
    var zones = DomainTally()
}

/// The members of a growing list that match something, as far as they have been looked at.
struct KnownMatches {
    /// Of which list; another one makes all void.
    var epoch = -1
    var seen = 0
    var matches: [Int32] = []
}

/// A pod's uid: sixteen bytes for those that are UUIDs, as the API server makes them.
enum PodUID: Sendable, Hashable {
    case number(UInt64, UInt64)
    case other(String)

    init(_ text: String) {
        var (high, low, digits) = (UInt64(0), UInt64(0), 0)
        for (index, byte) in text.utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else {
                    digits = 99
                    break
                }
                continue
            }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: digit = 255
            }
            guard digit < 16, digits < 32 else {
                digits = 99
                break
            }
            if digits < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
            digits += 1
        }
        self = digits == 32 && text.utf8.count == 36 ? .number(high, low) : .other(text)
    }

    /// As documents have it.
    var text: String {
        guard case .number(let high, let low) = self else {
            if case .other(let text) = self { return text }
            return ""
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { bytes.append(UInt8(ascii: "-")) }
            let word = index < 16 ? high : low
            let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - (index % 16) * 4) & 15)
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
