import Documents
import KubeModel

/// How long the stages of a pod's life take on simulated machines, and which images cannot be pulled.
///
/// Containers do not run: they start, become ready after their readiness probe's initial delay, and go on until the pod is deleted.
/// A pod whose `restartPolicy` is `Never` or `OnFailure` ends by itself if it has the annotation `simulation.eyrie.dev/run-seconds`,
/// with the exit code of `simulation.eyrie.dev/exit-code` (0 when absent). Pods of Jobs end without it too: after a second, or after as
/// many as the `sleep` in their command says, with the code of its `exit`.
package struct StageTable: Sendable {
    /// From registration to Ready.
    package var nodeReady: Duration = .milliseconds(50)
    /// From being bound to having an address.
    package var sandbox: Duration = .milliseconds(100)
    /// Pulling an image that the machine does not have yet.
    package var pull: Duration = .milliseconds(400)
    /// One init container's whole run.
    package var initContainer: Duration = .milliseconds(200)
    /// Starting the containers, once their images are there.
    package var start: Duration = .milliseconds(100)
    /// From the request to end until the containers are gone; the grace period may cut it short.
    package var termination: Duration = .milliseconds(500)
    /// From `ErrImagePull` to `ImagePullBackOff`.
    package var pullBackOff: Duration = .seconds(10)
    /// What happens to a pod within this time is reported at once; kubelets look at their containers every second. Zero reports all.
    package var relist: Duration = .zero
    /// How often the machine renews its lease. Source: kubelet's default.
    package var leaseRenewal: Duration = .seconds(10)
    /// Whether the machine tells of its storage drivers.
    package var registersDrivers = true
    /// Whether events are recorded.
    package var recordsEvents = true
    /// Why an image with a well-formed name cannot be pulled; nil when it can.
    package var pullFailure: @Sendable (String) -> String? = StageTable.standardPullFailure
    package init() {}

    /// Registries under the reserved domain `invalid`, and the tag that the Kubernetes documentation misspells on purpose.
    package static let standardPullFailure: @Sendable (String) -> String? = { image in
        let reference = ImageReference(image)
        let name = reference?.name ?? image
        guard reference?.registry.hasSuffix(".invalid") == true || name == "docker.io/library/nginx:1.161" else { return nil }
        return
            "rpc error: code = NotFound desc = failed to pull and unpack image \"\(name)\": failed to resolve reference \"\(name)\": \(name): not found"
    }

    /// When a pod ends by itself, in seconds after its start, and the exit code.
    static func ending(of pod: Value) -> (seconds: Int, exitCode: Int)? {
        guard pod["spec"]["restartPolicy"].string.map({ $0 != "Always" }) ?? false else { return nil }
        let annotations = pod["metadata"]["annotations"]
        let code = annotations["simulation.eyrie.dev/exit-code"].string.flatMap(Int.init)
        if let seconds = annotations["simulation.eyrie.dev/run-seconds"].string.flatMap(Int.init), seconds >= 0 {
            return (seconds, code ?? 0)
        }
        let owners = pod["metadata"]["ownerReferences"].items
        guard owners.contains(where: { $0["kind"].string == "Job" && $0["controller"].bool == true }) else { return nil }
        let container = pod["spec"]["containers"][0]
        let words = (container["command"].items + container["args"].items).compactMap(\.string)
            .flatMap { $0.split { " ;&\n\t".contains($0) } }
        func number(after word: Substring) -> Int? {
            words.lastIndex(of: word).flatMap { words.indices.contains($0 + 1) ? Int(words[$0 + 1]) : nil }
        }
        return (max(0, number(after: "sleep") ?? 1), code ?? number(after: "exit").map { $0 & 0xff } ?? 0)
    }
}
