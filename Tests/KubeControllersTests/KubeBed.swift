import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Synchronization

/// Writes without an API server; knows by which keys lists are merged all the same.
struct PlainWriter: ChangeWriter {
    let realm: Realm
    let writer: RealmWriter

    func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        guard case .strategicPatch(let kind, let namespace, let name, let patch, let subresource) = change else {
            return try await writer.apply(change, by: actor)
        }
        guard let document = realm.get(change.key)?.value, let info = KindTable.kubernetes.find(kind),
            let type = Schema.kubernetes.type(of: info), let merged = try? StrategicMerge.apply(patch, to: document, type: type)
        else { throw .notFound("\(change.key) not found") }
        var whole: Value = ["metadata": patch["metadata"]]
        for part in ["spec", "status"] where !patch[part].isNull { whole[part] = merged[part] }
        return try await writer.apply(.patch(kind, namespace: namespace, name: name, whole, subresource: subresource), by: actor)
    }
}

/// Controllers over a store in memory, on a seeded executor and simulated time.
final class KubeBed: Sendable {
    let clock = ManualClock()
    let executor: SeededExecutor
    let random: RandomSource
    let realm: Realm
    let writer: PlainWriter
    private let running = Mutex<[Task<Void, Never>]>([])

    init(seed: UInt64 = 1) async throws {
        executor = SeededExecutor(seed: seed)
        random = RandomSource(seed: seed)
        realm = try await Store.memory(clock: clock).realm("cluster/test")
        writer = PlainWriter(realm: realm, writer: RealmWriter(realm: realm, clock: clock, random: random))
    }
    @discardableResult func start(
        _ controllers: [any Controller], writer: (any ChangeWriter)? = nil, effects: (any EffectPerformer)? = nil
    ) -> ControllerGroup {
        let group = ControllerGroup(
            realm: realm, writer: writer ?? self.writer, effects: effects, clock: clock, random: random, controllers: controllers,
            indexes: [KubeIndexes.notes], log: Log("test") { _ in })
        run(group)
        return group
    }
    func run(_ service: any Service) {
        let task = executor.start { try? await service.run() }
        running.withLock { $0.append(task) }
        settle()
    }
    func stop() {
        for task in running.withLock({ tasks in
            defer { tasks = [] }
            return tasks
        }) { task.cancel() }
        settle()
    }
    func settle() { executor.drain(limit: 2_000_000) }
    func advance(_ duration: Duration) { clock.advance(by: duration) { settle() } }

    @discardableResult func apply(_ change: Change) throws -> Revision {
        let outcome = Mutex<Result<Revision, ChangeError>?>(nil)
        _ = executor.start { [writer] in
            let result: Result<Revision, ChangeError>
            do throws(ChangeError) { result = .success(try await writer.apply(change, by: "test")) } catch { result = .failure(error) }
            outcome.withLock { $0 = result }
        }
        settle()
        return try outcome.withLock { $0 ?? .failure(.unavailable("not done")) }.get()
    }
    func create(_ kind: Kind, _ document: Value) throws { try apply(.create(kind, document)) }
    func patch<F: KindFields>(
        _: View<F>.Type, _ name: String, in namespace: String? = "default", _ patch: Value, subresource: String? = nil
    ) throws {
        try apply(.patch(F.kind, namespace: F.kind.namespaced ? namespace : nil, name: name, patch, subresource: subresource))
    }
    func delete<F: KindFields>(_: View<F>.Type, _ name: String, in namespace: String? = "default") throws {
        try apply(.delete(F.kind, namespace: F.kind.namespaced ? namespace : nil, name: name, uid: nil))
    }
    func list<F: KindFields>(_: View<F>.Type, in namespace: String? = nil) -> [View<F>] {
        realm.snapshot().range(prefix: F.kind.prefix + (namespace.map { $0 + "/" } ?? "")).compactMap { View<F>($0.value) }
    }
    func get<F: KindFields>(_: View<F>.Type, _ name: String, in namespace: String? = "default") -> View<F>? {
        realm.snapshot().get(F.kind.key(F.kind.namespaced ? namespace : nil, name)).flatMap { View<F>($0.value) }
    }
    /// Messages of events with a reason, in the order of their names, which is that of time.
    func events(_ reason: String) -> [String] {
        list(KubeEvent.self).filter { $0.reason == reason }.map { $0.message ?? "" }
    }

