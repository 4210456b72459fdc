import Control
import Cryptography
import Documents
import KubeAPI
import KubeControllers
import KubeModel
import KubeScheduler
import Network
import Reconcile
import Storage
import Synchronization
import Testing

/// A whole control plane with the real API server, and two nodes that run pods at once.
struct ControlPlaneBed {
    let bed: KubeBed
    let server: APIServer
    private let kubelets: [any Controller]
    private let authority: CertificateAuthority?
    private let tokenKey: PrivateKey?

    init(
        seed: UInt64 = 1, nodes: Int = 2, kubelets: [any Controller] = [InstantKubelet()], authority: CertificateAuthority? = nil,
        tokenKey: PrivateKey? = nil
    ) async throws {
        (self.kubelets, self.authority, self.tokenKey) = (kubelets, authority, tokenKey)
        bed = try await KubeBed(seed: seed)
        server = APIServer(
            realm: bed.realm, schema: .kubernetes, kinds: .kubernetes, authenticators: [], authorizers: [Anyone()], clock: bed.clock,
            random: bed.random, configuration: APIServerConfiguration())
        try await server.bootstrap()
        for index in 0..<nodes { try await makeNode("n\(index)") }
        start()
    }
    func start(writer: (any ChangeWriter)? = nil) {
        let writer = writer ?? server
        bed.start(
            ClusterControllers.all(
                rootCertificate: "PEM", authority: authority, tokenKey: tokenKey, startedAt: bed.clock.now) + kubelets, writer: writer)
        bed.run(Scheduler(realm: bed.realm, binder: writer, clock: bed.clock, random: bed.random))
    }
    func makeNode(_ name: String) async throws {
        let labels: Value = ["kubernetes.io/hostname": .string(name), "topology.kubernetes.io/zone": "us-west-1a"]
        try await apply(.create(NodeFields.kind, ["metadata": ["name": .string(name), "labels": labels]]))
        let status: Value = [
            "allocatable": ["cpu": "8", "memory": "16Gi", "pods": "110"],
            "conditions": [
                ["type": "Ready", "status": "True", "reason": "KubeletReady", "lastHeartbeatTime": .string(bed.clock.now.text)]
            ],
        ]
        try await apply(.patch(NodeFields.kind, namespace: nil, name: name, ["status": status], subresource: "status"))
    }
    /// Renews the leases of nodes until the clock has advanced that far.
    func advance(_ seconds: Int, beating nodes: [String] = ["n0", "n1"]) async throws {
        for _ in 0..<max(1, seconds / 10) {
            for node in nodes {
                let lease: Value = [
                    "metadata": ["name": .string(node), "namespace": "kube-node-lease"],
                    "spec": ["holderIdentity": .string(node), "leaseDurationSeconds": 40, "renewTime": .string(bed.clock.now.microText)],
                ]
                if bed.get(Lease.self, node, in: "kube-node-lease") == nil {
                    try await apply(.create(LeaseFields.kind, lease))
                } else {
                    try await apply(.patch(LeaseFields.kind, namespace: "kube-node-lease", name: node, ["spec": lease["spec"]]))
                }
            }
            bed.advance(.seconds(min(10, seconds)))
        }
    }
    func apply(_ change: Change) async throws { _ = try await server.apply(change, by: "test") }
    func delete(_ path: String, _ policy: String) async -> Int {
        let body: Value = ["kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": .string(policy)]
        let request = HTTPRequest(
            "DELETE", path, headers: ["content-type": "application/json"], body: .bytes(JSON.encode(body)))
        let status = await server.respond(to: request).status
        bed.settle()
        return status
    }
    func makeDeployment(_ replicas: Int = 3) async throws {
        try await apply(.create(DeploymentFields.kind, KubeBed.workload(replicas)))
        try await advance(20)
    }
    var pods: [Pod] { bed.list(Pod.self) }
}
private struct Anyone: Authorizer {
    func authorize(_ attributes: RequestAttributes) -> Decision { .allow(reason: "") }
}

