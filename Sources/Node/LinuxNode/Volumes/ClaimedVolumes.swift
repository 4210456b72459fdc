import Documents
import KubeClient
import KubeModel
import Kubelet
import Linux

/// The volumes behind claims. Source: desired_state_of_world_populator.go, createVolumeSpec.
struct ClaimedVolumes: Sendable {
    let client: KubeClient
    let settings: PodHostSettings

    /// Where the volume of a claim is seen; nil when the volume is none of a claim.
    func place(of volume: Value, _ pod: Value) async throws(PodHostError) -> MountedVolume? {
        try await mount(of: volume, pod).map { MountedVolume(path: $0.path, isReadOnly: $0.isReadOnly) }
    }

    /// What has to be mounted where for a volume of a claim; nil when the volume is none of a claim. - Throws: `PodHostError`.
    func mount(of volume: Value, _ pod: Value) async throws(PodHostError) -> ClaimMount? {
        let text = PodText(pod)
        let name = volume["name"].string ?? ""
        if let driver = volume["csi"]["driver"].string { throw .config(Self.missing(driver)) }
        var readOnly = false
        let claimName: String
        if let given = volume["persistentVolumeClaim"]["claimName"].string {
            (claimName, readOnly) = (given, volume["persistentVolumeClaim"]["readOnly"].bool ?? false)
        } else if !volume["ephemeral"].isNull {
            claimName = "\(text.name)-\(name)"
        } else {
            return nil
        }
        do throws(ClaimTrouble) {
            let persistent = try await bound(claimName, text, isEphemeral: !volume["ephemeral"].isNull)
            return try ClaimMount(persistent, readOnly: readOnly, uid: text.uid, settings: settings)
        } catch {
            switch error {
            case .unbound(let reason):
                let whole = "error processing PVC \(text.namespace)/\(claimName): \(reason)"
                throw .volume(
                    name: name,
                    message: "Unable to attach or mount volumes: unmounted volumes=[\(name)], unattached volumes=[], "
                        + "failed to process volumes=[\(name)]: \(whole)")
            case .driver(let driver): throw .config(Self.missing(driver))
            case .unsupported: throw .config("no volume plugin matched")
            }
        }
    }

    private static func missing(_ driver: String) -> String {
        "kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name \(driver) not found in the list of "
            + "registered CSI drivers"
    }

    /// The persistent volume that a claim is bound to.
    private func bound(_ name: String, _ text: PodText, isEphemeral: Bool) async throws(ClaimTrouble) -> Value {
        let claim: Value
        do throws(KubeClientError) {
            claim = try await client.get(PersistentVolumeClaimFields.kind, namespace: text.namespace, name)
        } catch { throw .unbound("failed to fetch PVC from API server: \(error)") }
        if !claim["metadata"]["deletionTimestamp"].isNull { throw .unbound("PVC is being deleted") }
        if isEphemeral, !claim["metadata"]["ownerReferences"].items.contains(where: { $0["uid"].string == text.uid }) {
            throw .unbound(
                "PVC \(text.namespace)/\(name) was not created for pod \(text.namespace)/\(text.name) (pod is not owner)")
        }
        guard claim["status"]["phase"].string == "Bound", let volumeName = claim["spec"]["volumeName"].string, !volumeName.isEmpty else {
            throw .unbound("PVC is not bound")
        }
        do throws(KubeClientError) {
            let volume = try await client.get(PersistentVolumeFields.kind, volumeName)
            guard volume["spec"]["claimRef"]["uid"] == claim["metadata"]["uid"] else {
                throw KubeClientError.malformed("PV \(volumeName) is not bound to the claim")
            }
            return volume
        } catch { throw .unbound("failed to fetch PV \(volumeName.quoted) from API server: \(error)") }
    }
}

/// Why the volume of a claim cannot be had.
enum ClaimTrouble: Error {
    case unbound(String)
    /// No driver of that name is on the node.
    case driver(String)
    case unsupported
}

/// A persistent volume's place on the node.
struct ClaimMount: Sendable {
    /// What containers mount.
    let path: String
    let isReadOnly: Bool
    private let source: String
    /// Whether `source` is shown at `path` by a bind mount of its own.
    private let binds: Bool
    private let hostPathType: String?
    private let makesSource: Bool

    init(_ volume: Value, readOnly: Bool, uid: String, settings: PodHostSettings) throws(ClaimTrouble) {
        let spec = volume["spec"]
        let name = volume["metadata"]["name"].string ?? ""
        let isBlock = spec["volumeMode"].string == "Block"
        let modes = spec["accessModes"].items.compactMap(\.string)
        isReadOnly = readOnly || (!modes.isEmpty && modes.allSatisfy { $0 == "ReadOnlyMany" })
        if let given = spec["hostPath"]["path"].string {
            (path, source, binds, makesSource) = (given, given, false, false)
            hostPathType = spec["hostPath"]["type"].string ?? ""
        } else if let given = spec["local"]["path"].string {
            (source, binds, hostPathType, makesSource) = (given, !isBlock, nil, false)
            path = isBlock ? given : settings.paths(uid).volume("kubernetes.io/local-volume", name)
        } else if let driver = spec["csi"]["driver"].string {
            guard !settings.volumeStore.isEmpty, !isBlock, let handle = spec["csi"]["volumeHandle"].string, !handle.contains("/") else {
                throw .driver(driver)
            }
            (source, binds, hostPathType, makesSource) = ("\(settings.volumeStore)/\(handle)", true, nil, true)
            path = "\(settings.paths(uid).volume("kubernetes.io/csi", name))/mount"
        } else {
            throw .unsupported
        }
    }

    /// Checks what is there, or binds it. - Throws: `PodHostError.config`.
    func make(for pod: Value) throws(PodHostError) {
        if let hostPathType { return try HostPathVolume.check(path, type: hostPathType) }
        guard binds else { return }
        try VolumeMaker.telling { () throws(SystemError) in
            if makesSource { try Files.makeFolders(source, mode: 0o755) }
            if Mounts.isMountPoint(path) { return }
            try Files.makeFolders(path, mode: 0o750)
            try VolumeOwnership(of: pod).apply(to: source)
            try Mounts.bind(source, at: path, flags: isReadOnly ? .readOnly : [])
        }
    }
}
