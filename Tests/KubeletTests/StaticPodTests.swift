import Control
import Documents
import KubeClient
import KubeModel
import Synchronization
import Testing

@testable import Kubelet

@Suite struct StaticPodTests {
    private final class Folder: ManifestSource {
        let files = Mutex<[Manifest]>([])
        func manifests() async -> [Manifest] { files.withLock { $0 } }
        func put(_ texts: String...) { files.withLock { $0 = texts.map { Manifest(path: "/m/web.yaml", text: $0) } } }
    }
    private static func text(_ image: String) -> String {
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: main, image: \"\(image)\"}]}"
    }
    private static let name = "web-\(KubeletBed.node.name)"

    private func kubelet(_ bed: KubeletBed, _ folder: Folder) -> Kubelet {
        Kubelet(
            node: KubeletBed.node, client: bed.nodeClient, runtime: bed.runtime, host: bed.host, network: bed.network, manifests: folder,
            clock: bed.clock, random: RandomSource(seed: 2))
    }

    @Test func runsPodsOfManifestsAndShowsThemByMirrors() async throws {
        let bed = try await KubeletBed()
        let folder = Folder()
        folder.put(Self.text("nginx:1"), "kind: Nothing")
        try await bed.with(kubelet(bed, folder)) {
            let pod = try await bed.pod(Self.name) { $0.isReady }
            #expect(pod["metadata"]["annotations"]["kubernetes.io/config.source"] == "file")
            #expect(pod["metadata"]["annotations"]["kubernetes.io/config.mirror"].string?.utf8.count == 32)
            #expect(pod["metadata"]["ownerReferences"][0]["kind"] == "Node")
            #expect(pod["metadata"]["labels"]["app"] == "web")
            try await bed.client.delete(PodFields.kind, Self.name)
            let again = try await bed.pod(Self.name) { $0.isReady && $0["metadata"]["uid"] != pod["metadata"]["uid"] }
            #expect(again.container("main")["containerID"] == pod.container("main")["containerID"], "the containers go on")

            folder.put(Self.text("busybox:1"))
            let changed = try await bed.pod(Self.name) { $0.isReady && $0.container("main")["image"] == "busybox:1" }
            #expect(changed.container("main")["restartCount"] == 0)
            folder.put()
            _ = try await bed.pod(Self.name) { $0.isNull }
            for _ in 0..<60_000 where !bed.runtime.state.withLock({ $0.sandboxes.isEmpty }) { try await bed.pass(.milliseconds(100)) }
            bed.runtime.change { #expect($0.sandboxes.isEmpty && $0.boxes.isEmpty) }
        }
    }

    @Test func goesOnWithThemAfterTheAgentWasStartedAnew() async throws {
        let bed = try await KubeletBed()
        let folder = Folder()
        folder.put(Self.text("nginx:1"))
        var before = Value.null
        try await bed.with(kubelet(bed, folder)) { before = try await bed.pod(Self.name) { $0.isReady } }
        try await bed.with(kubelet(bed, folder)) {
            try await bed.pass(.seconds(15))
            let after = try await bed.client.get(PodFields.kind, Self.name)
            #expect(after.container("main") == before.container("main"))
            #expect(after["metadata"]["uid"] == before["metadata"]["uid"])
        }
    }
}
