import Documents
import KubeModel

/// What the scheduler knows of a node besides its load. Lives in one `ClusterState`, on one task.
final class SchedulingNode {
    let name: String
    /// Its number in the cluster state: what loads and tallies are kept by.
    let slot: Int32
    private(set) var labels: [String: String] = [:]
    /// The taints that keep pods away, the one for `spec.unschedulable` aside; and those that only discourage.
    private(set) var repelling: [SchedulingTaint] = []
    private(set) var discouraging: [SchedulingTaint] = []
    private(set) var unschedulable = false
    private(set) var allocatable = Resources()
    private(set) var allowedPods = 0
    private(set) var zone = ""
    /// The sizes in bytes of the images that it has, by name.
    private(set) var images: [String: Int] = [:]
    /// What it declares that it can do.
    private(set) var features: Set<String> = []
    private(set) var used = Resources()
    private(set) var assumed: (cpu: Int, memory: Int) = (0, 0)
    private(set) var pods: [SchedulingPod] = []
    private(set) var ports: [PodShape.HostPort] = []
    /// How often its pods name a volume that may count against a limit.
    private(set) var volumeUses = 0
    /// Whether a Node document stands behind it; pods may name a node before it is there.
    var isReal = false

    init(_ name: String, slot: Int32) { (self.name, self.slot) = (name, slot) }

    /// Takes over what a document says.
    func update(_ seen: SeenNode) {
        labels = seen.labels
        repelling = seen.taints.filter { $0.effect == "NoSchedule" || $0.effect == "NoExecute" }
        discouraging = seen.taints.filter { $0.effect == "PreferNoSchedule" }
        (unschedulable, allocatable, allowedPods, images) = (seen.unschedulable, seen.allocatable, seen.allowedPods, seen.images)
        features = seen.features
        zone = "\(labels["topology.kubernetes.io/region"] ?? ""):\(labels["topology.kubernetes.io/zone"] ?? "")"
        isReal = true
    }
    /// Puts a pod there; tells its place in the list.
    func add(_ pod: SchedulingPod) -> Int {
        pods.append(pod)
        let shape = pod.shape
        used += shape.requests
        assumed = (assumed.cpu &+ shape.assumed.cpu, assumed.memory &+ shape.assumed.memory)
        ports += shape.ports
        volumeUses += pod.demands?.content.volumeUses ?? 0
        return pods.count - 1
    }
    /// Puts a pod that weighs the same in the place of one.
    func replace(at place: Int, with pod: SchedulingPod) { pods[place] = pod }
    /// Takes the pod at a place away; the last one takes its place.
    func remove(at place: Int) -> SchedulingPod? {
        let pod = pods[place]
        let last = pods.removeLast()
        if place < pods.count { pods[place] = last }
        used -= pod.shape.requests
        assumed = (assumed.cpu &- pod.shape.assumed.cpu, assumed.memory &- pod.shape.assumed.memory)
        volumeUses -= pod.demands?.content.volumeUses ?? 0
        if !pod.shape.ports.isEmpty { ports = pods.flatMap(\.shape.ports) }
        return place < pods.count ? last : nil
    }
    /// The node's domain for a topology key; the host name is the node's own where the label is missing.
    func domain(_ topologyKey: String) -> String? {
        labels[topologyKey] ?? (topologyKey == "kubernetes.io/hostname" ? name : nil)
    }
    /// Whether a taint keeps the pod away.
    func repels(_ shape: PodShape) -> Bool { !repelling.isEmpty && repelling.contains { !shape.tolerates($0) } }
}

/// The parts of a Node document that matter to pods.
struct SeenNode: Equatable {
    let name: String
    var labels: [String: String] = [:]
    var taints: [SchedulingTaint] = []
    var unschedulable = false
    var allocatable = Resources()
    var allowedPods = 0
    var images: [String: Int] = [:]
    var features: Set<String> = []

    /// - Returns: nil for a document without a name.
    init?(_ document: Document) {
        let root = document.root
        guard let name = root["metadata"]?["name"]?.string else { return nil }
        self.name = name
        labels = root["metadata"]?["labels"]?.value.strings ?? [:]
        taints = (root["spec"]?["taints"]?.items ?? []).map { SchedulingTaint($0.value) }
        unschedulable = root["spec"]?["unschedulable"]?.bool ?? false
        let amounts = root["status"]?["allocatable"]?.value ?? .null
        allocatable = Resources(amounts)
        allowedPods = Quantity(amounts["pods"])?.units ?? 0
        features = Set((root["status"]?["declaredFeatures"]?.items ?? []).compactMap(\.string))
        for image in root["status"]?["images"]?.items ?? [] {
            let size = image["sizeBytes"]?.int ?? 0
            for name in image["names"]?.items ?? [] { if let name = name.string { images[name] = size } }
        }
    }
}

/// A node's load in one row of numbers: what a search for a node reads of each.
struct NodeLoad {
    var cpu = 0, memory = 0
    var usedCPU = 0, usedMemory = 0
    var assumedCPU = 0, assumedMemory = 0
    var allowedPods: Int32 = 0, pods: Int32 = 0
    /// Changes with what its document says: what was found out about another number is void.
    var traits: UInt32 = 0
}
