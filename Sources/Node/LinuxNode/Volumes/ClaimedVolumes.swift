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
        if let driver = volume["csi"]["driver"].string { throw .config(Self.missing(driver)) }
        guard let claim = PodClaim(volume, of: pod) else { return nil }
        let found = try await persistent(claim, pod)
        do throws(ClaimTrouble) {
            return try ClaimMount(found, readOnly: claim.isReadOnly, uid: PodText(pod).uid, settings: settings)
        } catch {
            switch error {
            case .driver(let driver): throw .config(Self.missing(driver))
            case .unsupported: throw .config("no volume plugin matched")
            }
        }
    }

    /// The persistent volume behind a claim. - Throws: `PodHostError.volume` in the kubelet's words.
    private func persistent(_ claim: PodClaim, _ pod: Value) async throws(PodHostError) -> Value {
        let result: Result<Value, MountTrouble>
        do throws(KubeClientError) { result = try await claim.persistentVolume(of: pod, by: client) } catch {
            throw Self.refusal(error, [claim])
        }
        switch result {
        case .success(let volume): return volume
        case .failure(let trouble): throw .volume(name: claim.volume, message: trouble.text)
        }
    }
    /// What it means for volumes that the API cannot be asked about them.
    static func refusal(_ error: KubeClientError, _ claims: [PodClaim]) -> PodHostError {
        if error == .cancelled { return .cancelled }
        let trouble = MountTrouble(volumes: claims.map(\.volume), reason: "\(error)")
        return .volume(name: claims.first?.volume ?? "", message: trouble.text)
    }

    private static func missing(_ driver: String) -> String {
        "kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name \(driver) not found in the list of "
            + "registered CSI drivers"
    }
}

/// Why the volume of a claim cannot be had.
enum ClaimTrouble: Error {
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
