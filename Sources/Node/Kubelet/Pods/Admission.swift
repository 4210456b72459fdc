import Control
import Documents
import KubeModel

/// Whether the node takes a pod. Source: kubelet, pkg/kubelet/lifecycle/predicate.go.
struct Admission {
    struct Refusal: Sendable, Hashable {
        var reason: String, message: String
    }
    let facts: NodeFacts
    let labels: [String: String]
    /// The node's taints.
    let taints: [Value]
    let pressure: NodePressure
    /// The other pods that hold room on the node.
    let others: [PodSpecView]

    func refusal(of spec: PodSpecView) -> Refusal? {
        if let refusal = isPressed(spec) { return refusal }
        if let refusal = PodRefusal.of(spec.pod) { return Refusal(reason: refusal.reason, message: refusal.message) }
        if let refusal = lacks(spec) { return refusal }
        guard matches(spec) else {
            return Refusal(
                reason: "NodeAffinity", message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")
        }
        guard spec.isStatic || taints.allSatisfy({ $0["effect"] != "NoExecute" || Self.tolerates(spec, $0) }) else {
            let text = "Predicate TaintToleration failed: node(s) had untolerated taint(s)"
            return Refusal(reason: "TaintToleration", message: text)
        }
        guard portsAreFree(spec) else {
            let text = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
            return Refusal(reason: "NodePorts", message: text)
        }
        return nil
    }

    /// Under pressure the node takes critical pods alone; with memory short, all but those without requests. Source: eviction manager's Admit.
    private func isPressed(_ spec: PodSpecView) -> Refusal? {
        guard pressure != NodePressure(), !spec.isCritical else { return nil }
        let names = [(pressure.memory, "MemoryPressure"), (pressure.disk, "DiskPressure"), (pressure.pid, "PIDPressure")]
        if pressure.memory, !pressure.disk, !pressure.pid {
            let taint: Value = ["key": "node.kubernetes.io/memory-pressure", "effect": "NoSchedule"]
            if spec.pod["status"]["qosClass"] != "BestEffort" || Self.tolerates(spec, taint) { return nil }
        }
        let list = names.filter(\.0).map(\.1).joined(separator: " ")
        return Refusal(reason: "Evicted", message: "The node had condition: [\(list)]. ")
    }

    private static func tolerates(_ spec: PodSpecView, _ taint: Value) -> Bool {
        spec.pod["spec"]["tolerations"].items.contains { toleration in
            let (effect, key) = (toleration["effect"].string ?? "", toleration["key"].string ?? "")
            guard effect.isEmpty || effect == taint["effect"].string, key.isEmpty || key == taint["key"].string else { return false }
            return toleration["operator"] == "Exists" || !key.isEmpty && toleration["value"].string ?? "" == taint["value"].string ?? ""
        }
    }

    private func lacks(_ spec: PodSpecView) -> Refusal? {
        func refusal(_ resource: String, _ requested: Int, _ used: Int, _ capacity: Int) -> Refusal {
            let text = "Node didn't have enough resource: \(resource), requested: \(requested), used: \(used), capacity: \(capacity)"
            return Refusal(reason: "OutOf\(resource)", message: text)
        }
        if others.count + 1 > facts.maxPods { return refusal("pods", 1, others.count, facts.maxPods) }
        for resource in ["cpu", "memory", "ephemeral-storage"] {
            let capacity = Self.amount(facts.size.allocatable[resource], resource)
            let requested = PodRequests.amount(of: spec, resource)
            let used = others.reduce(0) { $0 + PodRequests.amount(of: $1, resource) }
            if requested > 0, requested + used > capacity { return refusal(resource, requested, used, capacity) }
        }
        return nil
    }

    private func matches(_ spec: PodSpecView) -> Bool {
        let body = spec.pod["spec"]
        guard body["nodeSelector"].strings.allSatisfy({ labels[$0.key] == $0.value }) else { return false }
        let required = body["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        guard !required.isNull else { return true }
        return required["nodeSelectorTerms"].items.contains { term in
            let (expressions, fields) = (term["matchExpressions"].items, term["matchFields"].items)
            guard !expressions.isEmpty || !fields.isEmpty else { return false }
            return expressions.allSatisfy { Self.holds($0, labels[$0["key"].string ?? ""]) }
                && fields.allSatisfy { Self.holds($0, $0["key"] == "metadata.name" ? facts.name : nil) }
        }
    }

    private static func holds(_ requirement: Value, _ value: String?) -> Bool {
        let operators: [String: LabelSelector.Operator] = [
            "In": .in, "NotIn": .notIn, "Exists": .exists, "DoesNotExist": .doesNotExist, "Gt": .greaterThan, "Lt": .lessThan,
        ]
        guard let known = operators[requirement["operator"].string ?? ""] else { return false }
        let values = requirement["values"].items.compactMap(\.string)
        return LabelSelector.Requirement(requirement["key"].string ?? "", known, values).holds(for: value)
    }

    private func portsAreFree(_ spec: PodSpecView) -> Bool {
        let taken = others.flatMap(Self.hostPorts)
        return Self.hostPorts(spec).allSatisfy { port in
            !taken.contains { other in
                other.port == port.port && other.kind == port.kind
                    && (other.address == port.address || other.address == "0.0.0.0" || port.address == "0.0.0.0")
            }
        }
    }

    private static func hostPorts(_ spec: PodSpecView) -> [(port: Int, kind: String, address: String)] {
        (spec.main + spec.initial.filter(\.isSidecar)).flatMap { $0.spec["ports"].items }.compactMap { port in
            guard let number = port["hostPort"].int, number > 0 else { return nil }
            let address = port["hostIP"].string ?? ""
            return (number, port["protocol"].string ?? "TCP", address.isEmpty ? "0.0.0.0" : address)
        }
    }

    /// Thousandths of CPU; else whole units.
    static func amount(_ value: Value, _ resource: String) -> Int {
        guard let quantity = Quantity(value) else { return 0 }
        return resource == "cpu" ? quantity.milli : quantity.units
    }
}

/// What a pod asks for. Source: component-helpers, resource.PodRequests.
enum PodRequests {
    /// Thousandths of CPU; else whole units.
    static func amount(of spec: PodSpecView, _ resource: String) -> Int {
        func request(_ slot: ContainerSlot) -> Int { Admission.amount(slot.spec["resources"]["requests"][resource], resource) }
        var sum = spec.main.reduce(0) { $0 + request($1) }
        var (sidecars, peak) = (0, 0)
        for slot in spec.initial {
            if slot.isSidecar {
                sidecars += request(slot)
                peak = max(peak, sidecars)
            } else {
                peak = max(peak, sidecars + request(slot))
            }
        }
        sum = max(sum + sidecars, peak)
        let whole = spec.pod["spec"]["resources"]["requests"][resource]
        if !whole.isNull { sum = Admission.amount(whole, resource) }
        return sum + Admission.amount(spec.pod["spec"]["overhead"][resource], resource)
    }
}

extension PodMachine {
    /// Refuses the pod when the node cannot take it beside the others.
    mutating func admit(by admission: Admission, _ now: Timestamp) {
        guard let refusal = admission.refusal(of: spec) else { return }
        note("Warning", refusal.reason, refusal.message)
        isRejected = true
        ending = PodEnding(
            cause: .rejected, began: now, grace: 0, reason: refusal.reason, message: "Pod was rejected: \(refusal.message)")
    }

    /// Whether it counts among the pods of the node.
    var holdsRoom: Bool {
        guard let ending else { return !spec.hasEnded }
        return ending.cause != .rejected && !isStopped
    }

    /// The document is gone: whatever is still here ends.
    mutating func leave(_ now: Timestamp) {
        guard ending?.cause != .removed else { return }
        ending = PodEnding(cause: .removed, began: ending?.began ?? now, grace: ending?.grace ?? spec.grace)
    }
}
