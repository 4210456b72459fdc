import Control
import Documents
import KubeAPI
import KubeModel
import Reconcile
import Storage
import Testing

@Suite("The region and the zone of a pod") struct TopologyLabelTests {
    private let pods = "/api/v1/namespaces/default/pods"
    private let region = "topology.kubernetes.io/region"
    private let zone = "topology.kubernetes.io/zone"

    private struct Everybody: Authorizer {
        func authorize(_ attributes: RequestAttributes) -> Decision { .allow(reason: "") }
    }
    /// A server with the standard plugins, and a node that is somewhere.
    private func bed() async throws -> ClusterBed {
        let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
        let (store, random) = (Store.memory(clock: clock), RandomSource(seed: 7))
        let realm = try await store.realm("cluster/test")
        let plugins = StandardAdmission.plugins(
            rbac: RBACAuthorizer(realm: realm), authorizer: AuthorizerChain([Everybody()]), clock: clock, random: random, realm: realm)
        let bed = try await ClusterBed(admission: plugins, store: store, random: random)
        let labels: Value = [zone: "z1", region: "r1", "kubernetes.io/hostname": "n1", "topology.ebs.csi.aws.com/zone": "z1"]
        _ = try await bed.post("/api/v1/nodes", ["metadata": ["name": "n1", "labels": labels]])
        _ = try await bed.post("/api/v1/nodes", ["metadata": ["name": "bare"]])
        _ = try await bed.post("/api/v1/namespaces/default/serviceaccounts", ["metadata": ["name": "default"]])
        return bed
    }
    private func binding(_ pod: String, to node: String, kind: Value = "Node") -> Value {
        ["apiVersion": "v1", "kind": "Binding", "metadata": ["name": .string(pod)], "target": ["kind": kind, "name": .string(node)]]
    }
    private func labels(_ bed: ClusterBed, _ pod: String) async throws -> [String: String] {
        try await bed.get(pods + "/" + pod)["metadata"]["labels"].strings
    }

    @Test("A binding gives them to the pod, over its own, and those who watch by them see it come") func bound() async throws {
        let bed = try await bed()
        _ = try await bed.post(pods, Sample.pod("web", labels: ["app": "web", zone: "mine"]))
        let watch = await bed.watch(pods + "?watch=true&labelSelector=" + zone + "%3Dz1")
        #expect(try await bed.post(pods + "/web/binding", binding("web", to: "n1")).status == 201)
        #expect(try await labels(bed, "web") == ["app": "web", zone: "z1", region: "r1"])
        #expect(watch.takeLines() == ["ADDED web"])
        watch.finish(error: false)
        // Controllers in the process bind through the same code.
        _ = try await bed.post(pods, Sample.pod("inside", labels: [:]))
        let change = Change.patch(
            PodFields.kind, namespace: "default", name: "inside", binding("inside", to: "n1"), subresource: "binding")
        _ = try await bed.server.apply(change, by: "kube-scheduler")
        #expect(try await labels(bed, "inside") == [zone: "z1", region: "r1"])
    }

    @Test("A node without them, a node that is missing and another target give none") func others() async throws {
        let bed = try await bed()
        for (index, (node, kind)) in [("bare", "Node"), ("missing", "Node"), ("n1", "")].enumerated() {
            _ = try await bed.post(pods, Sample.pod("p\(index)", labels: ["app": "web"]))
            let answer = try await bed.post(pods + "/p\(index)/binding", binding("p\(index)", to: node, kind: .string(kind)))
            #expect(answer.status == 201)
            #expect(try await labels(bed, "p\(index)") == ["app": "web"])
        }
        // The older way is another resource, which the plugin does not look at.
        _ = try await bed.post(pods, Sample.pod("old", labels: ["app": "web"]))
        #expect(try await bed.post("/api/v1/namespaces/default/bindings", binding("old", to: "n1")).status == 201)
        #expect(try await labels(bed, "old") == ["app": "web"])
    }

    @Test("A pod that is created on a node has them; later changes are left alone") func created() async throws {
        let bed = try await bed()
        for name in ["a", "b", "c"] {
            _ = try await bed.post(pods, Sample.pod(name, labels: ["app": "web", region: "mine"], node: "n1"))
            #expect(try await labels(bed, name) == ["app": "web", zone: "z1", region: "r1"])
        }
        #expect(try await bed.merge(pods + "/a", ["metadata": ["labels": [zone: "other"]]]).status == 200)
        #expect(try await labels(bed, "a")[zone] == "other")
        #expect(try await bed.merge("/api/v1/nodes/n1", ["metadata": ["labels": [zone: "z2"]]]).status == 200)
        _ = try await bed.post(pods, Sample.pod("d", labels: ["app": "web", region: "mine"], node: "n1"))
        #expect(try await labels(bed, "d")[zone] == "z2")
        #expect(try await labels(bed, "b")[zone] == "z1")
    }
}
