import Control
import Documents
import KubeModel
import Reconcile
import Storage

/// Writes into claims which devices they have, and for which pod. Source: DynamicResources, bindClaim.
///
/// The store itself is written, as bindings are: the finalizer that keeps a claim until its devices are given back comes with them.
extension SchedulerReport {
    private static let finalizer: Value = "resource.kubernetes.io/delete-protection"
    /// Source: ResourceClaimReservedForMaxSize.
    private static let mostUsers = 256

    /// - Returns: Why not all of it could be written.
    func allocate(_ plan: DevicePlan, for pod: SchedulingPod, on node: String) async -> ChangeError? {
        for allocation in plan.allocations {
            if let creation = allocation.creation, let error = await make(creation, allocation.claim, for: pod) { return error }
            let error = await rewrite(allocation.claim, allocation.uid) { claim in reserve(&claim, allocation, pod) }
            if let error { return error }
            if let creation = allocation.creation, let error = await tell(pod, of: creation, allocation.claim) { return error }
        }
        if plan.allocations.contains(where: \.isConditional) {
            await tell(pod, "Normal", "BindingConditionsPending", "waiting for binding conditions for device on node \(node)")
        }
        return nil
    }
    /// What a claim's document says once the pod may use it.
    private func reserve(_ claim: inout Value, _ allocation: DevicePlan.Allocation, _ pod: SchedulingPod) -> ChangeError? {
        if !claim["metadata"]["deletionTimestamp"].isNull { return .conflict("claim \(allocation.claim) got deleted in the meantime") }
        if !allocation.isReservation {
            guard claim["status"]["allocation"].isNull else {
                return .conflict("claim \(allocation.claim) got allocated elsewhere in the meantime")
            }
            claim["status"]["allocation"] = allocation.document
            // How long conditions of devices are waited for counts from here.
            claim["status"]["allocation"]["allocationTimestamp"] = .string(clock.now.text)
            let finalizers = claim["metadata"]["finalizers"].items
            if !finalizers.contains(Self.finalizer) { claim["metadata"]["finalizers"] = .array(finalizers + [Self.finalizer]) }
        } else if claim["status"]["allocation"].isNull {
            return .conflict("claim \(allocation.claim) got deallocated in the meantime")
        }
        let users = claim["status"]["reservedFor"].items
        let user: Value = ["resource": "pods", "name": .string(pod.name), "uid": .string(pod.uid.text)]
        if users.contains(user) { return nil }
        guard users.count < Self.mostUsers else { return .invalid("resourceclaim \(allocation.claim) is in use by too many pods") }
        claim["status"]["reservedFor"] = .array(users + [user])
        return nil
    }

    /// Takes the pod out of claims that were written for it, when it does not get its node after all. Source: Unreserve.
    func unreserve(_ claims: [(path: String, uid: String)], for pod: SchedulingPod) async {
        for (path, uid) in claims {
            _ = await rewrite(path, uid) { claim in
                let users = claim["status"]["reservedFor"].items.filter { $0["uid"].string != pod.uid.text }
                claim["status"]["reservedFor"] = users.isEmpty ? .null : .array(users)
                return nil
            }
        }
    }
    /// Takes devices away from claims that nobody uses, so that others can be given. Source: DynamicResources, PostFilter.
    func deallocate(_ claims: [(path: String, uid: String)], for pod: SchedulingPod) async {
        for (path, uid) in claims {
            _ = await rewrite(path, uid) { claim in
                guard claim["status"]["reservedFor"].items.allSatisfy({ $0["uid"].string == pod.uid.text }) else {
                    return .conflict("claim \(path) is in use")
                }
                Self.release(&claim)
                return nil
            }
        }
    }
    /// Takes all devices away from a claim.
    static func release(_ claim: inout Value) {
        for name in ["allocation", "devices", "reservedFor"] { claim["status"][name] = .null }
        let finalizers = claim["metadata"]["finalizers"].items.filter { $0 != Self.finalizer }
        claim["metadata"]["finalizers"] = finalizers.isEmpty ? .null : .array(finalizers)
    }

    /// Writes what `change` makes of the newest document of a claim, of the one with that uid where one is given.
    func rewrite(_ path: String, _ uid: String?, _ change: (inout Value) -> ChangeError?) async -> ChangeError? {
        let key = DeviceBook.claimPrefix + path
        for _ in 0..<8 {
            guard let entry = realm.get(key), uid == nil || entry.value["metadata"]["uid"].string == uid else {
                return .notFound("resourceclaims.resource.k8s.io \(path.quoted) not found")
            }
            var document = entry.value
            if let error = change(&document) { return error }
            if document == entry.value { return nil }
            do throws(StorageError) {
                _ = try await realm.commit(Write(key, .put(Encoded(document: document)), if: .revision(entry.revision)))
                return nil
            } catch {
                guard case .conflict = error else { return .unavailable("\(error)") }
                // The other's write may not be durable yet, and so not be seen.
                await realm.settled()
            }
        }
        return .conflict("claim \(path) changes all the time")
    }
}
