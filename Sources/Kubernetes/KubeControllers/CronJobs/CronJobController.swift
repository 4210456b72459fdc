import Control
package import Documents
package import KubeModel
package import Reconcile

/// Makes Jobs at set times and keeps a few of the finished ones. Source: kubernetes, pkg/controller/cronjob.
package struct CronJobController: Controller {
    package typealias Primary = CronJobFields
    package static let name = "cronjob-controller"
    package static let watches = [Watch.owned(Job.self, by: CronJob.self)]
    package static let writes: Set<Kind> = [CronJobFields.kind, JobFields.kind, EventFields.kind]
    private let zones: ZoneDirectory
    /// Times are told in the zones of this directory.
    package init(zones: ZoneDirectory = ZoneDirectory()) { self.zones = zones }

    package func reconcile(_ cron: CronJob, in world: World) throws -> Plan {
        let jobs = world.owned(Job.self, by: cron.uid).filter { $0.controllerUID == cron.uid }
        var sync = CronJobSync(cron, jobs, in: world)
        sync.followJobs()
        if !cron.isDeleting {
            sync.cleanUp()
            sync.schedule(zones)
        }
        return sync.finish().allowed(in: cron.namespace, of: world)
    }

    package func refused(_ change: Change, _ error: ChangeError, for cron: CronJob, in world: World) -> Plan {
        guard case .create = change else { return Plan() }
        var plan = Plan()
        plan.tell(.warning("FailedCreate", "Error creating job: \(error.text)"), about: cron, from: Self.name, in: world)
        return plan
    }
}

/// One look at a CronJob.
private struct CronJobSync {
    private let cron: CronJob
    private let jobs: [Job]
    private let world: World
    private var status: CronJobStatus
    private var plan = Plan()
    private let scheduledAt = "batch.kubernetes.io/cronjob-scheduled-timestamp"

    init(_ cron: CronJob, _ jobs: [Job], in world: World) {
        (self.cron, self.jobs, self.world) = (cron, jobs, world)
        status = cron.status
    }
    private mutating func tell(_ note: EventNote) { plan.tell(note, about: cron, from: CronJobController.name, in: world) }
    private var running: [Job] { jobs.filter { $0.finish == nil && $0.annotation(scheduledAt) != nil } }

    /// Brings the list of active Jobs and the time of the last success up to date.
    mutating func followJobs() {
        var active: [ObjectReference] = []
        for reference in cron.status.active ?? [] {
            guard let job = jobs.first(where: { $0.uid == reference.uid }) else {
                tell(.normal("MissingJob", "Active job went missing: \(reference.name ?? "")"))
                continue
            }
            if let finish = job.finish {
                tell(.normal("SawCompletedJob", "Saw completed job: \(job.name), condition: \(finish.type ?? "")"))
            } else {
                active.append(reference)
            }
        }
        let listed = Set(active.compactMap(\.uid))
        // As `kubectl create job --from` makes them: they run beside the schedule.
        for job in jobs where job.finish == nil && job.annotation(scheduledAt) == nil {
            tell(.warning("UnexpectedJob", "Saw a job that the controller did not create or forgot: \(job.name)"))
        }
        for job in running where !listed.contains(job.uid) {
            var reference = ObjectReference()
            (reference.kind, reference.apiVersion, reference.namespace) = ("Job", "batch/v1", job.namespace)
            (reference.name, reference.uid) = (job.name, job.uid)
            active.append(reference)
        }
        status.active = active.isEmpty ? nil : active
        let successes = jobs.filter { $0.condition("Complete") != nil }.compactMap(\.status.completionTime)
        if let last = successes.max(), last > status.lastSuccessfulTime ?? "" { status.lastSuccessfulTime = last }
    }