@Suite struct ClusterTests {
    private let deployments = "/apis/apps/v1/namespaces/default/deployments/web"

    @Test func namespacesAreFurnished() async throws {
        let plane = try await ControlPlaneBed()
        for namespace in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            #expect(plane.bed.get(ServiceAccount.self, "default", in: namespace) != nil)
            #expect(plane.bed.get(ConfigMap.self, "kube-root-ca.crt", in: namespace)?.data == ["ca.crt": "PEM"])
        }
        try plane.bed.delete(ServiceAccount.self, "default")
        plane.bed.advance(.seconds(1))
        #expect(plane.bed.get(ServiceAccount.self, "default") != nil)
        plane.bed.stop()
    }
    @Test(arguments: 1..<5 as Range<UInt64>) func aDeploymentRunsBehindAService(seed: UInt64) async throws {
        let plane = try await ControlPlaneBed(seed: seed)
        try await plane.apply(
            .create(
                ServiceFields.kind,
                [
                    "metadata": ["name": "web", "namespace": "default"],
                    "spec": ["selector": ["app": "web"], "ports": [["port": 80, "targetPort": 8080]]],
                ]))
        plane.bed.settle()
        func slice() -> EndpointSlice? {
            plane.bed.list(EndpointSlice.self).first { $0.metadata.labels?["kubernetes.io/service-name"] == "web" }
        }
        #expect(slice()?.endpoints?.isEmpty == true, "a service without pods has an empty slice")
        try await plane.makeDeployment()
        let endpoints = try #require(slice()?.endpoints)
        #expect(endpoints.count == 3)
        #expect(endpoints.allSatisfy { $0.conditions.ready == true && $0.zone == "us-west-1a" && $0.targetRef.kind == "Pod" })
        #expect(slice()?.ports?.first?.port == 8080)
        let older = try #require(plane.bed.get(Endpoints.self, "web"))
        #expect(older.subsets?.first?.addresses?.count == 3)
        try await plane.apply(.patch(DeploymentFields.kind, namespace: "default", name: "web", ["spec": ["replicas": 1]]))
        try await plane.advance(40)
        #expect(slice()?.endpoints?.count == 1)
        #expect(plane.bed.get(Endpoints.self, "web")?.subsets?.first?.addresses?.count == 1)
        try await plane.apply(.delete(ServiceFields.kind, namespace: "default", name: "web", uid: nil))
        plane.bed.settle()
        #expect(slice() == nil)
        #expect(plane.bed.get(Endpoints.self, "web") == nil)
        plane.bed.stop()
    }
    @Test func restsWhenAllIsDone() async throws {
        let plane = try await ControlPlaneBed()
        try await plane.makeDeployment()
        try await plane.advance(120)
        let head = plane.bed.realm.head
        try await plane.advance(100)
        #expect(plane.bed.realm.head - head == 20, "only leases are renewed")
        plane.bed.stop()
    }
    @Test func deletionInTheBackgroundTakesDependentsAlong() async throws {
        let plane = try await ControlPlaneBed()
        try await plane.makeDeployment()
        #expect(await plane.delete(deployments, "Background") == 200)
        #expect(plane.bed.list(Deployment.self).isEmpty)
        try await plane.advance(40)
        #expect(plane.bed.list(ReplicaSet.self).isEmpty && plane.pods.isEmpty)
        plane.bed.stop()
    }
    @Test func deletionInTheForegroundWaitsForDependents() async throws {
        let plane = try await ControlPlaneBed()
        try await plane.makeDeployment()
        let order = Order(plane.bed)
        #expect(await plane.delete(deployments, "Foreground") == 202)
        try await plane.advance(60)
        #expect(plane.bed.list(Deployment.self).isEmpty && plane.bed.list(ReplicaSet.self).isEmpty && plane.pods.isEmpty)
        #expect(order.gone.withLock { $0 }.suffix(2) == ["replicasets", "deployments"])
        plane.bed.stop()
    }
    @Test func orphansStay() async throws {
        let plane = try await ControlPlaneBed()
        try await plane.makeDeployment()
        #expect(await plane.delete(deployments, "Orphan") == 200)
        try await plane.advance(20)
        #expect(plane.bed.list(Deployment.self).isEmpty)
        let set = try #require(plane.bed.list(ReplicaSet.self).first)
        #expect(set.metadata.ownerReferences?.isEmpty ?? true)
        #expect(plane.pods.count == 3)
        plane.bed.stop()
    }
    @Test func anEmptiedNamespaceGoes() async throws {
        let plane = try await ControlPlaneBed()
        try await plane.apply(.create(NamespaceFields.kind, ["metadata": ["name": "lab"]]))
        plane.bed.settle()
        var workload = KubeBed.workload(3)
        workload["metadata"]["namespace"] = "lab"
        try await plane.apply(.create(DeploymentFields.kind, workload))
        try await plane.advance(20)
        #expect(plane.bed.list(Pod.self, in: "lab").count == 3)
        try await plane.apply(.delete(NamespaceFields.kind, namespace: nil, name: "lab", uid: nil))
        try await plane.advance(60)
        #expect(plane.bed.get(Namespace.self, "lab") == nil)
        #expect(plane.bed.realm.snapshot().range(prefix: "").allSatisfy { !$0.key.contains("/lab/") })
        #expect(plane.bed.get(Namespace.self, "default") != nil)
        plane.bed.stop()
    }
    @Test func aNamespaceTellsWhatCannotBeDeleted() async throws {
        let bed = try await KubeBed()
        try bed.create(
            NamespaceFields.kind, ["metadata": ["name": "lab", "finalizers": ["test/hold"]], "spec": ["finalizers": ["kubernetes"]]])
        try bed.create(ConfigMapFields.kind, ["metadata": ["name": "kept", "namespace": "lab"]])
        let writer = StubbornWriter(bed.writer)
        bed.start([NamespaceController()], writer: writer)
        try bed.delete(Namespace.self, "lab")
        bed.advance(.seconds(5))
        func condition(_ type: String) -> NamespaceCondition? {
            bed.get(Namespace.self, "lab")?.status.conditions?.first { $0.type == type }
        }
        let failure = try #require(condition("NamespaceDeletionContentFailure"))
        #expect(failure.status == "True" && failure.reason == "ContentDeletionFailed")
        #expect(failure.message == "Failed to delete all resource types, 1 remaining: not now")
        #expect(condition("NamespaceContentRemaining")?.message == "Some resources are remaining: configmaps. has 1 resource instances")
        writer.isStubborn.withLock { $0 = false }
        bed.advance(.seconds(300))
        #expect(condition("NamespaceDeletionContentFailure")?.status == "False" && bed.list(ConfigMap.self, in: "lab").isEmpty)
        bed.stop()
    }
    @Test(arguments: [0, 5, 11, 17, 23, 31, 40, 55, 70]) func deathOfTheControlPlaneIsSurvived(writes: Int) async throws {
        let plane = try await ControlPlaneBed(seed: UInt64(writes + 1))
        plane.bed.stop()
        plane.start(writer: MortalServer(plane.server, survives: writes))
        try await plane.makeDeployment()
        plane.bed.stop()
        plane.start()
        try await plane.advance(60)
        #expect(plane.pods.count == 3 && plane.pods.allSatisfy { $0.status.phase == "Running" && $0.spec.nodeName != nil })
        #expect(plane.bed.get(Deployment.self, "web")?.status.availableReplicas == 3)
        plane.bed.stop()
    }
}

