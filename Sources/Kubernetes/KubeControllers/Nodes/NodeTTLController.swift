import Control
package import Documents
package import KubeModel
package import Reconcile

/// Tells kubelets by an annotation how long they may go by what they know of Secrets and ConfigMaps: the longer, the more nodes there are.
///
/// Source: kubernetes, pkg/controller/ttl.
package struct NodeTTLController: Controller {
    package typealias Primary = NodeFields
    package static let name = "ttl-controller"
    package static let writes: Set<Kind> = [NodeFields.kind]
    package static let indexes = [all]
    private static let all = WorldIndex("nodes", of: NodeFields.kind) { _ in ["all"] }
    private static let annotation = "node.alpha.kubernetes.io/ttl"
    /// Numbers of nodes and the seconds that go with them; they overlap, so that one node more or less does not change all.
    private static let steps: [(nodes: ClosedRange<Int>, seconds: Int)] = [
        (0...100, 0), (90...500, 15), (450...1000, 30), (900...2000, 60), (1800...10_000, 300), (9000...Int.max, 600),
    ]
    package init() {}

    /// Heartbeats of nodes that say what they are to say wake nobody.
    package static func concerns(_ change: WorldChange, in world: World) -> Bool {
        guard let node = change.nodes.new else { return false }
        let present = node["metadata"]?["annotations"]?[name: annotation]?.string
        return present != String(seconds(present, nodes: world.count(all.name, "all")))
    }

    package func reconcile(_ node: KubeNode, in world: World) throws -> Plan {
        guard !node.isDeleting else { return Plan() }
        let present = node.annotation(Self.annotation)
        let wanted = String(Self.seconds(present, nodes: world.count(Self.all.name, "all")))
        guard present != wanted else { return Plan() }
        let metadata: Value = ["uid": .string(node.uid), "annotations": [Self.annotation: .string(wanted)]]
        return Plan([.patch(NodeFields.kind, namespace: nil, name: node.name, ["metadata": metadata])])
    }

    /// What holds now for one that said `present` before.
    private static func seconds(_ present: String?, nodes: Int) -> Int {
        var step = steps.firstIndex { String($0.seconds) == present } ?? 0
        while nodes > steps[step].nodes.upperBound { step += 1 }
        while nodes < steps[step].nodes.lowerBound { step -= 1 }
        return steps[step].seconds
    }
}
