import Synchronization

/// How often one check of a container has brought one result. Source: kubelet/prober, `prober_probe_total`.
package struct ProbeCount: Sendable, Hashable {
    package let namespace: String, pod: String, uid: String, container: String
    /// `Startup`, `Liveness` or `Readiness`.
    package let kind: String
    /// `successful`, `failed` or `unknown`.
    package let result: String
    package let count: Int
}

/// Counts checks of the node's pods.
final class ProbeCounts: Sendable {
    private struct Check: Hashable {
        let namespace: String, pod: String, container: String, kind: String, result: String
    }
    private let counts = Mutex<[String: [Check: Int]]>([:])

    func add(_ run: ProbeRun, _ outcome: ProbeOutcome, of spec: PodSpecView) {
        let result =
            switch outcome {
            case .success: "successful"
            case .failure: "failed"
            case .unknown: "unknown"
            }
        let check = Check(
            namespace: spec.namespace, pod: spec.name, container: run.slot.name, kind: run.kind.title, result: result)
        counts.withLock { $0[spec.uid, default: [:]][check, default: 0] += 1 }
    }

    /// The counts of pods that are there; those of others are forgotten.
    func all(of uids: Set<String>) -> [ProbeCount] {
        let kept = counts.withLock { counts in
            counts = counts.filter { uids.contains($0.key) }
            return counts
        }
        return kept.flatMap { uid, checks in
            checks.map { check, count in
                ProbeCount(
                    namespace: check.namespace, pod: check.pod, uid: uid, container: check.container, kind: check.kind,
                    result: check.result, count: count)
            }
        }
    }
}
