import Control
package import Documents
package import KubeModel
package import Reconcile

/// Deletes Jobs with their pods so many seconds after their end. Source: kubernetes, pkg/controller/ttlafterfinished.
package struct TTLAfterFinishedController: Controller {
    package typealias Primary = JobFields
    package static let name = "ttl-after-finished-controller"
    package static let writes: Set<Kind> = [JobFields.kind]
    package init() {}

    package func reconcile(_ job: Job, in world: World) throws -> Plan {
        guard !job.isDeleting, let seconds = job.spec.ttlSecondsAfterFinished,
            let end = job.finish?.lastTransitionTime.flatMap(Timestamp.init)
        else { return Plan() }
        let left = end + .seconds(seconds) - world.now
        return left > .zero ? Plan(revisit: left) : Plan([job.deletion()])
    }
}
