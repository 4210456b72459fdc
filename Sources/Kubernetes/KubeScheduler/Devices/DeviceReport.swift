import Documents
import KubeModel
import Reconcile
import Storage

/// Writes into claims which devices they have, and for which pod. Source: DynamicResources, bindClaim.
extension SchedulerReport {
    private static let claimKind = Kind(group: "resource.k8s.io", "ResourceClaim", prefix: DeviceBook.claimPrefix)

    /// - Returns: Why not all of it could be written.
    func allocate(_ plan: DevicePlan, for pod: SchedulingPod) async -> ChangeError? {
        for allocation in plan.allocations { if let error = await allocate(allocation, for: pod) { return error } }
        return nil
    }

    private func allocate(_ allocation: DevicePlan.Allocation, for pod: SchedulingPod) async -> ChangeError? {
        let name = String(allocation.claim.dropFirst(pod.namespace.utf8.count + 1))
        for attempt in 0... {
            guard let document = realm.get(DeviceBook.claimPrefix + allocation.claim)?.value,
                document["metadata"]["uid"].string == allocation.uid
            else { return .notFound("resourceclaims.resource.k8s.io \(name.quoted) not found") }
            let identity: Value = [
                "uid": .string(allocation.uid), "resourceVersion": document["metadata"]["resourceVersion"],
            ]
            let reserved = document["status"]["reservedFor"].items
            let reference: Value = ["resource": "pods", "name": .string(pod.name), "uid": .string(pod.uid.text)]
            var status: Value = ["reservedFor": .array(reserved.contains(reference) ? reserved : reserved + [reference])]
            if !allocation.isReservation { status["allocation"] = Self.document(allocation) }
            do throws(ChangeError) {
                let write = Change.patch(
                    Self.claimKind, namespace: pod.namespace, name: name, ["metadata": identity, "status": status], subresource: "status")
                _ = try await writer.apply(write, by: Scheduler.actor)
                try await protect(document, name, in: pod.namespace)
                return nil
            } catch {
                guard case .conflict = error, attempt < 5 else { return error }
            }
        }
        return nil
    }
    /// A claim with devices goes only once they are given back.
    private func protect(_ claim: Value, _ name: String, in namespace: String) async throws(ChangeError) {
        let finalizer: Value = "resource.kubernetes.io/delete-protection"
        let finalizers = claim["metadata"]["finalizers"].items
        guard !finalizers.contains(finalizer) else { return }
        let metadata: Value = ["uid": claim["metadata"]["uid"], "finalizers": .array(finalizers + [finalizer])]
        _ = try await writer.apply(
            .patch(Self.claimKind, namespace: namespace, name: name, ["metadata": metadata]), by: Scheduler.actor)
    }

    private static func document(_ allocation: DevicePlan.Allocation) -> Value {
        let results = allocation.results.map { result -> Value in
            var value: Value = [
                "request": .string(result.request), "driver": .string(result.device.driver), "pool": .string(result.device.pool),
                "device": .string(result.device.name),
            ]
            if result.isAdministrative { value["adminAccess"] = true }
            return value
        }
        var document: Value = ["devices": ["results": .array(results)]]
        if let node = allocation.node {
            let field: Value = ["key": "metadata.name", "operator": "In", "values": [.string(node)]]
            document["nodeSelector"] = ["nodeSelectorTerms": [["matchFields": [field]]]]
        }
        return document
    }
}
