import Control
import Documents
import KubeModel
import Reconcile
import Storage

/// Tells in the cluster what became of pods: events, and the condition PodScheduled.
struct SchedulerReport: Sendable {
    let realm: Realm
    let writer: any ChangeWriter
    let clock: any WallClock
    /// How often a condition is tried when others write the pod at the same time.
    private let attempts = 5
    private let intents = NominationIntents()

    init(realm: Realm, writer: any ChangeWriter, clock: any WallClock) { (self.realm, self.writer, self.clock) = (realm, writer, clock) }

    func scheduled(_ pod: SchedulingPod, on node: String) async {
        await tell(pod, "Normal", "Scheduled", "Successfully assigned \(pod.namespace)/\(pod.name) to \(node)")
    }

    /// Promises volumes to claims, and says near which node others are to be made. The volume controllers do the rest.
    /// - Returns: Why not all of it could be written.
    func prepare(_ plan: VolumePlan, node: String) async -> ChangeError? {
        do throws(ChangeError) {
            for binding in plan.bindings {
                let path = binding.claim.split(separator: "/").map(String.init)
                let reference: Value = [
                    "kind": "PersistentVolumeClaim", "apiVersion": "v1", "namespace": .string(path[0]), "name": .string(path[1]),
                    "uid": .string(binding.uid),
                ]
                let patch: Value = [
                    "metadata": ["annotations": ["pv.kubernetes.io/bound-by-controller": "yes"]], "spec": ["claimRef": reference],
                ]
                _ = try await writer.apply(
                    .patch(PersistentVolumeFields.kind, namespace: nil, name: binding.volume, patch), by: Scheduler.actor)
            }
            for claim in plan.provisions {
                let path = claim.split(separator: "/").map(String.init)
                let patch: Value = ["metadata": ["annotations": .object(Object([.init(VolumeBook.selectedNode, .string(node))]))]]
                _ = try await writer.apply(
                    .patch(PersistentVolumeClaimFields.kind, namespace: path[0], name: path[1], patch), by: Scheduler.actor)
            }
            return nil
        } catch { return error }
    }

    /// Takes note of a nomination at once, in the order of decisions; `failed` and `nominationEnded` write it.
    func intend(_ pod: SchedulingPod, nomination: String) { intents.intend(pod.key, nomination) }

    func failed(_ pod: SchedulingPod, _ failure: SchedulingFailure) async {
        if failure.isNews { await tell(pod, "Warning", "FailedScheduling", failure.message) }
        await writeStatus(pod) { document in
            guard document["spec"]["nodeName"].string?.isEmpty ?? true else { return nil }
            var status = document["status"]
            setCondition("PodScheduled", "False", failure.reason, failure.message, &status, of: document)
            return status
        }
    }

    func nominationEnded(_ pod: SchedulingPod) async { await writeStatus(pod) { $0["status"] } }

    /// Deletes the victim with its own grace period, and says why.
    /// - Returns: Whether it is gone or going.
    func preempt(_ victim: SchedulingPod, for pod: SchedulingPod, on node: String) async -> Bool {
        let marked = await writeStatus(victim) { document in
            var status = document["status"]
            let message = "\(pod.shape.schedulerName): preempting to accommodate a higher priority pod"
            setCondition("DisruptionTarget", "True", Preemption.reason, message, &status, of: document)
            return status
        }
        guard marked else { return false }
        do throws(ChangeError) {
            let deletion = Change.delete(PodFields.kind, namespace: victim.namespace, name: victim.name, uid: victim.uid.text)
            _ = try await writer.apply(deletion, by: Scheduler.actor)
        } catch {
            // Another pod of this name is none of the victims.
            switch error {
            case .notFound, .conflict: break
            default: return false
            }
        }
        await tell(victim, "Normal", "Preempted", "Preempted by pod \(pod.uid.text) on node \(node)", action: "Preempting", related: pod)
        return true
    }

