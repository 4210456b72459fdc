package import Documents
import KubeModel

/// A claim behind a volume of a pod. Source: kubelet, desired_state_of_world_populator.go, createVolumeSpec.
package struct PodClaim: Sendable {
    /// The volume's name in the pod.
    package let volume: String
    package let name: String
    package let isReadOnly: Bool
    private let isEphemeral: Bool

    /// Nil for a volume behind which no claim stands.
    package init?(_ volume: Value, of pod: Value) {
        self.volume = volume["name"].string ?? ""
        isReadOnly = volume["persistentVolumeClaim"]["readOnly"].bool ?? false
        isEphemeral = !volume["ephemeral"].isNull
        if let name = volume["persistentVolumeClaim"]["claimName"].string {
            self.name = name
        } else if isEphemeral {
            name = "\(pod["metadata"]["name"].string ?? "")-\(self.volume)"
        } else {
            return nil
        }
    }

    /// The claims behind a pod's volumes.
    package static func all(of pod: Value) -> [PodClaim] { pod["spec"]["volumes"].items.compactMap { PodClaim($0, of: pod) } }

    /// The persistent volume that the claim is bound to, or what is wrong with the claim.
    /// - Throws: `KubeClientError` when the API cannot be asked.
    package func persistentVolume(of pod: Value, by client: KubeClient) async throws(KubeClientError) -> Result<Value, MountTrouble> {
        let namespace = pod["metadata"]["namespace"].string ?? ""
        let claim: Value
        do throws(KubeClientError) {
            claim = try await client.get(PersistentVolumeClaimFields.kind, namespace: namespace, name)
        } catch {
            guard error.isNotFound else { throw error }
            return trouble(namespace, "failed to fetch PVC from API server: \(error)")
        }
        if !claim["metadata"]["deletionTimestamp"].isNull { return trouble(namespace, "PVC is being deleted") }
        if isEphemeral, !claim["metadata"]["ownerReferences"].items.contains(where: { $0["uid"] == pod["metadata"]["uid"] }) {
            let pod = "\(namespace)/\(pod["metadata"]["name"].string ?? "")"
            return trouble(namespace, "PVC \(namespace)/\(name) was not created for pod \(pod) (pod is not owner)")
        }
        guard claim["status"]["phase"] == "Bound", let volume = claim["spec"]["volumeName"].string, !volume.isEmpty else {
            return trouble(namespace, "PVC is not bound")
        }
        do throws(KubeClientError) {
            let found = try await client.get(PersistentVolumeFields.kind, volume)
            guard found["spec"]["claimRef"]["uid"] == claim["metadata"]["uid"] else {
                return trouble(namespace, "failed to fetch PV \(volume.quoted) from API server: PV \(volume) is not bound to the claim")
            }
            return .success(found)
        } catch {
            guard error.isNotFound else { throw error }
            return trouble(namespace, "failed to fetch PV \(volume.quoted) from API server: \(error)")
        }
    }
    private func trouble(_ namespace: String, _ reason: String) -> Result<Value, MountTrouble> {
        .failure(MountTrouble(volumes: [volume], reason: "error processing PVC \(namespace)/\(name): \(reason)"))
    }
}

/// Why a pod's volumes are not there yet.
package struct MountTrouble: Error, Equatable {
    /// The volumes' names in the pod.
    package let volumes: [String]
    /// What is wrong with a claim; nil when the volumes are only not attached yet.
    package let reason: String?
    /// Volumes that lack an attachment, or for the reason that is given.
    package init(volumes: [String], reason: String? = nil) { (self.volumes, self.reason) = (volumes, reason) }

    /// The event's message. Source: kubelet, volume_manager.go, WaitForAttachAndMount.
    package var text: String {
        let names = "[\(volumes.joined(separator: " "))]"
        let (unattached, failed) = reason == nil ? (names, "[]") : ("[]", names)
        return "Unable to attach or mount volumes: unmounted volumes=\(names), unattached volumes=\(unattached), "
            + "failed to process volumes=\(failed): \(reason ?? "context deadline exceeded")"
    }
}
