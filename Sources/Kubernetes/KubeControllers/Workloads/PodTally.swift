import Documents
import KubeModel
import Reconcile

/// How many pods an owner has in each state, counted as they change, so that nobody looks at a thousand pods because one has changed.
struct PodTally {
    var active = 0
    /// Active ones with the labels of the template.
    var labeled = 0
    var ready = 0
    /// Ready for long enough.
    var available = 0
    /// To go, and not ended.
    var terminating = 0

    init() {}
    /// The numbers of an owner; nil when they do not say enough: when pods wait to be adopted, have other labels than the template's, or
    /// when being available takes time.
    init?<F: KindFields>(of owner: View<F>, _ spec: ReplicaSetSpec, in world: World) {
        guard spec.minReadySeconds ?? 0 == 0, world.count(KubeIndexes.orphanPods.name, owner.namespace) == 0 else { return nil }
        let labels = JSON.text(owner.value["spec"]["template"]["metadata"]["labels"], pretty: false)
        func count(_ standing: Standing) -> Int { world.count(Self.index.name, Self.text(owner.uid, standing, labels)) }
        let counts = Standing.allCases.map(count)
        guard counts.reduce(0, +) == world.count(Self.owned.name, owner.uid) else { return nil }
        (active, labeled, ready) = (counts[0] + counts[1], counts[0] + counts[1], counts[0])
        (available, terminating) = (ready, counts[2])
    }

    private enum Standing: String, CaseIterable { case ready, unready, terminating, ended }
    private static func text(_ owner: String, _ standing: Standing, _ labels: String) -> String {
        "\(owner) \(standing.rawValue) \(labels)"
    }

    /// Pods by their controller.
    static let owned = WorldIndex("pods by controller", of: PodFields.kind, ground: .metadata) { pod in
        controller(of: pod).map { [$0] } ?? []
    }
    /// Pods by their controller, how they stand, and their labels.
    static let index = WorldIndex("pods by controller and standing", of: PodFields.kind) { pod in
        guard let owner = controller(of: pod) else { return [] }
        let labels = pod["metadata"]?["labels"].map { String(decoding: $0.bytes, as: UTF8.self) } ?? "null"
        return [text(owner, standing(of: pod), labels)]
    }

    private static func controller(of pod: Node) -> String? {
        pod["metadata"]?["ownerReferences"]?.items.first { $0["controller"]?.bool == true }?["uid"]?.string
    }
    private static func standing(of pod: Node) -> Standing {
        let status = pod["status"]
        let phase = status?["phase"]?.string
        if phase == "Succeeded" || phase == "Failed" { return .ended }
        if pod["metadata"]?["deletionTimestamp"].map({ !$0.isNull }) ?? false { return .terminating }
        let ready = status?["conditions"]?.items.first { $0["type"]?.string == "Ready" }
        return ready?["status"]?.string == "True" ? .ready : .unready
    }
}
