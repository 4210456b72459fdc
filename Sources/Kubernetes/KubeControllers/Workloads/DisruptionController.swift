import Control
package import Documents
package import KubeModel
package import Reconcile

/// Works out how many pods each PodDisruptionBudget lets go. Source: kubernetes, pkg/controller/disruption.
package struct DisruptionController: Controller {
    package typealias Primary = PodDisruptionBudgetFields
    package static let name = "disruption-controller"
    package static let watches = [
        Watch(prefix: PodFields.kind.prefix, needsPrimaries: true) { change, world in
            world.list(PodDisruptionBudget.self, in: change.namespace).filter { budget in
                let selector = LabelSelector(budget.value["spec"]["selector"])
                return change.present.contains { selector.matches(labels: $0["metadata"]?["labels"]) }
            }.map { PodDisruptionBudgetFields.kind.key(of: $0.value) }
        },
        Watch.all(Deployment.self, wake: PodDisruptionBudget.self), Watch.all(StatefulSet.self, wake: PodDisruptionBudget.self),
        Watch.all(ReplicaSet.self, wake: PodDisruptionBudget.self),
        // Owners of custom kinds have scales too.
        Watch(prefix: "", needsPrimaries: true) { change, world in
            let budgets = world.keys(PodDisruptionBudgetFields.kind, in: change.namespace)
            return budgets.isEmpty || CustomScale.isBuiltIn(change.key) ? [] : budgets
        },
    ]
    package static let writes: Set<Kind> = [PodDisruptionBudgetFields.kind, EventFields.kind]
    package static let indexes = [KubeIndexes.podsByLabel]
    /// How long an evicted pod may take to be marked for deletion. Source: disruption controller, DeletionTimeout.
    private let patience = Duration.seconds(120)
    package init() {}

    package func reconcile(_ budget: PodDisruptionBudget, in world: World) throws -> Plan {
        let selector = LabelSelector(budget.value["spec"]["selector"])
        let pods = world.pods(in: budget.namespace, selector).filter { !$0.isTerminated }
        var plan = Plan()
        let expectation = expectation(budget, pods, in: world)
        let evicted = stillEvicted(budget, pods, now: world.now, &plan)
        let healthy = pods.count { $0.isReady && !$0.isDeleting && evicted[$0.name] == nil }
        var status = budget.status
        status.expectedPods = expectation.pods
        status.desiredHealthy = expectation.healthy
        status.currentHealthy = healthy
        let enough = expectation.problem == nil && expectation.pods > 0
        status.disruptionsAllowed = enough ? max(0, healthy - expectation.healthy) : 0
        status.disruptedPods = evicted.isEmpty ? nil : evicted
        status.observedGeneration = budget.metadata.generation
        setCondition(&status, budget, expectation.problem, now: world.now)
        if let problem = expectation.problem, budget.status.conditions?.first?.message != problem {
            plan.tell(
                .warning("CalculateExpectedPodCountFailed", "Failed to calculate the number of expected pods: \(problem)"), about: budget,
                from: "controllermanager", in: world)
        }
        if pods.isEmpty, budget.status.observedGeneration == nil {
            plan.tell(.normal("NoPods", "No matching pods found"), about: budget, from: "controllermanager", in: world)
        }
        if status != budget.status {
            var updated = budget
            updated.status = status
            plan.changes.append(.updateStatus(PodDisruptionBudgetFields.kind, updated.value))
        }
        return plan
    }

    private struct Expectation {
        var pods = 0
        var healthy = 0
        var problem: String?
    }
    /// How many pods there should be, and how many of them healthy.
    private func expectation(_ budget: PodDisruptionBudget, _ pods: [Pod], in world: World) -> Expectation {
        var result = Expectation()
        if let most = budget.spec.maxUnavailable {
            guard let scale = scale(pods, in: world, &result) else { return result }
            result.pods = scale
            result.healthy = max(0, scale - (most.scaled(to: scale, roundUp: true) ?? 0))
        } else if let fewest = budget.spec.minAvailable {
            if let number = fewest.int {
                (result.pods, result.healthy) = (pods.count, number)
            } else {
                guard let scale = scale(pods, in: world, &result) else { return result }
                (result.pods, result.healthy) = (scale, fewest.scaled(to: scale, roundUp: true) ?? 0)
            }
        }
        return result
    }
    /// How many replicas the controllers of the pods want together; nil when a pod's controller has no scale.
    private func scale(_ pods: [Pod], in world: World, _ result: inout Expectation) -> Int? {
        var scales: [String: Int] = [:]
        for pod in pods {
            guard let uid = pod.controllerUID, let owner = world.key(uid: uid).flatMap(world.value) else { continue }
            var top = owner
            if let deployment = owner.controller(of: DeploymentFields.kind).flatMap(world.value) { top = deployment }
            let custom = CustomScale.replicas(of: owner, in: world)
            guard let replicas = custom ?? top["spec"]["replicas"].int else {
                let reference = pod.value["metadata"]["ownerReferences"].items.first { $0["controller"].bool == true } ?? .null
                let group = reference["apiVersion"].string?.split(separator: "/").first.map { "\($0)" } ?? ""
                let resource = "\((reference["kind"].string ?? "").lowercased())s" + (group == "v1" ? "" : ".\(group)")
                result.problem = "\(resource) does not implement the scale subresource"
                return nil
            }
            scales[top["metadata"]["uid"].string ?? ""] = replicas
        }
        return scales.values.reduce(0, +)
    }

    /// Evictions that have been granted and do not show yet; those that took too long are forgotten.
    private func stillEvicted(
        _ budget: PodDisruptionBudget, _ pods: [Pod], now: Timestamp, _ plan: inout Plan
    ) -> [String: String] {
        (budget.status.disruptedPods ?? [:]).filter { name, time in
            guard let pod = pods.first(where: { $0.name == name }), !pod.isDeleting, let granted = Timestamp(time) else { return false }
            let left = granted + patience - now
            if left > .zero { plan.revisit(in: left) }
            return left > .zero
        }
    }

    private func setCondition(_ status: inout PodDisruptionBudgetStatus, _ budget: PodDisruptionBudget, _ problem: String?, now: Timestamp)
    {
        let allowed = status.disruptionsAllowed ?? 0
        var condition = Condition()
        condition.type = "DisruptionAllowed"
        condition.status = allowed > 0 ? "True" : "False"
        condition.reason = problem != nil ? "SyncFailed" : allowed > 0 ? "SufficientPods" : "InsufficientPods"
        condition.message = problem ?? ""
        condition.observedGeneration = budget.metadata.generation
        let present = budget.status.conditions?.first { $0.type == condition.type }
        condition.lastTransitionTime = present?.status == condition.status ? present?.lastTransitionTime : now.text
        status.conditions = (budget.status.conditions ?? []).filter { $0.type != condition.type } + [condition]
    }
}