    /// Deletes the oldest finished Jobs beyond the limits.
    mutating func cleanUp() {
        let limits = [("Complete", cron.spec.successfulJobsHistoryLimit ?? 3), ("Failed", cron.spec.failedJobsHistoryLimit ?? 1)]
        for (type, limit) in limits {
            let finished = jobs.filter { $0.condition(type) != nil && !$0.isDeleting }
                .sorted { ($0.status.startTime ?? "", $0.name) < ($1.status.startTime ?? "", $1.name) }
            for job in finished.prefix(max(0, finished.count - limit)) { delete(job) }
        }
    }
    private mutating func delete(_ job: Job) {
        plan.changes.append(job.deletion())
        tell(.normal("SuccessfulDelete", "Deleted job \(job.name)"))
    }

    /// Starts the Job that is due, if any, and sets the alarm for the next.
    mutating func schedule(_ zones: ZoneDirectory) {
        let text = cron.spec.schedule ?? ""
        guard let zone = cron.spec.timeZone.map(zones.zone) ?? .utc else {
            let name = cron.spec.timeZone ?? ""
            return tell(.warning("UnknownTimeZone", "invalid timeZone: \"\(name)\": unknown time zone \(name)"))
        }
        if cron.spec.suspend == true { return }
        let schedule: CronSchedule
        do throws(CronSchedule.Failure) { schedule = try CronSchedule(text) } catch {
            return tell(.warning("UnparseableSchedule", "unparseable schedule: \"\(text)\" : \(error)"))
        }
        if let next = schedule.alarm(after: world.now, since: lastRun, in: zone) { plan.revisit(in: next - world.now) }
        guard let due = due(schedule, zone) else { return }
        let name = "\(cron.name)-\(due.seconds / 60)"
        if let present = world.get(Job.self, name, in: cron.namespace) {
            if present.controllerUID == cron.uid { status.lastScheduleTime = due.text }
            return
        }
        switch cron.spec.concurrencyPolicy {
        case "Forbid" where !running.isEmpty:
            return tell(
                .normal("JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid"))
        case "Replace": for job in running where !job.isDeleting { delete(job) }
        default: break
        }
        plan.changes.append(.create(JobFields.kind, job(name, at: due, zone)))
        tell(.normal("SuccessfulCreate", "Created job \(name)"))
        status.lastScheduleTime = due.text
    }
    private var lastRun: Timestamp {
        (status.lastScheduleTime ?? cron.metadata.creationTimestamp).flatMap(Timestamp.init) ?? Timestamp(seconds: 0)
    }

    /// The latest time that has passed since the last run and is not too long ago.
    private mutating func due(_ schedule: CronSchedule, _ zone: ZoneInfo) -> Timestamp? {
        var earliest = lastRun
        if let deadline = cron.spec.startingDeadlineSeconds { earliest = max(earliest, world.now - .seconds(deadline)) }
        guard earliest <= world.now, let (moment, missed) = schedule.last(after: earliest, until: world.now, in: zone) else { return nil }
        if missed > 100 {
            let advice = "Set or decrease .spec.startingDeadlineSeconds or check clock skew"
            tell(.warning("TooManyMissedTimes", "too many missed start times. \(advice)"))
        }
        return moment
    }

    private func job(_ name: String, at due: Timestamp, _ zone: ZoneInfo) -> Value {
        let template = cron.spec.jobTemplate
        var metadata: Value = ["name": .string(name), "namespace": .string(cron.namespace)]
        metadata["labels"] = template.value["metadata"]["labels"]
        metadata["annotations"] = template.value["metadata"]["annotations"]
        metadata["annotations"][scheduledAt] = .string(Self.text(due, zone))
        metadata["ownerReferences"] = [cron.controllerReference]
        return ["apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": template.value["spec"]]
    }
    /// RFC 3339 with the zone's offset.
    private static func text(_ moment: Timestamp, _ zone: ZoneInfo) -> String {
        let offset = zone.offset(at: moment.seconds)
        guard offset != 0 else { return moment.text }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let minutes = abs(offset) / 60
        let local = Timestamp(seconds: moment.seconds + Int64(offset)).text.dropLast()
        return "\(local)\(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }

    /// The Job is made before the time is noted: a run may be noticed late, but none is skipped.
    mutating func finish() -> Plan {
        if status != cron.status {
            var updated = cron
            updated.status = status
            plan.changes.append(.updateStatus(CronJobFields.kind, updated.value))
        }
        return plan
    }
}
