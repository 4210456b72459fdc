import Documents
import KubeModel

/// What the scheduler knows of a node, with the room that its pods take. Lives in one `ClusterState`, on one task.
final class SchedulingNode {
    let name: String
    /// Its number in the cluster state, and that of its zone: what tallies are kept by.
    let slot: Int
    var zoneSlot = 0
    private(set) var labels: [String: String] = [:]
    private(set) var taints: [SchedulingTaint] = []
    /// The taints that keep pods away, the one for `spec.unschedulable` aside; and those that only discourage.
    private(set) var repelling: [SchedulingTaint] = []
    private(set) var discouraging: [SchedulingTaint] = []
    private(set) var unschedulable = false
    private(set) var allocatable = Resources()
    private(set) var allowedPods = 0
    private(set) var zone = ""
    private(set) var used = Resources()
    /// With the amounts that scoring assumes where nothing is asked for.
    private(set) var assumed: (cpu: Int, memory: Int) = (0, 0)
    private(set) var pods: [String: SchedulingPod] = [:]
    private(set) var ports: [SchedulingPod.HostPort] = []
    /// Whether a Node document stands behind it; pods may name a node before it is there.
    var isReal = false

    init(_ name: String, slot: Int) { (self.name, self.slot) = (name, slot) }

    /// Takes over the document; tells whether anything that matters here has changed.
    func update(_ document: Value) -> Bool {
        let before = (labels, taints, unschedulable, allocatable, allowedPods)
        labels = document["metadata"]["labels"].strings
        taints = document["spec"]["taints"].items.map(SchedulingTaint.init)
        repelling = taints.filter { $0.effect == "NoSchedule" || $0.effect == "NoExecute" }
        discouraging = taints.filter { $0.effect == "PreferNoSchedule" }
        unschedulable = document["spec"]["unschedulable"].bool ?? false
        allocatable = Resources(document["status"]["allocatable"])
        allowedPods = Quantity(document["status"]["allocatable"]["pods"])?.units ?? 0
        zone = labels["topology.kubernetes.io/zone"] ?? ""
        defer { isReal = true }
        return !isReal || before != (labels, taints, unschedulable, allocatable, allowedPods)
    }
    func add(_ pod: SchedulingPod) {
        guard pods.updateValue(pod, forKey: pod.key) == nil else { return }
        used += pod.requests
        assumed = (assumed.cpu &+ pod.assumed.cpu, assumed.memory &+ pod.assumed.memory)
        ports += pod.ports
    }
    func remove(_ key: String) {
        guard let pod = pods.removeValue(forKey: key) else { return }
        used -= pod.requests
        assumed = (assumed.cpu &- pod.assumed.cpu, assumed.memory &- pod.assumed.memory)
        if !pod.ports.isEmpty { ports = pods.values.flatMap(\.ports) }
    }
    /// The node's domain for a topology key; the host name is the node's own where the label is missing.
    func domain(_ topologyKey: String) -> String? {
        labels[topologyKey] ?? (topologyKey == "kubernetes.io/hostname" ? name : nil)
    }
    /// Whether a taint keeps the pod away.
    func repels(_ pod: SchedulingPod) -> Bool { !repelling.isEmpty && repelling.contains { !pod.tolerates($0) } }
}
