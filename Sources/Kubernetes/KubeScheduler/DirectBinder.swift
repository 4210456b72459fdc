package import Control
import Documents
import KubeModel
package import Reconcile
package import Storage

/// Binds in the store itself: a pod's bytes are copied with the node's name in them, and many pods are one write to wait for.
///
/// It does what the `binding` subresource does, which admits and validates nothing else of a pod. Source: upstream's BindingREST.
package struct DirectBinder: BatchBinder {
    private let realm: Realm
    private let clock: any WallClock
    private let random: RandomSource

    /// A binder of a cluster's pods.
    package init(realm: Realm, clock: any WallClock, random: RandomSource) {
        (self.realm, self.clock, self.random) = (realm, clock, random)
    }

    package func bind(_ pod: PodIdentity, to node: String) async throws(ChangeError) {
        if let error = await bind([(pod, node)], as: "default-scheduler").first ?? nil { throw error }
    }

    package func bind(_ pods: [(pod: PodIdentity, node: String)], as scheduler: String) async -> [ChangeError?] {
        var outcomes: [ChangeError?] = Array(repeating: nil, count: pods.count)
        var left = Array(pods.indices)
        // Others may write a pod at the same time: what is left is tried on the newest documents.
        for _ in 0..<8 where !left.isEmpty {
            var (writes, indices) = ([Write](), [Int]())
            let now = clock.now.text
            for index in left {
                switch write(pods[index].pod, pods[index].node, now) {
                case .success(let write):
                    writes.append(write)
                    indices.append(index)
                case .failure(let error): outcomes[index] = error
                }
            }
            left = []
            for (index, result) in zip(indices, await realm.commit(writes)) {
                outcomes[index] = Self.error(result, pods[index].pod)
                if case .failure(.conflict) = result { left.append(index) }
            }
            if !left.isEmpty { await realm.settled() }
        }
        let now = clock.now.text
        let events = pods.indices.filter { outcomes[$0] == nil }.map { event(pods[$0].pod, pods[$0].node, scheduler, now) }
        if !events.isEmpty { _ = await realm.commit(events) }
        return outcomes
    }

    private static func error(_ result: Result<Entry, StorageError>, _ pod: PodIdentity) -> ChangeError? {
        guard case .failure(let error) = result else { return nil }
        return switch error {
        case .absent: .notFound("pods \(pod.name.quoted) not found")
        case .conflict: Self.conflict(pod, "the object has been modified; please apply your changes to the latest version and try again")
        default: .unavailable("\(error)")
        }
    }
    private static func conflict(_ pod: PodIdentity, _ reason: String) -> ChangeError {
        .conflict("Operation cannot be fulfilled on pods/binding \(pod.name.quoted): \(reason)")
    }

    private func write(_ pod: PodIdentity, _ node: String, _ now: String) -> Result<Write, ChangeError> {
        let key = PodFields.kind.key(pod.namespace, pod.name)
        guard let entry = realm.get(key) else { return .failure(.notFound("pods \(pod.name.quoted) not found")) }
        guard let document = entry.document else { return .failure(.unavailable("the pod's document cannot be read")) }
        let (metadata, spec) = (document.root["metadata"], document.root["spec"])
        let uid = metadata?["uid"]?.string ?? ""
        if uid != pod.uid {
            return .failure(Self.conflict(pod, "Precondition failed: UID in precondition: \(pod.uid), UID in object meta: \(uid)"))
        }
        if metadata?["deletionTimestamp"].map({ !$0.isNull }) ?? false {
            return .failure(Self.conflict(pod, "pod \(pod.name) is being deleted, cannot be assigned to a host"))
        }
        if let host = spec?["nodeName"]?.string, !host.isEmpty {
            return .failure(Self.conflict(pod, "pod \(pod.name) is already assigned to node \(host.quoted)"))
        }
        if (spec?["schedulingGates"]?.count ?? 0) > 0 {
            return .failure(Self.conflict(pod, "pod \(pod.name) has non-empty .spec.schedulingGates"))
        }
        return .success(Write(key, .put(BoundPod(document, node: node, now: now).encoded), if: .revision(entry.revision)))
    }

    /// The event that a pod has its node, as the API server would store it.
    private func event(_ pod: PodIdentity, _ node: String, _ scheduler: String, _ now: String) -> Write {
        let name = "\(pod.name).\(Naming.digits(pod.uid + node))"
        // Of these texts only the scheduler's name may need escapes.
        let component = String(decoding: JSON.encode(.string(scheduler)), as: UTF8.self)
        let opening = "{\"kind\":\"Event\",\"apiVersion\":\"v1\",\"metadata\":{"
        let text = """
            \(opening)"name":"\(name)","namespace":"\(pod.namespace)","uid":"\(random.uuid())","creationTimestamp":"\(now)"},\
            "involvedObject":{"kind":"Pod","namespace":"\(pod.namespace)","name":"\(pod.name)","uid":"\(pod.uid)","apiVersion":"v1"},\
            "reason":"Scheduled","message":"Successfully assigned \(pod.namespace)/\(pod.name) to \(node)",\
            "source":{"component":\(component)},"firstTimestamp":"\(now)","lastTimestamp":"\(now)","count":1,"type":"Normal",\
            "eventTime":null,"reportingComponent":\(component),"reportingInstance":""}
            """
        let encoded = Encoded(bytes: Array(text.utf8), gap: opening.utf8.count, comma: true)
        return Write(EventFields.kind.key(pod.namespace, name), .put(encoded), if: .none)
    }
}