    private func setCondition(
        _ type: String, _ state: String, _ reason: String, _ message: String, _ status: inout Value, of document: Value
    ) {
        let generation = document["metadata"]["generation"]
        var conditions = status["conditions"].items
        let present = conditions.first { $0["type"].string == type }
        if let present, present["status"].string == state, present["reason"].string == reason, present["message"].string == message,
            present["observedGeneration"] == generation
        {
            return
        }
        let now = Value.string(clock.now.text)
        let since = present?["status"].string == state ? present?["lastTransitionTime"] ?? now : now
        conditions.removeAll { $0["type"].string == type }
        conditions.append([
            "type": .string(type), "observedGeneration": generation, "status": .string(state), "lastProbeTime": nil,
            "lastTransitionTime": since,
            "reason": .string(reason), "message": .string(message),
        ])
        status["conditions"] = .array(conditions)
    }

    /// Writes the status that `change` makes of a pod's document, with the nomination that is intended. Conditions are written as a whole, so the write insists on the document
    /// that it was made for.
    /// - Returns: Whether it is as wanted: false when the write was refused. A pod that is gone wants nothing.
    @discardableResult
    private func writeStatus(_ pod: SchedulingPod, _ change: (Value) -> Value?) async -> Bool {
        var intent: String?
        defer { if let intent { intents.settle(pod.key, intent) } }
        for _ in 0..<attempts {
            intent = intents.intent(pod.key)
            guard let document = realm.snapshot().get(pod.key)?.value, document["metadata"]["uid"].string == pod.uid.text,
                var status = change(document)
            else { return true }
            if let intent { status["nominatedNodeName"] = intent.isEmpty ? .null : .string(intent) }
            if status == document["status"] { return true }
            let patch: Value = [
                "metadata": ["uid": .string(pod.uid.text), "resourceVersion": document["metadata"]["resourceVersion"]],
                "status": ["conditions": status["conditions"], "nominatedNodeName": status["nominatedNodeName"]],
            ]
            let write = Change.patch(PodFields.kind, namespace: pod.namespace, name: pod.name, patch, subresource: "status")
            do throws(ChangeError) {
                _ = try await writer.apply(write, by: Scheduler.actor)
                return true
            } catch {
                switch error {
                case .conflict: continue
                case .notFound: return true
                default: return false
                }
            }
        }
        return false
    }

    /// Equal events of a pod are one with a count.
    func tell(
        _ pod: SchedulingPod, _ type: String, _ reason: String, _ message: String, action: String? = nil, related: SchedulingPod? = nil
    ) async {
        let (time, identity) = (clock.now, PodIdentity(namespace: pod.namespace, name: pod.name, uid: pod.uid.text))
        let now = Value.string(time.text)
        if let event = realm.snapshot().event(about: identity, reason, message)?.value, let name = event["metadata"]["name"].string {
            let count = Int64((event["count"].int ?? 1) + 1)
            return await apply(
                .patch(EventFields.kind, namespace: pod.namespace, name: name, ["count": .int(count), "lastTimestamp": now]))
        }
        let name = EventName.text(about: pod.name, at: time, told: "default-scheduler", reason, message)
        var event: Value = [
            "apiVersion": "v1", "kind": "Event", "metadata": ["name": .string(name), "namespace": .string(pod.namespace)],
            "involvedObject": reference(pod), "reason": .string(reason), "message": .string(message),
            "source": ["component": "default-scheduler"], "firstTimestamp": now, "lastTimestamp": now, "count": 1,
            "type": .string(type), "eventTime": nil, "reportingComponent": "default-scheduler", "reportingInstance": "",
        ]
        if let action { event["action"] = .string(action) }
        if let related { event["related"] = reference(related) }
        await apply(.create(EventFields.kind, event))
    }
    private func reference(_ pod: SchedulingPod) -> Value {
        [
            "kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name), "uid": .string(pod.uid.text), "apiVersion": "v1",
        ]
    }

    /// Reports are worth a try, not more.
    private func apply(_ change: Change) async { _ = try? await writer.apply(change, by: Scheduler.actor) }
}
