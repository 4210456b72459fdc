import Control
import Documents
import KubeClient
import Kubelet

extension LinuxPodHost {
    /// How long a pod waits for its volumes in one attempt. Source: kubelet's podAttachAndMountTimeout.
    private static let patience = Duration.seconds(123)
    private static let (first, longest) = (Duration.milliseconds(100), Duration.seconds(2))

    /// Says that the pod uses its volumes, and waits until they are attached to this node. - Throws: `PodHostError.volume` for a claim that
    /// cannot be used, at once, and for a volume that is not attached in time.
    func awaitAttachments(_ pod: Value) async throws(PodHostError) {
        let claims = Self.used(pod).compactMap { PodClaim($0, of: pod) }
        guard !claims.isEmpty else { return }
        let deadline = clock.now + Self.patience
        var pause = Self.first
        while true {
            let trouble: MountTrouble?
            do throws(KubeClientError) { trouble = try await volumes.trouble(of: pod, claims) } catch {
                throw ClaimedVolumes.refusal(error, claims)
            }
            guard let trouble else { return }
            guard trouble.reason == nil, clock.now < deadline else {
                throw .volume(name: trouble.volumes.first ?? "", message: trouble.text)
            }
            do { try await clock.sleep(for: pause) } catch { throw .cancelled }
            pause = min(pause * 2, Self.longest)
        }
    }

    /// The pod's volumes are unmounted; what the node's status says of them is mended later where that fails now.
    func releaseAttachments(uid: String) async {
        volumes.release(uid)
        if volumes.isBehind { try? await volumes.report() }
    }

    /// Brings what the node says of its volumes up to date. What an earlier process used counts until every pod that has something on this
    /// machine has been looked at.
    func keepAttachments(prepared: Set<String>) async {
        if Set(await uids()).isSubset(of: prepared) { volumes.settle() }
        if volumes.isBehind { try? await volumes.report() }
    }
}
