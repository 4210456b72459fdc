import Control
import Documents
import Testing

@testable import KubeScheduler
@testable import Storage

/// The scheduler's words in pods' bytes, against the same done to their trees.
@Suite struct DirectEditTests {
    private let random = RandomSource(seed: 5)
    private func one(in count: Int) -> Bool { random.int(in: 0..<count) == 0 }
    private static let now = "2026-01-02T03:04:05Z"

    /// A pod as clients may have sent it: members in any order, strange keys and texts, parts that are missing or empty.
    private func pod() -> Value {
        let texts = ["plain", "quo\"te", "back\\slash", "line\nbreak", "ünïcode", "\u{1}", "}]{[", "\"managedFields\":[", ""]
        func text() -> Value { .string(texts[random.int(in: 0..<texts.count)]) }
        func shuffled(_ value: Value) -> Value {
            var members = Array(value.object ?? [:])
            for index in members.indices { members.swapAt(index, random.int(in: 0..<members.count)) }
            return .object(Object(members))
        }
        var metadata: Value = ["name": "p", "namespace": "default", "uid": "u", "annotations": ["a\"b\\": text(), "c": text()]]
        switch random.int(in: 0..<5) {
        case 0: break
        case 1: metadata["labels"] = [:]
        case 2: metadata["labels"] = ["a\"b": text(), "topology.kubernetes.io/zone": text()]
        default: metadata["labels"] = ["c": text(), "app": text()]
        }
        if !one(in: 4) { metadata["generation"] = .int(Int64(random.int(in: 1..<9))) }
        if !one(in: 4) { metadata["managedFields"] = [["manager": text(), "fieldsV1": ["f:spec": [:]]]] }
        if one(in: 5) { metadata["managedFields"] = [["manager": "kube-scheduler"]] }
        var spec: Value = ["containers": [["name": "c", "env": [["name": "x", "value": text()]]]], "hostname": text()]
        if one(in: 6) { spec["nodeName"] = "" }
        var status: Value = ["phase": "Pending", "message": text()]
        if one(in: 4) {
            status["conditions"] = [["type": "PodScheduled", "status": "False", "message": text()], ["type": "Other", "message": text()]]
        }
        if one(in: 6) { status["conditions"] = [] }
        if one(in: 6) { status["nominatedNodeName"] = "n9" }
        if one(in: 8) { status = [:] }
        var pod: Value = ["apiVersion": "v1", "kind": "Pod", "metadata": shuffled(metadata), "spec": shuffled(spec)]
        if !one(in: 8) { pod["status"] = shuffled(status) }
        return one(in: 3) ? shuffled(pod) : pod
    }
    private func entry(_ pod: Value) -> Entry {
        Entry(key: "core/pods/default/p", revision: 77, created: 7, document: Encoded(document: pod))
    }
    /// What the bytes say once they are stored, members sorted.
    private func plain(_ encoded: Encoded) throws -> Value {
        let stored = Entry(key: "core/pods/default/p", revision: 78, created: 7, document: encoded)
        let whole = try JSON.parse(stored.bytes)
        #expect(whole["metadata"]["resourceVersion"] == "78")
        return Self.sorted(whole)
    }
    private static func sorted(_ value: Value) -> Value {
        switch value {
        case .array(let items): .array(items.map(sorted))
        case .object(let object):
            .object(Object(object.sorted { $0.key < $1.key }.map { Object.Member($0.key, sorted($0.value)) }))
        default: value
        }
    }

    @Test func aBoundPodIsWhatTheTreeWouldBe() throws {
        var quick = 0
        for _ in 0..<150 {
            let pod = pod()
            let (entry, node) = (entry(pod), one(in: 2) ? "n1" : "no\"de\\")
            let zone = (key: "topology.kubernetes.io/zone", value: "z\"1")
            let labels = one(in: 3) ? [] : one(in: 2) ? [zone] : [(key: "topology.kubernetes.io/region", value: "r"), zone]
            let document = try #require(entry.document)
            var expected = pod
            expected["metadata"]["resourceVersion"] = "78"
            expected["spec"]["nodeName"] = .string(node)
            for (key, value) in labels { expected["metadata"]["labels"][key] = .string(value) }
            var condition: Value = ["type": "PodScheduled", "status": "True", "lastTransitionTime": .string(Self.now)]
            if !pod["metadata"]["generation"].isNull { condition["observedGeneration"] = pod["metadata"]["generation"] }
            let others = pod["status"]["conditions"].items.filter { $0["type"] != "PodScheduled" }
            expected["status"]["conditions"] = .array(others + [condition])
            var status = try #require(expected["status"].object)
            status["nominatedNodeName"] = nil
            expected["status"] = .object(status)
            let edited = DirectEdits(entry, document).bound(to: node, labels, now: Self.now)
            if edited != nil { quick += 1 }
            for encoded in [BoundPod(document, node: node, labels, now: Self.now).encoded, edited].compactMap(\.self) {
                var found = try plain(encoded)
                // Upstream's encoding has it, and says nothing.
                var conditions = found["status"]["conditions"].items
                for index in conditions.indices where conditions[index]["type"] == "PodScheduled" {
                    var members = try #require(conditions[index].object)
                    members["lastProbeTime"] = nil
                    conditions[index] = .object(members)
                }
                found["status"]["conditions"] = .array(conditions)
                #expect(Self.sorted(found) == Self.sorted(expected))
            }
        }
        #expect(quick > 20, "some pods go the short way")
    }

    @Test func aRefusedPodIsWhatTheTreeWouldBe() throws {
        var quick = 0
        for _ in 0..<150 {
            let pod = pod()
            let entry = entry(pod)
            let (reason, message) = ("Unschedulable", "0/1 nodes: \"a\\b\"\n")
            guard let encoded = DirectEdits(entry, try #require(entry.document)).refused(reason: reason, message: message, now: Self.now)
            else { continue }
            quick += 1
            var found = try plain(encoded)
            let condition = found["status"]["conditions"][0]
            #expect(found["status"]["conditions"].items.count == 1)
            #expect(condition["type"] == "PodScheduled" && condition["status"] == "False" && condition["reason"].string == reason)
            #expect(condition["message"].string == message && condition["observedGeneration"] == pod["metadata"]["generation"])
            let owners = found["metadata"]["managedFields"].items
            #expect(owners.dropLast() == Self.sorted(pod["metadata"]["managedFields"]).items[...])
            #expect(owners.last?["manager"] == "kube-scheduler" && owners.last?["subresource"] == "status")
            // Taken back, it is what it was.
            var status = try #require(found["status"].object)
            status["conditions"] = nil
            found["status"] = .object(status)
            found["metadata"]["managedFields"] = .array(Array(owners.dropLast()))
            var expected = pod
            expected["metadata"]["resourceVersion"] = "78"
            #expect(Self.sorted(found) == Self.sorted(expected))
        }
        #expect(quick > 10)
    }
}
