import Documents
import KubeClient
import KubeModel

/// A volume of a pod behind which a claim stands.
struct ClaimedVolume {
    let name: String
    let claim: String
    let isEphemeral: Bool

    static func all(of pod: Value) -> [ClaimedVolume] {
        pod["spec"]["volumes"].items.compactMap { volume in
            let name = volume["name"].string ?? ""
            if let claim = volume["persistentVolumeClaim"]["claimName"].string {
                return ClaimedVolume(name: name, claim: claim, isEphemeral: false)
            }
            guard !volume["ephemeral"].isNull else { return nil }
            return ClaimedVolume(name: name, claim: "\(pod["metadata"]["name"].string ?? "")-\(name)", isEphemeral: true)
        }
    }
}

/// Why a pod's volumes are not there yet.
struct MountTrouble: Error, Equatable {
    let volumes: [String]
    /// What is wrong with a claim; nil when the volumes are only not attached yet.
    var reason: String?

    /// Source: kubelet, volume_manager.go, WaitForAttachAndMount.
    var text: String {
        let names = "[\(volumes.joined(separator: " "))]"
        let (unattached, failed) = reason == nil ? (names, "[]") : ("[]", names)
        return "Unable to attach or mount volumes: unmounted volumes=\(names), unattached volumes=\(unattached), "
            + "failed to process volumes=\(failed): \(reason ?? "context deadline exceeded")"
    }
}

/// The volumes that a machine's pods use: tells in the node's status which they are, and waits until they are attached.
///
/// Unchecked: a machine calls it from one task at a time. Source: kubernetes, pkg/kubelet/volumemanager.
final class NodeVolumes: @unchecked Sendable {
    private static let drivers = Kind(
        group: "storage.k8s.io", version: "v1", "CSIDriver", prefix: "storage.k8s.io/csidrivers/", namespaced: false)

    private let client: KubeClient
    private let node: String
    /// What attachable volumes each pod uses, by its uid.
    private var used: [String: Set<String>] = [:]
    private var told: Set<String>

    /// `told` is what the node's status says already, as after a restart.
    init(client: KubeClient, node: String, told: [String]) {
        (self.client, self.node, self.told) = (client, node, Set(told))
    }

    private var inUse: Set<String> { used.values.reduce(into: []) { $0.formUnion($1) } }
    /// Whether the node's status says something else.
    var isBehind: Bool { inUse != told }

    /// The pod uses its volumes no more.
    func release(_ uid: String) { used[uid] = nil }

    /// Tells which volumes are in use.
    func report() async throws(KubeClientError) {
        let present = inUse
        guard present != told else { return }
        let list: Value = present.isEmpty ? .null : .array(present.sorted().map(Value.string))
        do throws(KubeClientError) {
            try await client.patchUnread(NodeFields.kind, node, .merge(["status": ["volumesInUse": list]]), subresource: "status")
        } catch  where error.isNotFound {
            // Somebody deleted the node, and with it what it said.
        }
        told = present
    }

    /// What a pod's volumes still lack; nil when they are all there. They count as in use from now on.
    func trouble(of pod: Value, _ uid: String) async throws(KubeClientError) -> MountTrouble? {
        var names: [String: String] = [:]
        for volume in ClaimedVolume.all(of: pod) {
            switch try await device(of: volume, pod) {
            case .failure(let trouble): return trouble
            case .success(nil): continue
            case .success(let device?): names[device] = volume.name
            }
        }
        used[uid] = Set(names.keys)
        try await report()
        guard !names.isEmpty else { return nil }
        let status = try await client.get(NodeFields.kind, node)["status"]
        let attached = Set(status["volumesAttached"].items.compactMap { $0["name"].string })
        let missing = names.filter { !attached.contains($0.key) }.values.sorted()
        return missing.isEmpty ? nil : MountTrouble(volumes: missing)
    }

    /// What the node calls the volume; nil when none has to be attached. Source: desired_state_of_world_populator.go, createVolumeSpec.
    private func device(of volume: ClaimedVolume, _ pod: Value) async throws(KubeClientError) -> Result<String?, MountTrouble> {
        let namespace = pod["metadata"]["namespace"].string ?? ""
        func trouble(_ reason: String) -> Result<String?, MountTrouble> {
            .failure(MountTrouble(volumes: [volume.name], reason: "error processing PVC \(namespace)/\(volume.claim): \(reason)"))
        }
        let claim: Value
        do throws(KubeClientError) {
            claim = try await client.get(PersistentVolumeClaimFields.kind, namespace: namespace, volume.claim)
        } catch {
            guard error.isNotFound else { throw error }
            return trouble("failed to fetch PVC from API server: \(error)")
        }
        if !claim["metadata"]["deletionTimestamp"].isNull { return trouble("PVC is being deleted") }
        if volume.isEphemeral, !claim["metadata"]["ownerReferences"].items.contains(where: { $0["uid"] == pod["metadata"]["uid"] }) {
            let name = pod["metadata"]["name"].string ?? ""
            return trouble("PVC \(namespace)/\(volume.claim) was not created for pod \(namespace)/\(name) (pod is not owner)")
        }
        guard claim["status"]["phase"] == "Bound", let name = claim["spec"]["volumeName"].string else { return trouble("PVC is not bound") }
        let source = try await client.get(PersistentVolumeFields.kind, name)["spec"]["csi"]
        guard let driver = source["driver"].string, try await isAttached(driver) else { return .success(nil) }
        return .success("kubernetes.io/csi/\(driver)^\(source["volumeHandle"].string ?? "")")
    }
    /// Whether a driver's volumes are attached before they are mounted; drivers of whom nothing is known want that.
    private func isAttached(_ driver: String) async throws(KubeClientError) -> Bool {
        do throws(KubeClientError) {
            return try await client.get(Self.drivers, driver)["spec"]["attachRequired"].bool ?? true
        } catch {
            guard error.isNotFound else { throw error }
            return true
        }
    }
}
