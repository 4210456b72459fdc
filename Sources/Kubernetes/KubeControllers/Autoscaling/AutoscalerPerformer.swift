package import Control
import Documents
import KubeModel
package import Reconcile
import Synchronization

/// Reads metrics, decides, scales, and tells in the autoscaler's status what came of it. Source: horizontal.go, reconcileAutoscaler.
package final class AutoscalerPerformer: EffectPerformer {
    private let source: any AutoscalerSource
    private let clock: any WallClock
    private let memories = Mutex<[String: ScalingMemory]>([:])

    /// Reads and scales by `source`.
    package init(source: any AutoscalerSource, clock: any WallClock) { (self.source, self.clock) = (source, clock) }

    package func perform(_ effect: Effect) async throws -> [Change] {
        switch effect.name {
        case HorizontalAutoscaler.judge:
            guard let autoscaler = HorizontalPodAutoscaler(effect.arguments), var memory = due(effect.subject, autoscaler) else {
                return []
            }
            let others = memories.withLock { $0.filter { $0.key != effect.subject } }
            var judgement = AutoscalerJudgement(autoscaler, source: source, now: clock.now)
            await judgement.judge(&memory, others: others)
            memories.withLock { [memory] in $0[effect.subject] = memory }
            return await changes(autoscaler, judgement.status)
        case HorizontalAutoscaler.forget:
            memories.withLock { $0[effect.subject] = nil }
            return []
        default: return []
        }
    }

    /// What is known of the autoscaler when it is time to judge it; nil when that was done just now.
    private func due(_ key: String, _ autoscaler: HorizontalPodAutoscaler) -> ScalingMemory? {
        let (now, spec) = (clock.now, autoscaler.value["spec"])
        return memories.withLock { memories in
            var memory = memories[key] ?? ScalingMemory()
            if let judged = memory.judged, judged.spec == spec, judged.time + HorizontalAutoscaler.period > now { return nil }
            memory.judged = (now, spec)
            memories[key] = memory
            return memory
        }
    }

    private func changes(_ autoscaler: HorizontalPodAutoscaler, _ status: AutoscalerStatus) async -> [Change] {
        var changes: [Change] = []
        if status.value != autoscaler.value["status"] {
            let kind = HorizontalPodAutoscalerFields.kind
            let metadata: Value = ["uid": .string(autoscaler.uid)]
            changes.append(
                .patch(
                    kind, namespace: autoscaler.namespace, name: autoscaler.name,
                    ["metadata": metadata, "status": status.value], subresource: "status"))
        }
        for note in status.notes {
            let path = ["api", "v1", "namespaces", autoscaler.namespace, "events"]
            let fields = "involvedObject.uid=\(autoscaler.uid),reason=\(note.reason),type=\(note.type)"
            let told = (try? await source.send("GET", path, [("fieldSelector", fields)], nil))?["items"].items ?? []
            changes.append(
                note.change(
                    about: autoscaler, from: HorizontalAutoscaler.name, order: changes.count,
                    present: told.first { $0["message"].string == note.message }.flatMap(KubeEvent.init), now: clock.now))
        }
        return changes
    }
}

/// One look at an autoscaler.
struct AutoscalerJudgement {
    private let autoscaler: HorizontalPodAutoscaler
    private let source: any AutoscalerSource
    private let now: Timestamp
    private(set) var status: AutoscalerStatus
    private var spec: Value { autoscaler.value["spec"] }

    init(_ autoscaler: HorizontalPodAutoscaler, source: any AutoscalerSource, now: Timestamp) {
        (self.autoscaler, self.source, self.now) = (autoscaler, source, now)
        status = AutoscalerStatus(autoscaler.value["status"], now: now)
    }

