import Documents
import KubeModel
import Reconcile
import Storage

/// The claim that is made for a pod's extended resources, in the cluster. Source: KEP-5004; DynamicResources, PreBind and Unreserve.
extension SchedulerReport {
    private static let claimKind = Kind(group: "resource.k8s.io", version: "v1", "ResourceClaim", prefix: DeviceBook.claimPrefix)

    /// Makes the claim as any client would: quotas count it. Gives why it could not be made.
    func make(_ creation: DevicePlan.Creation, _ path: String, for pod: SchedulingPod) async -> ChangeError? {
        do throws(ChangeError) {
            _ = try await writer.apply(.create(Self.claimKind, creation.claim(path, for: pod)), by: Scheduler.actor)
            return nil
        } catch { return error }
    }
    /// Says in the pod's status which claim it has, and for what.
    func tell(_ pod: SchedulingPod, of creation: DevicePlan.Creation, _ path: String) async -> ChangeError? {
        let spec = realm.get(pod.key)?.value["spec"] ?? .null
        return await patch(pod, ["extendedResourceClaimStatus": creation.status(path, spec: spec)])
    }
    private func patch(_ pod: SchedulingPod, _ status: Value) async -> ChangeError? {
        let body: Value = ["metadata": ["uid": .string(pod.uid.text)], "status": status]
        do throws(ChangeError) {
            let change = Change.patch(PodFields.kind, namespace: pod.namespace, name: pod.name, body, subresource: "status")
            _ = try await writer.apply(change, by: Scheduler.actor)
            return nil
        } catch { return error }
    }

    /// Deletes the claim again when the pod does not get its node after all, and what its status says of it.
    func discard(_ path: String, of pod: SchedulingPod) async {
        var uid: String?
        let name = String(path.dropFirst(pod.namespace.utf8.count + 1))
        let error = await rewrite(path, nil) { claim in
            let owners = claim["metadata"]["ownerReferences"].items
            guard owners.contains(where: { $0["uid"].string == pod.uid.text }) else { return .conflict("claim \(path) is another's") }
            uid = claim["metadata"]["uid"].string
            Self.release(&claim)
            return nil
        }
        if error == nil, let uid {
            _ = try? await writer.apply(.delete(Self.claimKind, namespace: pod.namespace, name: name, uid: uid), by: Scheduler.actor)
        }
        let known = realm.get(pod.key)?.value["status"]["extendedResourceClaimStatus"]["resourceClaimName"]
        if known?.string == name { _ = await patch(pod, ["extendedResourceClaimStatus": .null]) }
    }
}
