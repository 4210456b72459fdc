import Control
package import Documents
package import KubeModel
package import Reconcile

/// Runs pods until enough of them have succeeded. Source: kubernetes, pkg/controller/job.
///
/// Every pod carries a finalizer until its end is counted: the end is first noted in `uncountedTerminatedPods`, then the finalizer goes,
/// then the numbers move. Each step follows from the documents alone, so it may be cut off anywhere and is done again without harm.
package struct JobController: Controller {
    package typealias Primary = JobFields
    package static let name = "job-controller"
    package static let watches = [
        Watch.owned(Pod.self, by: Job.self),
        Watch(prefix: PodFields.kind.prefix) { change, world in
            // The metadata alone says it.
            Array(Set(change.present.prefix(change.keepsMetadata ? 1 : 2).flatMap(KubeIndexes.trackers)))
        },
        Watch.orphans(Pod.self) { pod, world in
            world.list(Job.self, in: pod.namespace).filter { $0.selector.matches(labels: pod["metadata"]?["labels"]) }.map(\.key)
        },
    ]
    package static let writes: Set<Kind> = [JobFields.kind, PodFields.kind, EventFields.kind]
    package static let indexes = [KubeIndexes.orphanPods, KubeIndexes.trackedPods]
    private let memory = FailureMemory()
    package init() {}

    package func reconcile(_ job: Job, in world: World) throws -> Plan {
        if let manager = job.spec.managedBy, manager != "kubernetes.io/job-controller" { return Plan() }
        let strays = strays(job.key, of: job, in: world)
        guard strays.isEmpty else { return Plan(strays) }
        let candidates = world.owned(Pod.self, by: job.uid) + world.indexed(Pod.self, KubeIndexes.orphanPods.name, job.namespace)
        if job.finish != nil {
            memory.forget(job.key)
            return Plan(candidates.filter { $0.controllerUID == job.uid && $0.isTracked }.map(\.untracking))
        }
        let claim = Claim(candidates, for: job, job.selector, finalizer: JobMark.tracking)
        // What is adopted or released counts from the next time on.
        guard claim.changes.isEmpty else { return Plan(claim.changes) }
        var sync = JobSync(job, claim.owned, in: world, memory)
        return sync.plan().allowed(in: job.namespace, of: world)
    }

    /// Pods of a Job that is gone need not be counted.
    package func removed(_ key: String, in world: World) throws -> Plan {
        memory.forget(key)
        return Plan(strays(key, of: nil, in: world))
    }
    package static func leftBehind(in world: World) -> [String] { world.texts(KubeIndexes.trackedPods.name) }

    /// Pods that wait to be counted by a Job that is gone: their owner is not there, or they have none and the present Job takes no notice
    /// of them.
    private func strays(_ key: String, of job: Job?, in world: World) -> [Change] {
        world.indexed(Pod.self, KubeIndexes.trackedPods.name, key).filter { pod in
            guard let owner = pod.controllerUID else { return job.map { pod.isDeleting || !pod.matches($0.selector) } ?? true }
            return owner != job?.uid && !world.exists(uid: owner)
        }.map(\.untracking)
    }

    package func refused(_ change: Change, _ error: ChangeError, for job: Job, in world: World) -> Plan {
        guard let note = EventNote.refusal(ofPod: change, error) else { return Plan() }
        var plan = Plan()
        plan.tell(note, about: job, from: Self.name, in: world)
        return plan
    }
}
