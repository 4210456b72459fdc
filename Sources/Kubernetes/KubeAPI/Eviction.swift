import Control
import Documents
import KubeModel
import Network
import Storage

/// Deleting pods as far as disruption budgets allow. Source: upstream's EvictionREST.
extension APIServer {
    func evict(_ context: RequestContext, _ target: Target, _ part: Subresource) async throws -> HTTPResponse {
        let write = try WriteOptions(context)
        let eviction = try await decodePart(context, write, part)
        if let name = eviction["metadata"]["name"].string, !name.isEmpty, name != target.name {
            throw KubeStatus.badRequest("name in URL does not match name in Eviction object")
        }
        var options =
            eviction["deleteOptions"].isNull ? DeleteOptions() : try DeleteOptions(eviction["deleteOptions"], context.query)
        if write.dryRun { options.dryRun = true }
        try await evict(target, options, user: context.user, context.warnings)
        return context.respond(201, Self.success)
    }

    /// Evicts one pod.
    /// - Throws: `KubeStatus`: TooManyRequests while a budget does not allow it, and what deletions throw.
    func evict(_ target: Target, _ options: DeleteOptions, user: UserInfo, _ warnings: Warnings) async throws {
        let uid = try await retryingConflicts { try await takeDisruption(target, options) }
        var guarded = options
        if !options.dryRun {
            let marked = try await retryingConflicts { try await markDisrupted(target, uid, options) }
            // The version that was asked for has just been followed by this one.
            if options.resourceVersion != nil, let marked { guarded.resourceVersion = String(marked) }
        }
        if guarded.uid == nil { guarded.uid = uid.string }
        do { _ = try await delete(target, guarded, user: user, warnings) } catch let status as KubeStatus where status.reason == .conflict {
            let isAnother = realm.get(target.key)?.value["metadata"]["uid"] != uid
            throw options.uid == nil && isAnother ? KubeStatus.notFound(target.info, target.name) : status
        }
    }

    /// Tries again after another's write, which may not be durable yet, and so not be in a snapshot. What the caller insists on is no
    /// matter of trying: everything that it can know of is in the snapshot.
    func retryingConflicts<Result>(_ body: () async throws -> Result) async throws -> Result {
        var attempts = Self.updateAttempts
        while true {
            do { return try await body() } catch let failure as FailedPrecondition { throw failure.status } catch let status as KubeStatus {
                guard status.reason == .conflict, attempts > 0 else { throw status }
                attempts -= 1
                await realm.settled()
            }
        }
    }
    /// The pod is not the one, or not of the version, that was asked for.
    struct FailedPrecondition: Error {
        let status: KubeStatus
    }
    private static func check(_ options: DeleteOptions, _ pod: Value, _ target: Target) throws(FailedPrecondition) {
        do throws(KubeStatus) { try options.check(pod, target) } catch { throw FailedPrecondition(status: error) }
    }

    /// Says in the pod why it goes, as what follows may depend on it. Source: upstream's addConditionAndDeletePod.
    /// - Returns: the pod's new revision, if it has one.
    /// - Throws: `KubeStatus` Conflict, also when the pod is not of the version any more that was asked for.
    private func markDisrupted(_ target: Target, _ uid: Value, _ options: DeleteOptions) async throws -> Revision? {
        guard let entry = realm.snapshot().get(target.key), entry.value["metadata"]["uid"] == uid else { return nil }
        try Self.check(options, entry.value, target)
        var pod = entry.value
        let present = pod["status"]["conditions"].items
        let isMarked = present.contains {
            $0["type"] == "DisruptionTarget" && $0["status"] == "True" && $0["reason"] == "EvictionByEvictionAPI"
        }
        if isMarked { return nil }
        let condition: Value = [
            "type": "DisruptionTarget", "observedGeneration": pod["metadata"]["generation"], "status": "True", "lastProbeTime": nil,
            "lastTransitionTime": .string(clock.now.text), "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting",
        ]
        pod["status"]["conditions"] = .array(present.filter { $0["type"] != "DisruptionTarget" } + [condition])
        return try await commit(target, .put(Encoded(document: pod)), if: .revision(entry.revision)).revision
    }

