package import Control
import Documents
import KubeModel
package import Reconcile
package import Storage

/// Binds in the store itself: a pod's bytes are copied with the node's name in them, and many pods are one write to wait for.
///
/// It does what the `binding` subresource does, which validates nothing else of a pod. Source: upstream's BindingREST.
package struct DirectBinder: BatchBinder {
    let realm: Realm
    let clock: any WallClock
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
        // The event is as old as the decision, so that it stands before what the node tells.
        let began = clock.now
        // Others may write a pod at the same time: what is left is tried on the newest documents.
        for _ in 0..<8 where !left.isEmpty {
            var (writes, indices, topology) = ([Write](), [Int](), [String: BoundPod.Labels]())
            let now = clock.now.text
            for index in left {
                let node = pods[index].node
                let labels = topology[node] ?? TopologyLabels.of(realm.get(NodeFields.kind.key(nil, node))?.document?.root)
                topology[node] = labels
                switch write(pods[index].pod, node, labels, now) {
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
        let events = pods.indices.filter { outcomes[$0] == nil }.map { event(pods[$0].pod, pods[$0].node, scheduler, began) }
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

    private func write(_ pod: PodIdentity, _ node: String, _ labels: BoundPod.Labels, _ now: String) -> Result<Write, ChangeError> {
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
        let encoded =
            DirectEdits(entry, document).bound(to: node, labels, now: now) ?? BoundPod(document, node: node, labels, now: now).encoded
        return .success(Write(key, .put(encoded), if: .revision(entry.revision)))
    }

    /// The event that a pod has its node.
    private func event(_ pod: PodIdentity, _ node: String, _ scheduler: String, _ now: Timestamp) -> Write {
        let message = "Successfully assigned \(pod.namespace)/\(pod.name) to \(node)"
        return event(pod, ("Normal", "Scheduled", message), scheduler, now)
    }
    /// An event about a pod, as the API server would store it.
    func event(
        _ pod: PodIdentity, _ told: (type: String, reason: String, message: String), _ scheduler: String, _ time: Timestamp
    ) -> Write {
        let name = EventName.text(about: pod.name, at: time, told: scheduler, told.reason, told.message)
        let now = time.text
        // Of these texts only the scheduler's name and the message may need escapes.
        let component = String(decoding: JSON.encode(.string(scheduler)), as: UTF8.self)
        let message = String(decoding: JSON.encode(.string(told.message)), as: UTF8.self)
        let opening = "{\"kind\":\"Event\",\"apiVersion\":\"v1\",\"metadata\":{"
        let text = """
            \(opening)"name":"\(name)","namespace":"\(pod.namespace)","uid":"\(random.uuid())","creationTimestamp":"\(now)"},\
            "involvedObject":{"kind":"Pod","namespace":"\(pod.namespace)","name":"\(pod.name)","uid":"\(pod.uid)","apiVersion":"v1"},\
            "reason":"\(told.reason)","message":\(message),\
            "source":{"component":\(component)},"firstTimestamp":"\(now)","lastTimestamp":"\(now)","count":1,"type":"\(told.type)",\
            "eventTime":null,"reportingComponent":\(component),"reportingInstance":""}
            """
        let encoded = Encoded(bytes: Array(text.utf8), gap: opening.utf8.count, comma: true)
        return Write(EventFields.kind.key(pod.namespace, name), .put(encoded), if: .none)
    }
}