@Suite struct NodeTests {
    private func ready(_ plane: ControlPlaneBed, _ node: String) -> String? {
        plane.bed.get(KubeNode.self, node)?.status.conditions?.first { $0.type == "Ready" }?.status
    }
    private func taints(_ plane: ControlPlaneBed, _ node: String) -> [String] {
        (plane.bed.get(KubeNode.self, node)?.spec.taints ?? []).map { "\($0.key ?? ""):\($0.effect ?? "")" }.sorted()
    }
    private let tolerating: Value = [
        ["key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300]
    ]

    @Test func aSilentNodeLosesItsPodsToTheOthers() async throws {
        let plane = try await ControlPlaneBed()
        var workload = KubeBed.workload(4)
        workload["spec"]["template"]["spec"]["tolerations"] = tolerating
        try await plane.apply(.create(DeploymentFields.kind, workload))
        try await plane.advance(20)
        #expect(plane.pods.count { $0.spec.nodeName == "n1" } == 2)
        try await plane.advance(60, beating: ["n0"])
        #expect(ready(plane, "n0") == "True" && ready(plane, "n1") == "Unknown")
        #expect(
            taints(plane, "n1") == ["node.kubernetes.io/unreachable:NoExecute", "node.kubernetes.io/unreachable:NoSchedule"])
        #expect(plane.pods.count { $0.spec.nodeName == "n1" } == 2, "tolerated for five minutes")
        #expect(plane.bed.get(Deployment.self, "web")?.status.availableReplicas == 2)
        try await plane.advance(330, beating: ["n0"])
        #expect(plane.pods.filter { $0.metadata.deletionTimestamp == nil }.map { $0.spec.nodeName ?? "" } == ["n0", "n0", "n0", "n0"])
        plane.bed.stop()
    }
    @Test func aNodeThatSpeaksAgainIsTakenBack() async throws {
        let plane = try await ControlPlaneBed()
        try await plane.advance(10)
        try await plane.advance(60, beating: ["n0"])
        #expect(ready(plane, "n1") == "Unknown")
        let status: Value = [
            "conditions": [
                ["type": "Ready", "status": "True", "reason": "KubeletReady", "lastHeartbeatTime": .string(plane.bed.clock.now.text)]
            ]
        ]
        try await plane.apply(.patch(NodeFields.kind, namespace: nil, name: "n1", ["status": status], subresource: "status"))
        try await plane.advance(10)
        #expect(taints(plane, "n1").isEmpty)
        plane.bed.stop()
    }
    @Test func cordonAndUncordonMoveTheTaint() async throws {
        let plane = try await ControlPlaneBed()
        for (unschedulable, expected) in [(true, ["node.kubernetes.io/unschedulable:NoSchedule"]), (false, [])] {
            try await plane.apply(
                .patch(NodeFields.kind, namespace: nil, name: "n1", ["spec": ["unschedulable": .bool(unschedulable)]]))
            try await plane.advance(10)
            #expect(taints(plane, "n1") == expected)
        }
        plane.bed.stop()
    }
    @Test func podsOfAVanishedNodeAreReplaced() async throws {
        let plane = try await ControlPlaneBed()
        try await plane.makeDeployment(4)
        try await plane.apply(.delete(NodeFields.kind, namespace: nil, name: "n1", uid: nil))
        try await plane.advance(20, beating: ["n0"])
        #expect(plane.pods.map { $0.spec.nodeName ?? "" } == ["n0", "n0", "n0", "n0"])
        plane.bed.stop()
    }
    @Test func aBudgetAllowsSoManyEvictions() async throws {
        let plane = try await ControlPlaneBed()
        try await plane.makeDeployment()
        try await plane.apply(
            .create(
                PodDisruptionBudgetFields.kind,
                [
                    "metadata": ["name": "web", "namespace": "default"],
                    "spec": ["maxUnavailable": 1, "selector": ["matchLabels": ["app": "web"]]],
                ]))
        plane.bed.settle()
        func status() -> PodDisruptionBudgetStatus? { plane.bed.get(PodDisruptionBudget.self, "web")?.status }
        #expect(status()?.expectedPods == 3 && status()?.desiredHealthy == 2 && status()?.disruptionsAllowed == 1)
        #expect(status()?.conditions?.first?.reason == "SufficientPods")
        let names = plane.pods.compactMap(\.metadata.name)
        try await plane.apply(.patch(PodFields.kind, namespace: "default", name: names[0], [:], subresource: "eviction"))
        await #expect(throws: ChangeError.self) {
            try await plane.apply(.patch(PodFields.kind, namespace: "default", name: names[1], [:], subresource: "eviction"))
        }
        try await plane.advance(60)
        #expect(plane.pods.count == 3)
        #expect(status()?.disruptionsAllowed == 1)
        plane.bed.stop()
    }
    @Test func aDisruptionThatNeverCameIsTakenBack() async throws {
        let plane = try await ControlPlaneBed()
        try await plane.makeDeployment(1)
        let pod = try #require(plane.pods.first)
        func target() -> Value { plane.pods.first?.value["status"]["conditions"].items.first { $0["type"] == "DisruptionTarget" } ?? .null }
        let condition: Value = [
            "type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI",
            "lastTransitionTime": .string(plane.bed.clock.now.text),
        ]
        try await plane.apply(
            .patch(
                PodFields.kind, namespace: "default", name: pod.metadata.name ?? "",
                ["status": ["conditions": .array(pod.value["status"]["conditions"].items + [condition])]], subresource: "status"))
        try await plane.advance(110)
        #expect(target()["status"] == "True")
        try await plane.advance(20)
        #expect(target()["status"] == "False" && target()["reason"].isNull)
        plane.bed.stop()
    }
    @Test func aggregatedRolesAreTheSumOfOthers() async throws {
        let plane = try await ControlPlaneBed()
        func role(_ name: String, _ extra: Value) -> Change {
            var role: Value = ["metadata": ["name": .string(name)]]
            role = MergePatch.apply(extra, to: role)
            return .create(ClusterRoleFields.kind, role)
        }
        let rule: Value = ["apiGroups": [""], "resources": ["pods"], "verbs": ["get"]]
        try await plane.apply(
            role("sum", ["aggregationRule": ["clusterRoleSelectors": [["matchLabels": ["part": "yes"]]]], "rules": []]))
        try await plane.apply(role("part", ["metadata": ["labels": ["part": "yes"]], "rules": [rule]]))
        plane.bed.settle()
        #expect(plane.bed.get(ClusterRole.self, "sum", in: nil)?.value["rules"] == [rule])
        try await plane.apply(.delete(ClusterRoleFields.kind, namespace: nil, name: "part", uid: nil))
        plane.bed.settle()
        #expect(plane.bed.get(ClusterRole.self, "sum", in: nil)?.value["rules"].items == [])
        plane.bed.stop()
    }
}