    /// Pods that serve nobody yet or any more.
    private static func ignoresBudgets(_ pod: Value) -> Bool {
        ["Succeeded", "Failed", "Pending"].contains(pod["status"]["phase"].string ?? "") || !pod["metadata"]["deletionTimestamp"].isNull
    }

    /// Takes one disruption off the budget that covers the pod, if one does. - Returns: the pod's uid.
    private func takeDisruption(_ target: Target, _ options: DeleteOptions) async throws -> Value {
        let snapshot = realm.snapshot()
        guard let pod = snapshot.get(target.key)?.value else { throw KubeStatus.notFound(target.info, target.name) }
        try Self.check(options, pod, target)
        if !Self.ignoresBudgets(pod) { try await takeDisruption(pod, target, snapshot, dryRun: options.dryRun) }
        return pod["metadata"]["uid"]
    }

    private func takeDisruption(_ pod: Value, _ target: Target, _ snapshot: Snapshot, dryRun: Bool) async throws {
        guard let kind = kinds.find(apiVersion: "policy/v1", plural: "poddisruptionbudgets") else { return }
        let budgets = snapshot.range(prefix: "\(kind.storage.prefix)\(target.namespace)/").filter {
            LabelSelector($0.value["spec"]["selector"]).matches(document: pod)
        }
        guard budgets.count <= 1 else {
            throw KubeStatus(
                500, .internalError,
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.", details: .init())
        }
        guard let entry = budgets.first else { return }
        let budget = entry.value
        if Self.mayGoUnhealthy(pod, budget) { return }
        let name = budget["metadata"]["name"].string ?? ""
        try Self.check(budget, name, kind)
        guard !dryRun else { return }
        var changed = budget
        let left = (budget["status"]["disruptionsAllowed"].int ?? 0) - 1
        changed["status"]["disruptionsAllowed"] = .int(Int64(left))
        changed["status"]["disruptedPods"][target.name] = .string(clock.now.text)
        _ = try await commit(
            Target(kind, namespace: target.namespace, name: name), .put(Encoded(document: changed)), if: .revision(entry.revision))
    }

    /// A pod that is not ready may go when its budget says so: always, or while enough others are healthy.
    private static func mayGoUnhealthy(_ pod: Value, _ budget: Value) -> Bool {
        let ready = pod["status"]["conditions"].items.contains { $0["type"] == "Ready" && $0["status"] == "True" }
        guard !ready else { return false }
        if budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow" { return true }
        let (healthy, desired) = (budget["status"]["currentHealthy"].int ?? 0, budget["status"]["desiredHealthy"].int ?? 0)
        return desired > 0 && healthy >= desired
    }

    private static func check(_ budget: Value, _ name: String, _ kind: KindInfo) throws(KubeStatus) {
        let status = budget["status"]
        if (status["observedGeneration"].int ?? 0) < (budget["metadata"]["generation"].int ?? 0) {
            var refusal = KubeStatus.tooManyRequests(
                "Cannot evict pod as it would violate the pod's disruption budget.", retryAfterSeconds: 10)
            refusal.details?.causes = [
                .init(reason: "DisruptionBudget", message: "The disruption budget \(name) is still being processed by the server.")
            ]
            throw refusal
        }
        let allowed = status["disruptionsAllowed"].int ?? 0
        if allowed < 0 { throw .forbidden(kind, name: name, "pdb disruptions allowed is negative") }
        if (status["disruptedPods"].object?.count ?? 0) > 2000 {
            throw .forbidden(kind, name: name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller")
        }
        if allowed == 0 {
            throw .disruptionBudget(name, needs: status["desiredHealthy"].int ?? 0, has: status["currentHealthy"].int ?? 0)
        }
    }
}
