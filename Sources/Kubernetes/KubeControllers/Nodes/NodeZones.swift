import Control
import Documents
import KubeModel
import Reconcile

/// How many nodes of a zone are silent, and how fast their pods may therefore be given up.
///
/// Source: kubernetes, pkg/controller/nodelifecycle, handleDisruption, and Kubernetes documentation, "Rate limits on eviction".
struct NodeZones {
    /// Nodes by their zone; of those that are not ready, also under the zone with `unready` before it; zones that have ready nodes under
    /// `ready`, one for each node.
    static let index = WorldIndex("nodes by zone", of: NodeFields.kind) { node in
        let zone = zone(node["metadata"]?["labels"])
        return isReady(node) ? [zone, "ready"] : [zone, "unready \(zone)"]
    }
    /// Nodes with a taint that gives their pods up, by zone.
    static let givenUp = WorldIndex("nodes given up", of: NodeFields.kind) { node in
        isGivenUp(node) ? [zone(node["metadata"]?["labels"])] : []
    }
    private static func isGivenUp(_ node: Node) -> Bool {
        let keys = [NodeTaint.notReady, NodeTaint.unreachable]
        return node["spec"]?["taints"]?.items.contains { taint in
            taint["effect"]?.string == "NoExecute" && keys.contains(taint["key"]?.string ?? "")
        } ?? false
    }
    /// Nodes that are not ready or not heard of and have not been given up, by zone.
    static let silent = WorldIndex("nodes silent by zone", of: NodeFields.kind) { node in
        let ready = node["status"]?["conditions"]?.items.first { $0["type"]?.string == "Ready" }?["status"]?.string
        guard ready == "False" || ready == "Unknown", !isGivenUp(node) else { return [] }
        return [zone(node["metadata"]?["labels"])]
    }
    /// Nodes that are not ready, by name.
    static let unready = WorldIndex("nodes not ready", of: NodeFields.kind) { node in
        isReady(node) ? [] : [node["metadata"]?["name"]?.string ?? ""]
    }
    private static func isReady(_ node: Node) -> Bool {
        node["status"]?["conditions"]?.items.first { $0["type"]?.string == "Ready" }?["status"]?.string == "True"
    }
    private static func zone(_ labels: Node?) -> String {
        "\(labels?["topology.kubernetes.io/region"]?.string ?? "")/\(labels?["topology.kubernetes.io/zone"]?.string ?? "")"
    }

    private let world: World
    private let zone: String
    /// Source: --unhealthy-zone-threshold, --large-cluster-size-threshold, --node-eviction-rate, --secondary-node-eviction-rate.
    private let threshold = 0.55
    private let large = 50
    private let pause = Duration.seconds(10)
    private let longPause = Duration.seconds(100)

    init(around node: KubeNode, in world: World) {
        self.world = world
        let labels = node.metadata.labels ?? [:]
        zone = "\(labels["topology.kubernetes.io/region"] ?? "")/\(labels["topology.kubernetes.io/zone"] ?? "")"
    }

    /// Whether no node of any zone is ready: then it is the control plane that cannot hear, and nobody is given up.
    var nobodyIsReady: Bool { world.count(Self.index.name, "ready") == 0 }

    /// How long the next node of the zone has to wait behind the last one; nil when none may be given up.
    private var interval: Duration? {
        let (all, unready) = (world.count(Self.index.name, zone), world.count(Self.index.name, "unready \(zone)"))
        guard unready < all, unready > 2, Double(unready) / Double(max(1, all)) >= threshold else { return pause }
        return all > large ? longPause : nil
    }

    /// When the node may be given up, counted from now: zero for at once; nil while the state of its zone forbids it.
    func delay(of node: KubeNode) -> Duration? {
        guard !nobodyIsReady, let interval else { return nil }
        let given = world.indexed(KubeNode.self, Self.givenUp.name, zone)
        let last = given.flatMap { $0.spec.taints ?? [] }.filter { $0.effect == "NoExecute" }
            .compactMap { $0.timeAdded.flatMap(Timestamp.init) }.max()
        let left = last.map { $0 + interval - world.now } ?? .zero
        if left > .zero { return left }
        // One at a time, in the order of their names.
        guard let first = world.first(Self.silent.name, zone), first != node.key else { return .zero }
        return interval
    }
}
