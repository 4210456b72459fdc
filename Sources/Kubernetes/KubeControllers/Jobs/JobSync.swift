import Control
import Documents
import KubeModel
import Reconcile

/// One look at a Job that has not ended: its status, the pods to let go, to delete and to make. Source: syncJob.
struct JobSync {
    private let job: Job
    private let world: World
    private let tally: JobTally
    /// When pods failed since the last success.
    private let failures: [Timestamp]
    private var status: JobStatus
    private var result = Plan()
    /// Why the Job is about to end: SuccessCriteriaMet or FailureTarget.
    private var outcome: JobCondition?
    private var deletions: [Pod] = []
    private var creations: [Pod] = []
    /// Most pods that one reconcile makes or deletes. Source: MaxPodCreateDeletePerSync.
    private let burst = 500

    init(_ job: Job, _ pods: [Pod], in world: World, _ memory: FailureMemory) {
        (self.job, self.world, failures) = (job, world, memory.note(job, pods))
        tally = JobTally(job, pods)
        status = job.status
    }

    mutating func plan() -> Plan {
        if status.startTime == nil, !job.isSuspended { status.startTime = world.now.text }
        outcome = decideOutcome()
        if outcome != nil {
            deletions = tally.active
        } else {
            if !job.isDeleting { managePods() }
            if isComplete {
                outcome = condition("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods")
            } else if !job.isDeleting {
                noteSuspension()
            }
        }
        let released = count()
        finishIfDone(released)
        write(released)
        return result
    }

    private func condition(_ type: String, _ reason: String, _ message: String) -> JobCondition {
        var condition = JobCondition()
        (condition.type, condition.status, condition.reason, condition.message) = (type, "True", reason, message)
        (condition.lastProbeTime, condition.lastTransitionTime) = (world.now.text, world.now.text)
        return condition
    }

    // MARK: Outcome

