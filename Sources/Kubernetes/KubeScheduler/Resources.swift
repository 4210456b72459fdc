import Documents
import KubeModel

/// Amounts of what nodes have and pods ask for, none beyond `most`.
///
/// Sums wrap instead of trapping: it would take thousands of pods on one node that each ask for `most`, and taking them away again gives
/// the right amounts back.
struct Resources: Sendable, Hashable {
    /// Thousandths of a CPU.
    var cpu = 0
    /// Bytes.
    var memory = 0
    /// Bytes of ephemeral storage.
    var storage = 0
    /// Extended resources and huge pages, in units.
    var extended: [String: Int] = [:]

    /// More than any machine has, and little enough for percentages of sums.
    static let most = 1 << 50

    init() {}
    /// The amount, `most` at most.
    static func bounded(_ amount: Int) -> Int { min(amount, most) }
    /// Reads a resource list; `pods` is not among these, it is counted.
    init(_ list: Value) {
        for member in list.object ?? [:] {
            guard let quantity = Quantity(member.value) else { continue }
            switch member.key {
            case "cpu": cpu = Self.bounded(quantity.milli)
            case "memory": memory = Self.bounded(quantity.units)
            case "ephemeral-storage": storage = Self.bounded(quantity.units)
            case "pods": break
            default: extended[member.key] = Self.bounded(quantity.units)
            }
        }
    }

    static func += (left: inout Resources, right: Resources) {
        left.cpu &+= right.cpu
        left.memory &+= right.memory
        left.storage &+= right.storage
        if !right.extended.isEmpty { left.extended.merge(right.extended, uniquingKeysWith: &+) }
    }
    static func -= (left: inout Resources, right: Resources) {
        left.cpu &-= right.cpu
        left.memory &-= right.memory
        left.storage &-= right.storage
        for (name, amount) in right.extended { left.extended[name, default: 0] &-= amount }
    }
    /// The larger amount of each.
    mutating func raise(to other: Resources) {
        (cpu, memory, storage) = (max(cpu, other.cpu), max(memory, other.memory), max(storage, other.storage))
        extended.merge(other.extended, uniquingKeysWith: max)
    }
}

extension Resources {
    /// What a pod asks for: its containers and sidecars together, or more where an init container needs it; and the overhead.
    /// Source: kubernetes, component-helpers, resource.PodRequests.
    init(pod spec: Value) {
        self.init()
        var sidecars = Resources()
        var beginning = Resources()
        for container in spec["initContainers"].items {
            var needed = Resources(container["resources"]["requests"])
            if container["restartPolicy"].string == "Always" {
                sidecars += needed
                needed = sidecars
            } else {
                needed += sidecars
            }
            beginning.raise(to: needed)
        }
        for container in spec["containers"].items { self += Resources(container["resources"]["requests"]) }
        self += sidecars
        raise(to: beginning)
        let whole = spec["resources"]["requests"]
        if whole.object?.isEmpty == false {
            let requested = Resources(whole)
            if !whole["cpu"].isNull { cpu = requested.cpu }
            if !whole["memory"].isNull { memory = requested.memory }
        }
        self += Resources(spec["overhead"])
        (cpu, memory, storage) = (Self.bounded(cpu), Self.bounded(memory), Self.bounded(storage))
        extended = extended.mapValues(Self.bounded)
    }
}
