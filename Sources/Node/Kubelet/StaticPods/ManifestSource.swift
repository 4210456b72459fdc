import Control
import Documents

/// Where static pods are described: on a node the files below `/etc/kubernetes/manifests`.
package protocol ManifestSource: Sendable {
    /// All manifests as they are now.
    func manifests() async -> [Manifest]
}

/// One file that describes a pod.
package struct Manifest: Sendable, Hashable {
    /// Its path, which is part of the pod's identity.
    package let path: String
    /// YAML or JSON.
    package let text: String
    /// A manifest of that path and text.
    package init(path: String, text: String) { (self.path, self.text) = (path, text) }
}

/// Reads manifests again and again and tells the engine when they have changed. Source: kubelet's fileCheckFrequency of 20 s.
struct ManifestFollower: Service {
    private static let interval = Duration.seconds(20)
    let source: any ManifestSource
    let facts: NodeFacts
    let mailbox: Mailbox<EngineMessage>
    let clock: any WallClock

    /// Runs until cancelled.
    func run() async throws {
        var known: [Manifest]?
        while true {
            let manifests = await source.manifests().sorted { $0.path < $1.path }
            if manifests != known {
                known = manifests
                mailbox.post(.manifests(manifests.compactMap { pod($0) }))
            }
            try await clock.sleep(for: Self.interval)
        }
    }

    private func pod(_ manifest: Manifest) -> StaticPod? {
        do {
            return try StaticPod(manifest, on: facts, at: clock.now)
        } catch {
            Log("kubelet").warning("static pod manifest refused", ["path": manifest.path, "error": error.message])
            return nil
        }
    }
}
