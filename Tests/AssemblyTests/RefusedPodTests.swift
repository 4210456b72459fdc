import Assembly
import Control
import Documents
import KubeClient
import KubeModel
import KubeScheduler
import Reconcile
import Storage
import Testing

@testable import Behaviours

@Suite("A pod that finds no node") struct RefusedPodTests {
    @Test("It is told by a condition of the scheduler's own and by an event, and by a node later") func told() throws {
        let simulation = Simulation(seed: 1)
        try simulation.run {
            let bed = try await SimulatedBed.start(
                clock: simulation.clock, store: .memory(clock: simulation.clock), executor: simulation.executor, random: simulation.random)
            let scene = Scene(bed: bed, id: "s1")
            let stage = try await scene.cluster(nodes: 1)
            try await stage.pod("nowhere", ["nodeSelector": ["disk": "fast"]])
            let find = { try await stage.find(PodFields.kind, scene.name("nowhere")) ?? .null }
            try await scene.eventually("the condition says why") { try await find()["status"]["conditions"].items.count == 1 }
            let refused = try await find()
            let condition = refused["status"]["conditions"][0]
            try scene.expect(condition["type"] == "PodScheduled" && condition["status"] == "False", "\(condition)")
            try scene.expect(condition["reason"] == "Unschedulable", "\(condition)")
            try scene.expect(condition["observedGeneration"] == refused["metadata"]["generation"], "\(condition)")
            let message = condition["message"].string ?? ""
            try scene.expect(message.hasPrefix("0/1 nodes are available: 1 node(s) didn't match"), message)
            let owner = refused["metadata"]["managedFields"].items.last ?? .null
            try scene.expect(owner["manager"] == "kube-scheduler" && owner["subresource"] == "status", "\(owner)")
            let fields = owner["fieldsV1"]["f:status"]["f:conditions"]["k:{\"type\":\"PodScheduled\"}"]
            try scene.expect(fields["f:reason"] == [:] && fields["f:message"] == [:], "\(owner)")
            try scene.expect(
                refused["status"]["phase"] == "Pending" && refused["status"]["qosClass"] == "BestEffort", "\(refused["status"])")
            let events = try await stage.events(about: "nowhere")
            try scene.expect(events.count == 1 && events[0]["reason"] == "FailedScheduling", "\(events)")
            try scene.expect(events.first?["message"].string == message && events.first?["count"] == 1, "\(events)")

            let node = try await stage.readyNodes()[0].name
            _ = try await stage.kubernetes.patch(NodeFields.kind, node, .merge(["metadata": ["labels": ["disk": "fast"]]]))
            try await scene.eventually("the pod runs") { try await find().isReadyPod }
            let bound = try await find()
            try scene.expect(bound.nodeName == node && bound.condition("PodScheduled") == "True", "\(bound["status"])")
            try scene.expect(bound["status"]["conditions"].items.count { $0["type"] == "PodScheduled" } == 1, "\(bound["status"])")
            await bed.stop()
        }
    }
    @Test("A pod with a node keeps all else that its document says") func bound() async throws {
        let clock = ManualClock()
        let realm = try await Store.memory(clock: clock).realm("cluster/test")
        let pod: Value = [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": ["name": "p", "namespace": "default", "uid": "u", "labels": ["a": "b"], "managedFields": [["manager": "m"]]],
            "spec": ["containers": [["name": "c", "image": "i"]]], "status": ["phase": "Pending", "qosClass": "BestEffort"],
        ]
        // The second has a condition and a nomination already, and goes the longer way.
        var nominated = pod
        nominated["metadata"]["name"] = "q"
        nominated["status"]["conditions"] = [["type": "PodScheduled", "status": "False"], ["type": "Other", "status": "True"]]
        nominated["status"]["nominatedNodeName"] = "n"
        for document in [pod, nominated] {
            let key = PodFields.kind.key("default", document.name)
            _ = try await realm.commit(Write(key, .put(Encoded(document: document)), if: .absent))
        }
        let binder = DirectBinder(realm: realm, clock: clock, random: RandomSource(seed: 1))
        let pods = ["p", "q"].map { (pod: PodIdentity(namespace: "default", name: $0, uid: "u"), node: "n") }
        let outcomes = await binder.bind(pods, as: "default-scheduler")
        #expect(outcomes.allSatisfy { $0 == nil })
        for document in [pod, nominated] {
            var stored = try #require(realm.get(PodFields.kind.key("default", document.name))).whole
            #expect(stored.nodeName == "n" && stored.condition("PodScheduled") == "True")
            #expect(stored["status"]["nominatedNodeName"].isNull)
            // Taken back, it is what it was.
            (stored["metadata"]["resourceVersion"], stored["spec"]["nodeName"]) = (.null, .null)
            #expect(stored["metadata"].text == document["metadata"].text && stored["spec"].text == document["spec"].text)
            #expect(stored["status"]["phase"] == "Pending" && stored["status"]["qosClass"] == "BestEffort")
        }
    }
}

extension Value {
    /// Its JSON, without members that are null.
    fileprivate var text: String {
        guard let object else { return String(decoding: JSON.encode(self), as: UTF8.self) }
        return object.filter { !$0.value.isNull }.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.text)" }.joined(separator: ",")
    }
}
