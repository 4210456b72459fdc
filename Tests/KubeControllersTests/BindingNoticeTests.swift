import Control
import Documents
import Testing

@testable import KubeScheduler
@testable import Storage

/// A binding that the scheduler expected, told by the bytes of two versions of a pod, against reading both.
@Suite struct BindingNoticeTests {
    private let random = RandomSource(seed: 11)
    private func one(in count: Int) -> Bool { random.int(in: 0..<count) == 0 }

    private func pod() -> Value {
        var spec: Value = [
            "containers": [["name": "c", "image": one(in: 2) ? "a" : "b", "resources": ["requests": ["cpu": "1"]]]],
            "tolerations": [["key": "k", "operator": "Exists"]],
        ]
        if one(in: 4) { spec["volumes"] = [["name": "v", "persistentVolumeClaim": ["claimName": "c"]]] }
        if one(in: 9) { spec["nodeName"] = "" }
        if one(in: 6) {
            let selector: Value = ["matchLabels": ["app": "a"]]
            let term: Value = ["topologyKey": "zone", "labelSelector": selector, "matchLabelKeys": ["topology.kubernetes.io/zone"]]
            spec["affinity"] = ["podAntiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [term]]]
        }
        var pod: Value = [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p", "namespace": "default", "uid": "u", "labels": ["app": "a"]],
            "spec": spec, "status": ["phase": "Pending"],
        ]
        if !one(in: 9) { pod["metadata"]["managedFields"] = [["manager": "m"]] }
        if one(in: 6) { pod["status"]["conditions"] = [["type": "PodScheduled", "status": "False"]] }
        return pod
    }
    private func entry(_ document: Encoded, _ revision: Revision) -> Entry {
        Entry(key: "core/pods/default/p", revision: revision, created: 7, document: document)
    }

    /// The pod with its node, and in most cases with something else changed too.
    private func bound(_ entry: Entry) throws -> Entry {
        let (document, now) = (try #require(entry.document), "2026-01-02T03:04:05Z")
        let labels = one(in: 2) ? [(key: "topology.kubernetes.io/zone", value: "z")] : []
        let encoded =
            DirectEdits(entry, document).bound(to: "n1", labels, now: now) ?? BoundPod(document, node: "n1", labels, now: now).encoded
        let bound = self.entry(encoded, 99)
        var pod = bound.whole
        switch random.int(in: 0..<14) {
        case 0: pod["metadata"]["labels"]["app"] = "other"
        case 1: pod["metadata"]["uid"] = "other"
        case 2: pod["metadata"]["deletionTimestamp"] = .string(now)
        case 3: pod["spec"]["tolerations"] = []
        case 4: pod["spec"]["containers"] = [["name": "c", "image": "c"]]
        case 5: pod["status"]["phase"] = "Failed"
        case 6: pod["status"]["containerStatuses"] = [["name": "c", "allocatedResources": ["cpu": "2"]]]
        case 7: pod["spec"]["priority"] = 5
        case 8: pod["metadata"]["annotations"] = ["a": "b"]
        default: return bound
        }
        return self.entry(Encoded(document: pod), 99)
    }

    @Test func aBindingToldByBytesIsWhatReadingThePodSays() throws {
        var (reader, told, relabelled) = (PodReader(), 0, 0)
        for _ in 0..<300 {
            let old = entry(Encoded(document: pod()), 8)
            let new = try bound(old)
            let (oldDocument, newDocument) = (try #require(old.document), try #require(new.document))
            let (seenBefore, seenAfter) = (reader.read(oldDocument, key: old.key), reader.read(newDocument, key: new.key))
            let (before, after) = (try #require(seenBefore), try #require(seenAfter))
            guard let (pod, node) = reader.bound(before.pod, new, since: old) else { continue }
            told += 1
            if pod.group !== before.pod.group { relabelled += 1 }
            #expect(node == after.nodeName && after.isAssigned && before.nodeName.isEmpty)
            #expect(pod.counts(like: after.pod) && pod.key == after.pod.key, "\(old.whole) \(new.whole)")
        }
        #expect(told > 30 && relabelled > 10)
    }
}