    /// A Deployment or ReplicaSet named `web` of nginx.
    static func workload(_ replicas: Int, image: String = "nginx:1", spec extra: Value = [:]) -> Value {
        var spec: Value = [
            "replicas": .int(Int64(replicas)), "selector": ["matchLabels": ["app": "web"]],
            "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "c", "image": .string(image)]]]],
        ]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        return ["metadata": ["name": "web", "namespace": "default"], "spec": spec]
    }
}

/// Stands in for nodes: pods run and are ready one second after they are made; images called `broken` never are.
struct InstantKubelet: Controller {
    typealias Primary = PodFields
    static let name = "kubelet"
    static let writes: Set<Kind> = [PodFields.kind]
    func reconcile(_ pod: Pod, in world: World) throws -> Plan {
        if pod.metadata.deletionTimestamp != nil {
            let name = pod.metadata.name ?? ""
            // A silent node ends no pods.
            let node = world.get(KubeNode.self, pod.spec.nodeName ?? "")
            if node?.status.conditions?.contains(where: { $0.type == "Ready" && $0.status == "Unknown" }) == true { return Plan() }
            return Plan([.delete(PodFields.kind, namespace: pod.metadata.namespace, name: name, uid: nil, gracePeriodSeconds: 0)])
        }
        if pod.value["spec"]["containers"][0]["image"].string == "broken" || pod.status.phase == "Running" { return Plan() }
        guard let created = pod.metadata.creationTimestamp.flatMap(Timestamp.init) else { return Plan() }
        let left = created + .seconds(1) - world.now
        if left > .zero { return Plan(revisit: left) }
        let status: Value = [
            "status": [
                "phase": "Running", "podIP": .string("10.0.0.\(world.revision % 250)"), "startTime": .string(created.text),
                "conditions": [["type": "Ready", "status": "True", "lastTransitionTime": .string(world.now.text)]],
            ]
        ]
        return Plan([
            .patch(PodFields.kind, namespace: pod.metadata.namespace, name: pod.metadata.name ?? "", status, subresource: "status")
        ])
    }
}

/// As `InstantKubelet`, and tells as its node's which volumes of drivers are in use: those of the pods that there are.
struct MountingKubelet: Controller {
    typealias Primary = NodeFields
    static let name = "mounting-kubelet"
    static let writes: Set<Kind> = [NodeFields.kind]
    static let watches = [Watch.all(Pod.self, wake: KubeNode.self), Watch.all(PersistentVolumeClaim.self, wake: KubeNode.self)]
    func reconcile(_ node: KubeNode, in world: World) throws -> Plan {
        // A silent node says nothing.
        if node.value["status"]["conditions"].items.contains(where: { $0["type"] == "Ready" && $0["status"] != "True" }) { return Plan() }
        let pods = world.list(Pod.self).filter { $0.spec.nodeName == node.metadata.name }
        let claims = pods.flatMap { $0.value["spec"]["volumes"].items.compactMap { $0["persistentVolumeClaim"]["claimName"].string } }
        let volumes = claims.compactMap { world.get(PersistentVolumeClaim.self, $0, in: "default")?.spec.volumeName }
        let handles = volumes.compactMap { world.get(PersistentVolume.self, $0)?.value["spec"]["csi"]["volumeHandle"].string }
        let names = Set(handles.map { "kubernetes.io/csi/ebs.csi.aws.com^\($0)" }).sorted()
        guard names != node.value["status"]["volumesInUse"].items.compactMap(\.string) else { return Plan() }
        let list: Value = names.isEmpty ? .null : .array(names.map(Value.string))
        return Plan([
            .patch(
                NodeFields.kind, namespace: nil, name: node.metadata.name ?? "", ["status": ["volumesInUse": list]], subresource: "status")
        ])
    }
}