/// The bytes of a pod once it has a node.
private struct BoundPod {
    private var bytes: [UInt8] = []
    private var gap: Int?
    private var comma = false

    init(_ document: Document, node: String, now: String) {
        bytes.reserveCapacity(document.bytes.count + 256)
        let status = document.root["status"]
        add("{")
        var isFirst = true
        document.root.forEachMember { key, value in
            begin(key, &isFirst)
            switch key {
            case "metadata": addMetadata(value)
            case "spec": addSpec(value, node)
            case "status": addStatus(value, now)
            default: bytes += value.bytes
            }
            return true
        }
        if status == nil {
            begin("status", &isFirst)
            add("{\"conditions\":[\(Self.condition(now))]}")
        }
        add("}")
    }
    var encoded: Encoded { Encoded(bytes: bytes, gap: gap, comma: comma) }

    private mutating func add(_ text: String) { bytes += text.utf8 }
    private mutating func begin(_ key: String, _ isFirst: inout Bool) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        if key.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            bytes.append(UInt8(ascii: "\""))
            bytes += key.utf8
            bytes.append(UInt8(ascii: "\""))
        } else {
            bytes += JSON.encode(.string(key))
        }
        bytes.append(UInt8(ascii: ":"))
    }
    private mutating func addMetadata(_ metadata: Node) {
        add("{")
        gap = bytes.count
        var isFirst = true
        metadata.forEachMember { key, value in
            if key == "resourceVersion" { return true }
            begin(key, &isFirst)
            bytes += value.bytes
            return true
        }
        comma = !isFirst
        add("}")
    }
    private mutating func addSpec(_ spec: Node, _ node: String) {
        add("{")
        var isFirst = true
        begin("nodeName", &isFirst)
        bytes += JSON.encode(.string(node))
        spec.forEachMember { key, value in
            if key == "nodeName" { return true }
            begin(key, &isFirst)
            bytes += value.bytes
            return true
        }
        add("}")
    }
    /// The condition becomes true, and nothing is nominated any more. Source: ClearingNominatedNodeNameAfterBinding.
    private mutating func addStatus(_ status: Node, _ now: String) {
        add("{")
        var isFirst = true
        begin("conditions", &isFirst)
        add("[")
        for condition in status["conditions"]?.items ?? [] where condition["type"]?.string != "PodScheduled" {
            bytes += condition.bytes
            bytes.append(UInt8(ascii: ","))
        }
        add("\(Self.condition(now))]")
        status.forEachMember { key, value in
            if key == "conditions" || key == "nominatedNodeName" { return true }
            begin(key, &isFirst)
            bytes += value.bytes
            return true
        }
        add("}")
    }
    private static func condition(_ now: String) -> String {
        "{\"type\":\"PodScheduled\",\"status\":\"True\",\"lastProbeTime\":null,\"lastTransitionTime\":\"\(now)\"}"
    }
}

/// Names that are made of what they stand for.
enum Naming {
    /// Sixteen digits of a text's hash.
    static func digits(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
