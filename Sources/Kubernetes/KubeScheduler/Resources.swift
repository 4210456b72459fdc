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

/// What nodes hold for containers whose resources are being changed.
struct Allocation {
    /// The statuses of those containers by name.
    private let statuses: [String: Value]
    /// Whether the node will not grant the change: what the pod asks for does not count then.
    private let isResizeRefused: Bool

    init(_ statuses: [Value] = [], isResizeRefused: Bool = false) {
        self.statuses = Dictionary(statuses.map { ($0["name"].string ?? "", $0) }) { first, _ in first }
        self.isResizeRefused = isResizeRefused
    }
    /// The most of what a container asks for, has and was granted. Source: resource.PodRequests with UseStatusResources.
    func requests(_ container: Value) -> Resources {
        let asked = Resources(container["resources"]["requests"])
        guard let status = statuses[container["name"].string ?? ""] else { return asked }
        var most = isResizeRefused ? Resources() : asked
        most.raise(to: Resources(status["resources"]["requests"]))
        most.raise(to: Resources(status["allocatedResources"]))
        return most
    }
}

extension Resources {
    /// What a pod asks for: its containers and sidecars together, or more where an init container needs it; and the overhead.
    /// Source: kubernetes, component-helpers, resource.PodRequests.
    init(pod spec: Value, allocated: Allocation = Allocation()) {
        self = Self.sum(spec) { allocated.requests($0) }
        for member in spec["resources"]["requests"].object ?? [:] {
            // Amounts of the pod as a whole take the place of its containers'.
            let whole = Resources([member.key: member.value])
            switch member.key {
            case "cpu": cpu = whole.cpu
            case "memory": memory = whole.memory
            case let name where name.hasPrefix("hugepages-"): extended[name] = whole.extended[name]
            default: break
            }
        }
        self += Resources(spec["overhead"])
        bound()
    }
    /// CPU and memory with what scoring assumes of containers that ask for nothing.
    /// Source: kubernetes, scheduler util, DefaultMilliCPURequest and DefaultMemoryRequest.
    static func assumed(_ spec: Value, _ allocated: Allocation) -> (cpu: Int, memory: Int) {
        var sum = sum(spec) { container in
            var requests = allocated.requests(container)
            let asked = container["resources"]["requests"]
            if asked["cpu"].isNull { requests.cpu = max(requests.cpu, 100) }
            if asked["memory"].isNull { requests.memory = max(requests.memory, 200 << 20) }
            return requests
        }
        let whole = spec["resources"]["requests"]
        if let quantity = Quantity(whole["cpu"]) { sum.cpu = bounded(quantity.milli) }
        if let quantity = Quantity(whole["memory"]) { sum.memory = bounded(quantity.units) }
        sum += Resources(spec["overhead"])
        sum.bound()
        return (sum.cpu, sum.memory)
    }

    private static func sum(_ spec: Value, _ requests: (Value) -> Resources) -> Resources {
        var (all, sidecars, beginning) = (Resources(), Resources(), Resources())
        for container in spec["initContainers"].items {
            var needed = requests(container)
            if container["restartPolicy"].string == "Always" {
                sidecars += needed
                needed = sidecars
            } else {
                needed += sidecars
            }
            beginning.raise(to: needed)
        }
        for container in spec["containers"].items { all += requests(container) }
        all += sidecars
        all.raise(to: beginning)
        return all
    }
    private mutating func bound() {
        (cpu, memory, storage) = (Self.bounded(cpu), Self.bounded(memory), Self.bounded(storage))
        extended = extended.mapValues(Self.bounded)
    }
}