    mutating func judge(_ memory: inout ScalingMemory, others: [String: ScalingMemory]) async {
        guard let (path, scale) = await readScale() else { return }
        let current = scale["spec"]["replicas"].int ?? 0
        let (minimum, maximum) = (spec["minReplicas"].int ?? 1, spec["maxReplicas"].int ?? 1)
        if memory.recommendations.isEmpty { memory.recommendations = [.init(replicas: current, time: now)] }
        var (desired, reason, metrics) = (current, "", [Value]())
        if current == 0, minimum != 0 {
            status.set("ScalingActive", false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero")
        } else if current > maximum {
            (desired, reason) = (maximum, "Current number of replicas above Spec.MaxReplicas")
        } else if current < minimum {
            (desired, reason) = (minimum, "Current number of replicas below Spec.MinReplicas")
        } else {
            guard let outcome = await judgeMetrics(scale, &memory, others) else { return }
            metrics = outcome.statuses
            desired = max(0, outcome.replicas)
            reason = desired > current ? "\(outcome.name) above target" : "All metrics below target"
            let rules = ScalingRules(minimum: minimum, maximum: maximum, current: current, behavior: spec["behavior"], now: now)
            desired = rules.normalize(desired, &memory, &status)
        }
        guard desired != current else { return status.set(current: current, desired: current, metrics: metrics, rescaled: false) }
        await rescale(path, scale, current, desired, reason, metrics, &memory)
    }

    // MARK: The target

    private mutating func readScale() async -> (path: [String], scale: Value)? {
        let problem: String
        do throws(KubeStatus) {
            let path = try await scalePath()
            let scale = try await source.send("GET", path, [], nil)
            status.set("AbleToScale", true, "SucceededGetScale", "the HPA controller was able to get the target's current scale")
            return (path, scale)
        } catch { problem = error.message }
        status.tell(.warning("FailedGetScale", problem))
        status.set("AbleToScale", false, "FailedGetScale", "the HPA controller was unable to get the target's current scale: \(problem)")
        return nil
    }
    private func scalePath() async throws(KubeStatus) -> [String] {
        let target = spec["scaleTargetRef"]
        let (version, kind) = (target["apiVersion"].string ?? "", target["kind"].string ?? "")
        let parts = version.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2 else { throw KubeStatus(500, .unknown, "unexpected GroupVersion string: \(version)") }
        let base = parts.count == 1 ? ["api", version] : ["apis"] + parts
        var plural = KindTable.kubernetes.find(apiVersion: version, kind: kind)?.plural
        if plural == nil {
            let known = try? await source.send("GET", base, [], nil)
            let row = known?["resources"].items.first { $0["kind"].string == kind && $0["name"].string?.contains("/") == false }
            plural = row?["name"].string
        }
        guard let plural else {
            throw KubeStatus(404, .notFound, "no matches for kind \(kind.quoted) in version \(version.quoted)")
        }
        return base + ["namespaces", autoscaler.namespace, plural, target["name"].string ?? "", "scale"]
    }
    private mutating func rescale(
        _ path: [String], _ scale: Value, _ current: Int, _ desired: Int, _ reason: String, _ metrics: [Value],
        _ memory: inout ScalingMemory
    ) async {
        var wanted = scale
        wanted["spec"]["replicas"] = .int(Int64(desired))
        let problem: String
        do throws(KubeStatus) {
            _ = try await source.send("PUT", path, [], wanted)
            let message = "the HPA controller was able to update the target scale to \(desired)"
            status.set("AbleToScale", true, "SucceededRescale", message)
            status.tell(.normal("SuccessfulRescale", "New size: \(desired); reason: \(reason)"))
            if !spec["behavior"].isNull { memory.scaled(by: desired - current, spec["behavior"], now) }
            return status.set(current: current, desired: desired, metrics: metrics, rescaled: true)
        } catch { problem = error.message }
        status.tell(.warning("FailedRescale", "New size: \(desired); reason: \(reason); error: \(problem)"))
        let message = "the HPA controller was unable to update the target scale: \(problem)"
        status.set("AbleToScale", false, "FailedUpdateScale", message)
        status.set(current: current, desired: nil, metrics: metrics, rescaled: false)
    }

    // MARK: Metrics

    /// The most that any metric asks for; nil when nothing can be said.
    private mutating func judgeMetrics(
        _ scale: Value, _ memory: inout ScalingMemory, _ others: [String: ScalingMemory]
    ) async -> (replicas: Int, name: String, statuses: [Value])? {
        let (wanted, metrics) = (scale["spec"]["replicas"].int ?? 0, spec["metrics"].items)
        let reader = MetricReader(source: source, namespace: autoscaler.namespace, now: now)
        var statuses = [Value](repeating: ["type": ""], count: metrics.count)
        guard let selector = await selector(scale, reader, &memory, others) else {
            status.set(current: wanted, desired: nil, metrics: [], rescaled: false)
            return nil
        }
        let judge = MetricJudge(
            reader: reader, tolerance: ScalingTolerance(spec["behavior"]), selector: selector, wanted: wanted,
            present: scale["status"]["replicas"].int ?? 0)
        var (replicas, name, refusals) = (0, "", [MetricJudge.Refusal]())
        for (index, metric) in metrics.enumerated() {
            do throws(MetricJudge.Refusal) {
                let verdict = try await judge.judge(metric)
                statuses[index] = verdict.status
                if replicas == 0 || verdict.replicas > replicas { (replicas, name) = (verdict.replicas, verdict.name) }
            } catch {
                refusals.append(error)
                status.tell(.warning(error.reason, error.text))
            }
        }
        // A metric that cannot be had must not let the number fall.
        if let first = refusals.first, refusals.count == metrics.count || replicas < wanted {
            status.set("ScalingActive", false, first.reason, "the HPA was unable to compute the replica count: \(first.text)")
            status.set(current: wanted, desired: nil, metrics: statuses, rescaled: false)
            let text = "invalid metrics (\(refusals.count) invalid out of \(metrics.count)), first error is: \(first.text)"
            status.tell(.warning("FailedComputeMetricsReplicas", text))
            return nil
        }
        let found = "the HPA was able to successfully calculate a replica count from \(name)"
        status.set("ScalingActive", true, "ValidMetricFound", found)
        return (replicas, name, statuses)
    }

    /// The selector of the target's pods, when no other autoscaler has any of them.
    private mutating func selector(
        _ scale: Value, _ reader: MetricReader, _ memory: inout ScalingMemory, _ others: [String: ScalingMemory]
    ) async -> String? {
        func refuse(_ status: inout AutoscalerStatus, _ reason: String, _ event: String, _ told: String, _ message: String) -> String? {
            status.tell(.warning(event, told))
            status.set("ScalingActive", false, reason, message)
            return nil
        }
        guard let text = scale["status"]["selector"].string, !text.isEmpty else {
            memory.selector = nil
            return refuse(
                &status, "InvalidSelector", "SelectorRequired", "selector is required", "the HPA target's scale is missing a selector")
        }
        memory.selector = text
        let prefix = HorizontalPodAutoscalerFields.kind.prefix + autoscaler.namespace + "/"
        let rivals = others.filter { $0.key.hasPrefix(prefix) && $0.value.selector != nil }
        guard !rivals.isEmpty, let pods = try? await reader.pods(text) else { return text }
        let names = rivals.compactMap { key, memory -> String? in
            guard let other = memory.selector.flatMap({ try? LabelSelector(parsing: $0) }),
                pods.contains(where: { other.matches(document: $0.value) })
            else { return nil }
            return String(key.dropFirst(prefix.count))
        }
        guard !names.isEmpty else { return text }
        let list = (names + [autoscaler.name]).sorted().map { "{\($0) \(autoscaler.namespace)}" }.joined(separator: " ")
        let message = "pods by selector \(text) are controlled by multiple HPAs: [\(list)]"
        return refuse(&status, "AmbiguousSelector", "AmbiguousSelector", message, message)
    }
}