/// The kinds of deleted documents in the order of their end.
private final class Order: Sendable {
    let gone = Mutex<[String]>([])
    private let handle = Mutex<WatchHandle?>(nil)
    init(_ bed: KubeBed) {
        let watch = try? bed.realm.watch(prefix: "", after: bed.realm.head) { [weak self] events in
            for event in events where event.kind == .delete {
                self?.gone.withLock { $0.append(String(event.entry.key.split(separator: "/")[1])) }
            }
        }
        handle.withLock { $0 = watch }
    }
}
/// Refuses deletions for as long as it likes.
private final class StubbornWriter: ChangeWriter {
    private let writer: PlainWriter
    let isStubborn = Mutex(true)
    init(_ writer: PlainWriter) { self.writer = writer }
    func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        if case .delete = change, isStubborn.withLock({ $0 }) { throw .forbidden("not now") }
        return try await writer.apply(change, by: actor)
    }
}
final class MortalServer: ChangeWriter {
    private let server: APIServer
    private let left: Mutex<Int>
    init(_ server: APIServer, survives: Int) {
        self.server = server
        left = Mutex(survives)
    }
    func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        guard
            left.withLock({ left in
                left -= 1
                return left >= 0
            })
        else { throw .unavailable("dead") }
        return try await server.apply(change, by: actor)
    }
}