    private mutating func decideOutcome() -> JobCondition? {
        if let present = job.condition("SuccessCriteriaMet") ?? job.condition("FailureTarget") { return present }
        if let message = tally.failure { return condition("FailureTarget", "PodFailurePolicy", message) }
        if tally.failed > job.spec.backoffLimit ?? 6 || tally.restartedTooOften {
            return condition("FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
        }
        if let deadline = job.spec.activeDeadlineSeconds, !job.isSuspended, let start = status.startTime.flatMap(Timestamp.init) {
            let left = start + .seconds(deadline) - world.now
            if left <= .zero { return condition("FailureTarget", "DeadlineExceeded", "Job was active longer than specified deadline") }
            result.revisit(in: left)
        }
        if let indexes = tally.failedIndexes {
            if let most = job.spec.maxFailedIndexes, indexes.count > most {
                return condition(
                    "FailureTarget", "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes")
            }
            if indexes.count > 0, indexes.count + tally.succeededIndexes.count >= job.spec.completions ?? 0 {
                return condition("FailureTarget", "FailedIndexes", "Job has failed indexes")
            }
        }
        if job.isIndexed, let policy = job.spec.successPolicy,
            let message = SuccessPolicy.message(policy, tally.succeededIndexes, completions: job.spec.completions ?? 0)
        {
            return condition("SuccessCriteriaMet", "SuccessPolicy", message)
        }
        return nil
    }

    private var isComplete: Bool {
        guard tally.active.isEmpty, creations.isEmpty else { return false }
        return job.spec.completions.map { tally.succeeded >= $0 } ?? (tally.succeeded > 0)
    }

    private mutating func noteSuspension() {
        let present = job.status.conditions?.first { $0.type == "Suspended" }
        if job.isSuspended {
            status.startTime = nil
            guard present?.status != "True" else { return }
            set(condition("Suspended", "JobSuspended", "Job suspended"))
            tell(.normal("Suspended", "Job suspended"))
        } else if present?.status == "True" {
            var resumed = condition("Suspended", "JobResumed", "Job resumed")
            resumed.status = "False"
            set(resumed)
            status.startTime = world.now.text
            tell(.normal("Resumed", "Job resumed"))
        }
    }
    private mutating func set(_ condition: JobCondition) {
        status.conditions = (status.conditions ?? []).filter { $0.type != condition.type } + [condition]
    }
    private mutating func tell(_ note: EventNote) { result.tell(note, about: job, from: JobController.name, in: world) }

    // MARK: Pods. Source: manageJob.

    private mutating func managePods() {
        let active = tally.active
        guard !job.isSuspended else {
            deletions = active
            return
        }
        let parallelism = job.spec.parallelism ?? 1
        let wanted =
            job.spec.completions.map { min(parallelism, max(0, $0 - tally.succeeded)) }
            // After a success nothing new begins, and what runs goes on.
            ?? (tally.succeeded > 0 ? active.count : parallelism)
        deletions = surplus(active, wanted)
        guard deletions.isEmpty else { return }
        let waiting = job.replacesFailedPodsOnly ? tally.terminating.count : 0
        let missing = min(burst, wanted - waiting - active.count)
        guard missing > 0 else { return }
        if !job.limitsEachIndex, let start = tally.nextStart(after: failures), start > world.now {
            return result.revisit(in: start - world.now)
        }
        create(missing)
    }

    /// Pods of indexes that are done or have another pod, and then as many as there are too many.
    private func surplus(_ active: [Pod], _ wanted: Int) -> [Pod] {
        let order = PodDeletionOrder(podsOnNode: [:])
        var (doomed, rest): ([Pod], [Pod]) = ([], active.sorted(by: order.goesFirst))
        if job.isIndexed {
            let done = tally.succeededIndexes.union(tally.failedIndexes ?? CompletionIndexes())
            var kept: Set<Int> = []
            var remaining: [Pod] = []
            for pod in rest.reversed() {
                if let index = tally.index(pod), !done.contains(index), kept.insert(index).inserted {
                    remaining.insert(pod, at: 0)
                } else {
                    doomed.append(pod)
                }
            }
            rest = remaining
        }
        return Array((doomed + rest.prefix(max(0, rest.count - wanted))).prefix(burst))
    }

    private mutating func create(_ count: Int) {
        guard job.isIndexed else {
            for number in 0..<count {
                creations.append(job.pod(index: nil, failures: nil, suffix: Naming.suffix(job.uid, number, in: world)))
            }
            return
        }
        var taken = tally.succeededIndexes.union(tally.failedIndexes ?? CompletionIndexes())
        let busy = tally.active + (job.replacesFailedPodsOnly ? tally.terminating : [])
        taken = taken.union(CompletionIndexes(busy.compactMap(tally.index)))
        // Indexes that have to wait for their back-off leave their places to others.
        var waiting: [Int] = []
        for (index, _) in tally.predecessors {
            guard let start = tally.nextStart(of: index), start > world.now else { continue }
            waiting.append(index)
            result.revisit(in: start - world.now)
        }
        taken = taken.union(CompletionIndexes(waiting))
        for index in taken.missing(count, below: job.spec.completions ?? 0) {
            let failures = job.limitsEachIndex ? tally.failures(before: index) : nil
            creations.append(job.pod(index: index, failures: failures, suffix: Naming.suffix(job.uid, index, in: world)))
        }
    }

    // MARK: Counting. Source: trackJobStatusAndRemoveFinalizers.

    /// Notes ends that are new, counts those noted before whose pods are let go, and returns the pods that may go now.
    private mutating func count() -> [Pod] {
        var (succeeded, failed) = (tally.notedSucceeded, tally.notedFailed)
        var released: [Pod] = []
        let failing = outcome?.type == "FailureTarget"
        for pod in tally.pods where pod.isTracked {
            let lost = job.failed(pod)
            guard pod.phase == "Succeeded" || lost || job.isDeleting || outcome != nil, maySettle(pod) else { continue }
            released.append(pod)
            if pod.phase == "Succeeded" {
                if !job.isIndexed, !succeeded.contains(pod.uid) { succeeded.append(pod.uid) }
            } else if lost || failing, !failed.contains(pod.uid), !job.isIndexed || tally.index(pod) != nil {
                if tally.verdict(pod).action != .ignore { failed.append(pod.uid) }
            }
        }
        status.failed = Self.positive((job.status.failed ?? 0) + tally.countedFailed)
        if job.isIndexed {
            status.succeeded = Self.positive(tally.succeededIndexes.count)
            status.completedIndexes = tally.succeededIndexes.count == 0 ? nil : tally.succeededIndexes.text
            status.failedIndexes = tally.failedIndexes?.text
        } else {
            status.succeeded = Self.positive((job.status.succeeded ?? 0) + tally.countedSucceeded)
        }
        var uncounted: Value = [:]
        if !succeeded.isEmpty { uncounted["succeeded"] = succeeded.value }
        if !failed.isEmpty { uncounted["failed"] = failed.value }
        status.uncountedTerminatedPods = uncounted
        return released
    }
    /// The last failed pod of an index stays until its successor has taken over what it knows. Source: canRemoveFinalizer.
    private func maySettle(_ pod: Pod) -> Bool {
        guard job.limitsEachIndex, !job.isDeleting, outcome == nil, pod.phase != "Succeeded", let index = tally.index(pod) else {
            return true
        }
        return tally.predecessors[index]?.uid != pod.uid
    }
    /// Numbers of zero are left out, as upstream's encoding does.
    private static func positive(_ number: Int) -> Int? { number == 0 ? nil : number }

    /// Ends the Job once all its pods have ended and are counted.
    private mutating func finishIfDone(_ released: [Pod]) {
        status.active = Self.positive(tally.active.count)
        status.ready = tally.active.count(where: \.isReady)
        status.terminating = tally.terminating.count
        guard let outcome else { return }
        if job.condition(outcome.type ?? "") == nil { set(outcome) }
        let uncounted = status.uncountedTerminatedPods?.object?.isEmpty ?? true
        guard released.isEmpty, uncounted, tally.active.isEmpty, tally.terminating.isEmpty else { return }
        let succeeded = outcome.type == "SuccessCriteriaMet"
        let (reason, message) = (outcome.reason ?? "", outcome.message ?? "")
        set(condition(succeeded ? "Complete" : "Failed", reason, message))
        if succeeded { status.completionTime = world.now.text }
        if succeeded, let completions = job.spec.completions, status.succeeded ?? 0 > completions {
            tell(.warning("TooManySucceededPods", "Too many succeeded pods running after completion count reached"))
        }
        tell(succeeded ? .normal("Completed", "Job completed") : .warning(reason, message))
    }

    /// The order matters: an end is noted before its pod is let go.
    private mutating func write(_ released: [Pod]) {
        if status != job.status {
            var updated = job
            updated.status = status
            result.changes.append(.updateStatus(JobFields.kind, updated.value))
        }
        result.changes += released.map(\.untracking)
        // Pods that a failed Job ends have been counted; those that are merely too many, or no longer needed, do not count.
        let ending = outcome != nil
        for pod in deletions {
            if !ending, pod.isTracked { result.changes.append(pod.untracking) }
            result.changes.append(pod.deletion())
            tell(.normal("SuccessfulDelete", "Deleted pod: \(pod.name)"))
        }
        for pod in creations {
            result.changes.append(.create(PodFields.kind, pod.value))
            tell(.normal("SuccessfulCreate", "Created pod: \(pod.name)"))
        }
    }
}
