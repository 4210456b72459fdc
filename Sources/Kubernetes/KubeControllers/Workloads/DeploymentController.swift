import Control
package import Documents
package import KubeModel
package import Reconcile

/// Replaces ReplicaSets by one another as a Deployment's template changes. Source: kubernetes, pkg/controller/deployment.
package struct DeploymentController: Controller {
    package typealias Primary = DeploymentFields
    package static let name = "deployment-controller"
    package static let watches = [
        Watch.owned(ReplicaSet.self, by: Deployment.self),
        Watch.mapped(ReplicaSet.self) { set, world in
            guard set.controllerUID == nil else { return [] }
            return world.list(Deployment.self, in: set.namespace).filter { set.matches($0.selector) }.map(\.key)
        },
        // Recreate waits for the last old pod to go.
        Watch(prefix: PodFields.kind.prefix) { change, world in
            guard !change.isThere, let set = change.controllers(of: ReplicaSetFields.kind).old else { return [] }
            return world.value(set)?.controller(of: DeploymentFields.kind).map { [$0] } ?? []
        },
    ]
    package static let writes: Set<Kind> = [DeploymentFields.kind, ReplicaSetFields.kind, EventFields.kind]
    package static let indexes = [KubeIndexes.orphanReplicaSets]
    package init() {}

    package func reconcile(_ deployment: Deployment, in world: World) throws -> Plan {
        if deployment.selector.isEverything {
            var plan = Plan()
            plan.tell(
                .warning("SelectingAll", "This deployment is selecting all pods. A non-empty selector is required."), about: deployment,
                from: Self.name, in: world)
            return deployment.status.observedGeneration == deployment.metadata.generation ? Plan() : plan
        }
        let candidates =
            world.owned(ReplicaSet.self, by: deployment.uid)
            + world.indexed(ReplicaSet.self, KubeIndexes.orphanReplicaSets.name, deployment.namespace)
        let claim = Claim(candidates, for: deployment, deployment.selector)
        // What is adopted or released counts from the next time on.
        guard claim.changes.isEmpty else { return Plan(claim.changes) }
        var rollout = DeploymentRollout(deployment, claim.owned, world)
        if deployment.isDeleting {
            rollout.updateStatus()
        } else if deployment.spec.paused == true {
            rollout.notePause()
            rollout.settleNewSet(create: false)
            rollout.scaleProportionally()
            if deployment.rollbackRevision == nil { rollout.cleanUp() }
            rollout.updateStatus()
        } else if let revision = deployment.rollbackRevision {
            rollout.rollBack(to: revision)
        } else {
            rollout.notePause()
            rollout.proceed()
        }
        return rollout.plan()
    }

    package func refused(_ change: Change, _ error: ChangeError, for deployment: Deployment, in world: World) -> Plan {
        guard case .create(let kind, let set) = change, kind == ReplicaSetFields.kind else { return Plan() }
        let name = set["metadata"]["name"].string ?? ""
        var plan = Plan()
        plan.tell(
            .warning("ReplicaSetCreateError", "Failed to create new replica set \"\(name)\": \(error.text)"), about: deployment,
            from: Self.name, in: world)
        guard deployment.progressDeadline != nil else { return plan }
        var status = deployment.status
        status.setCondition(
            "Progressing", "False", "ReplicaSetCreateError", "Failed to create new replica set \"\(name)\": \(error.text)", now: world.now)
        if status != deployment.status {
            plan.changes = [
                .patch(
                    DeploymentFields.kind, namespace: deployment.namespace, name: deployment.name,
                    ["status": ["conditions": status.value["conditions"]]], subresource: "status")
            ]
        }
        return plan
    }
}

extension View where F == DeploymentFields {
    var selector: LabelSelector { LabelSelector(value["spec"]["selector"]) }
    var replicas: Int { self.spec.replicas ?? 1 }
    var isRolling: Bool { self.spec.strategy.type ?? "RollingUpdate" == "RollingUpdate" }
    /// Whether a rollout can run out of time.
    var progressDeadline: Duration? {
        guard let seconds = self.spec.progressDeadlineSeconds, seconds < Int(Int32.max) else { return nil }
        return .seconds(seconds)
    }
    /// How many pods may be surplus and missing; never both none. Source: deployment util, ResolveFenceposts.
    private var fenceposts: (surge: Int, unavailable: Int) {
        let rolling = self.spec.strategy.rollingUpdate
        let surge = (rolling.maxSurge ?? IntOrString.string("25%")).scaled(to: replicas, roundUp: true).map { min($0, Int(Int32.max)) } ?? 0
        let unavailable = (rolling.maxUnavailable ?? IntOrString.string("25%")).scaled(to: replicas, roundUp: false) ?? 0
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, unavailable)
    }
    var maxSurge: Int { isRolling ? fenceposts.surge : 0 }
    var maxUnavailable: Int { isRolling && replicas > 0 ? min(fenceposts.unavailable, replicas) : 0 }
}
