import Control
import Documents
import KubeModel
import Reconcile

/// How far a Job has come: what its status has counted, and what its pods add to that.
struct JobTally {
    let job: Job
    /// Every pod that the Job controls.
    let pods: [Pod]
    private(set) var succeeded = 0
    private(set) var failed = 0
    private(set) var succeededIndexes = CompletionIndexes()
    private(set) var failedIndexes: CompletionIndexes?
    /// Why a rule of the podFailurePolicy fails the Job.
    private(set) var failure: String?
    /// The last failed pod of each index that waits for its successor, which takes over the number of failures.
    private(set) var predecessors: [Int: Pod] = [:]
    /// Ends that are noted and whose pods have been let go: they count for good.
    private(set) var countedSucceeded = 0
    private(set) var countedFailed = 0
    private(set) var notedSucceeded: [String] = []
    private(set) var notedFailed: [String] = []

    init(_ job: Job, _ pods: [Pod]) {
        (self.job, self.pods) = (job, pods)
        settleNotes()
        let (noted, known) = (Set(notedFailed), Set(notedSucceeded))
        if job.isIndexed { countIndexes(noted) }
        let fresh = pods.filter(\.isTracked)
        if job.isIndexed {
            succeeded = succeededIndexes.count
        } else {
            succeeded = (job.status.succeeded ?? 0) + countedSucceeded + notedSucceeded.count
            succeeded += fresh.count { $0.phase == "Succeeded" && !known.contains($0.uid) }
        }
        failed = (job.status.failed ?? 0) + countedFailed + notedFailed.count
        for pod in fresh where job.failed(pod) && !noted.contains(pod.uid) {
            let verdict = verdict(pod)
            if verdict.action != .ignore { failed += 1 }
            if pod.phase == "Failed" { failure = failure ?? verdict.message }
        }
    }

    private var completions: Int { job.spec.completions ?? 0 }
    func verdict(_ pod: Pod) -> PodFailureVerdict { PodFailureVerdict(pod, job.spec.podFailurePolicy ?? .null) }
    /// The pod's index when the Job has such an index.
    func index(_ pod: Pod) -> Int? { pod.completionIndex.flatMap { (0..<completions).contains($0) ? $0 : nil } }
    var active: [Pod] { pods.filter(\.isActive) }
    var terminating: [Pod] { pods.filter { $0.isDeleting && !$0.isTerminated } }

    /// Ends that were noted become counted once the pod is let go or has vanished.
    private mutating func settleNotes() {
        let uncounted = job.status.uncountedTerminatedPods ?? .null
        let tracked = Set(pods.filter(\.isTracked).map(\.uid))
        let (succeeded, failed) = (uncounted["succeeded"].items.compactMap(\.string), uncounted["failed"].items.compactMap(\.string))
        notedSucceeded = succeeded.filter(tracked.contains)
        notedFailed = failed.filter(tracked.contains)
        countedSucceeded = succeeded.count - notedSucceeded.count
        countedFailed = failed.count - notedFailed.count
    }

    private mutating func countIndexes(_ noted: Set<String>) {
        let done = pods.filter { $0.phase == "Succeeded" && $0.isTracked }.compactMap(index)
        succeededIndexes = CompletionIndexes(job.status.completedIndexes ?? "", below: completions).union(CompletionIndexes(done))
        guard let limit = job.spec.backoffLimitPerIndex else { return }
        let failures = pods.filter { $0.isTracked && job.failed($0) }
        let lost = failures.filter { pod in
            let action = verdict(pod).action
            return action == .failIndex || (action != .ignore && pod.annotatedNumber(JobMark.failures) >= limit)
        }.compactMap(index)
        let all = CompletionIndexes(job.status.failedIndexes ?? "", below: completions).union(CompletionIndexes(lost))
        failedIndexes = all
        let running = Set(active.compactMap(index))
        for pod in failures.sorted(by: { $0.createdAt < $1.createdAt }) {
            guard let index = index(pod), !running.contains(index), !all.contains(index), !succeededIndexes.contains(index) else {
                continue
            }
            predecessors[index] = pod
        }
    }

    /// What the successor of an index's last failed pod is told.
    func failures(before index: Int) -> (counted: Int, ignored: Int) {
        guard let pod = predecessors[index] else { return (0, 0) }
        let ignored = verdict(pod).action == .ignore
        return (pod.annotatedNumber(JobMark.failures) + (ignored ? 0 : 1), pod.annotatedNumber(JobMark.ignored) + (ignored ? 1 : 0))
    }

    // MARK: Back-off. Source: kubernetes, pkg/controller/job/backoff_utils.go; 10 s doubled up to 10 minutes.

    private func backOff(_ failures: Int) -> Duration { .seconds(min(600, 10 << min(10, max(0, failures - 1)))) }

    /// When the next pod may start, by the failures since the last success; ignored ones and pods that somebody deletes delay it too.
    func nextStart(after failures: [Timestamp]) -> Timestamp? { failures.max().map { $0 + backOff(failures.count) } }
    /// When the next pod of an index may start.
    func nextStart(of index: Int) -> Timestamp? {
        guard let pod = predecessors[index] else { return nil }
        let failures = failures(before: index)
        return pod.endedAt + backOff(failures.counted + failures.ignored)
    }

    /// Whether containers that restart in place have done so too often. Source: pastBackoffLimitOnFailure.
    var restartedTooOften: Bool {
        guard job.spec.template.spec.restartPolicy == "OnFailure" else { return false }
        let restarts = active.reduce(0) { sum, pod in
            let statuses = pod.value["status"]["containerStatuses"].items + pod.value["status"]["initContainerStatuses"].items
            return sum + statuses.reduce(0) { $0 + ($1["restartCount"].int ?? 0) }
        }
        let limit = job.spec.backoffLimit ?? 6
        return limit == 0 ? restarts > 0 : restarts >= limit
    }
}
