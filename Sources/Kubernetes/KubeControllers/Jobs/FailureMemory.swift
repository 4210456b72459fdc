import Control
import KubeModel
import Synchronization

/// When pods of Jobs failed, those that are gone by now as well: what delays the next pod.
///
/// In memory alone, as upstream's backoffStore: who leads next begins with the pods that are there.
final class FailureMemory: Sendable {
    private struct Record {
        let job: String
        /// By the uids of pods.
        var failures: [String: Timestamp] = [:]
        var lastSuccess: Timestamp?
    }
    /// By the Jobs' keys.
    private let records = Mutex<[String: Record]>([:])
    /// More than these delay the next pod no longer.
    private let most = 16

    /// Takes note of a Job's pods; gives when those failed after which none has succeeded.
    func note(_ job: Job, _ pods: [Pod]) -> [Timestamp] {
        let success = pods.filter { $0.phase == "Succeeded" }.map(\.endedAt).max()
        let failed = pods.filter(job.failed)
        return records.withLock { records in
            guard !failed.isEmpty || records[job.key] != nil else { return [] }
            var record = records[job.key].flatMap { $0.job == job.uid ? $0 : nil } ?? Record(job: job.uid)
            record.lastSuccess = [record.lastSuccess, success].compactMap(\.self).max()
            func follows(_ end: Timestamp) -> Bool { record.lastSuccess.map { end > $0 } ?? true }
            // What a suspension or another parallelism takes away has not failed.
            for pod in failed where pod.phase == "Failed" && pod.isTracked && !job.isSuspended { record.failures[pod.uid] = pod.endedAt }
            record.failures = record.failures.filter { follows($0.value) }
            if record.failures.count > most {
                let latest = record.failures.sorted { ($0.value, $0.key) > ($1.value, $1.key) }.prefix(most)
                record.failures = Dictionary(uniqueKeysWithValues: latest.map { ($0.key, $0.value) })
            }
            records[job.key] = record
            var ends = record.failures
            for pod in failed where follows(pod.endedAt) { ends[pod.uid] = pod.endedAt }
            return Array(ends.values)
        }
    }
    /// A Job has ended or is gone.
    func forget(_ key: String) { records.withLock { $0[key] = nil } }
}
