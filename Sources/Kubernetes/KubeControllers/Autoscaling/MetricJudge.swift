import Control
import Documents
import KubeModel

/// What one metric of an autoscaler asks for. Source: horizontal.go, computeReplicasForMetric.
struct MetricJudge {
    /// The number of replicas, the metric's name in messages, and its row of the status.
    struct Verdict {
        var replicas: Int
        var name: String
        var status: Value
    }
    /// Why a metric has no verdict: the reason of the condition, and its words.
    struct Refusal: Error {
        let reason: String
        let text: String
    }
    let reader: MetricReader
    let tolerance: ScalingTolerance
    /// The text of the selector of the pods.
    let selector: String
    /// How many replicas the workload should have, and has.
    let wanted: Int
    let present: Int

    func judge(_ metric: Value) async throws(Refusal) -> Verdict {
        let type = metric["type"].string ?? ""
        let (reason, part, prefix): (String, String, String)
        switch type {
        case "Object": (reason, part, prefix) = ("FailedGetObjectMetric", "object", "failed to get object metric value")
        case "Pods": (reason, part, prefix) = ("FailedGetPodsMetric", "pods", "failed to get pods metric value")
        case "Resource":
            let name = metric["resource"]["name"].string ?? ""
            (reason, part, prefix) = ("FailedGetResourceMetric", "resource", "failed to get \(name) resource metric value")
        case "ContainerResource":
            let name = metric["containerResource"]["container"].string ?? ""
            (reason, part, prefix) = (
                "FailedGetContainerResourceMetric", "containerResource", "failed to get \(name) container metric value"
            )
        case "External":
            let name = metric["external"]["metric"]["name"].string ?? ""
            (reason, part, prefix) = ("FailedGetExternalMetric", "external", "failed to get \(name) external metric value")
        default: throw Refusal(reason: "InvalidMetricSourceType", text: "unknown metric source type \(type.quoted)")
        }
        do throws(MetricError) {
            var (verdict, status) = try await verdict(type, metric[part])
            for field in ["metric", "describedObject", "name", "container"] where !metric[part][field].isNull {
                status[field] = metric[part][field]
            }
            verdict.status = ["type": .string(type)]
            verdict.status[part] = status
            return verdict
        } catch { throw Refusal(reason: reason, text: "\(prefix): \(error.text)") }
    }

    private func verdict(_ type: String, _ source: Value) async throws(MetricError) -> (Verdict, Value) {
        switch type {
        case "Object": try await object(source)
        case "Pods": try await pods(source)
        case "External": try await external(source)
        default: try await resource(source, isContainer: type == "ContainerResource")
        }
    }
    private func calculator() async throws(MetricError) -> ReplicaCalculator {
        ReplicaCalculator(try await reader.pods(selector), tolerance, now: reader.now)
    }
    private func milli(_ target: Value, _ field: String) -> Int? { Quantity(target[field]).map(\.milli) }
    private static func current(_ field: String, _ milli: Int) -> Value { ["current": [field: Quantity(milli: milli).value]] }
    private func answer(_ replicas: Int, _ name: String, _ status: Value) -> (Verdict, Value) {
        (Verdict(replicas: replicas, name: name, status: .null), status)
    }

    private func resource(_ source: Value, isContainer: Bool) async throws(MetricError) -> (Verdict, Value) {
        let (name, target) = (source["name"].string ?? "", source["target"])
        let container = isContainer ? source["container"].string ?? "" : nil
        let average = milli(target, "averageValue")
        guard average != nil || target["averageUtilization"].int != nil else {
            throw MetricError(
                "invalid resource metric source: neither an average utilization target nor an average value (usage) target was set")
        }
        do throws(MetricError) {
            let metrics: [String: PodMetric]
            do throws(MetricError) { metrics = try await reader.resource(name, container: container, selector) } catch {
                throw MetricError("unable to get metrics for resource \(name): \(error.text)")
            }
            let calculator = try await calculator()
            if let average {
                let proposal = try calculator.byAverage(metrics, milli: average, current: wanted, isProcessor: name == "cpu")
                return answer(proposal.replicas, "\(name) resource", Self.current("averageValue", proposal.milli))
            }
            guard !calculator.pods.isEmpty else { throw MetricError("no pods returned by selector while calculating replica count") }
            let requests = try ReplicaCalculator.requests(calculator.pods, name, container: container)
            let proposal = try calculator.byUtilization(
                metrics, requests: requests, percent: target["averageUtilization"].int ?? 0, current: wanted, isProcessor: name == "cpu")
            var status = Self.current("averageValue", proposal.milli)
            status["current"]["averageUtilization"] = proposal.percent.map { .int(Int64($0)) } ?? .null
            let what = isContainer ? "container resource utilization" : "resource utilization"
            return answer(proposal.replicas, "\(name) \(what) (percentage of request)", status)
        } catch { throw MetricError("failed to get \(name) \(average == nil ? "utilization" : "usage"): \(error.text)") }
    }

    private func pods(_ source: Value) async throws(MetricError) -> (Verdict, Value) {
        let name = source["metric"]["name"].string ?? ""
        let metrics: [String: PodMetric]
        do throws(MetricError) { metrics = try await reader.pods(metric: source["metric"], selector) } catch {
            throw MetricError("unable to get metric \(name): \(error.text)")
        }
        let target = milli(source["target"], "averageValue") ?? 0
        let proposal = try await calculator().byAverage(metrics, milli: target, current: wanted, isProcessor: false)
        return answer(proposal.replicas, "pods metric \(name)", Self.current("averageValue", proposal.milli))
    }

    private func object(_ source: Value) async throws(MetricError) -> (Verdict, Value) {
        let (reference, target) = (source["describedObject"], source["target"])
        let (kind, name) = (reference["kind"].string ?? "", source["metric"]["name"].string ?? "")
        let isTotal = target["type"] == "Value" || target["averageValue"].isNull
        guard let goal = milli(target, isTotal ? "value" : "averageValue") else {
            throw MetricError("invalid object metric source: neither a value target nor an average value target was set")
        }
        let value: Int
        do throws(MetricError) { value = try await reader.object(reference, metric: source["metric"]) } catch {
            let place = "\(kind) \(reader.namespace)/\(reference["name"].string ?? "")"
            throw MetricError("unable to get metric \(name): \(place) \(error.text)")
        }
        return try await judge(value, goal, isTotal, "\(kind) metric \(name)")
    }
    private func external(_ source: Value) async throws(MetricError) -> (Verdict, Value) {
        let (metric, target) = (source["metric"], source["target"])
        let name = metric["name"].string ?? ""
        let isTotal = target["averageValue"].isNull
        guard let goal = milli(target, isTotal ? "value" : "averageValue") else {
            throw MetricError("invalid external metric source: neither a value target nor an average value target was set")
        }
        let selector = GoText.selector(metric["selector"])
        let value: Int
        do throws(MetricError) { value = try await reader.external(metric) } catch {
            throw MetricError("unable to get external metric \(reader.namespace)/\(name)/\(selector): \(error.text)")
        }
        return try await judge(value, goal, isTotal, "external metric \(name)(\(selector))")
    }
    /// One number against a target for all pods or for each.
    private func judge(_ value: Int, _ goal: Int, _ isTotal: Bool, _ name: String) async throws(MetricError) -> (Verdict, Value) {
        let calculator = try await calculator()
        if isTotal {
            return answer(try calculator.byTotal(value, target: goal, current: wanted), name, Self.current("value", value))
        }
        let proposal = calculator.byShare(value, target: goal, current: present)
        return answer(proposal.replicas, name, Self.current("averageValue", proposal.milli))
    }
}

/// Values as Go's `%+v` writes them, which upstream's messages contain.
enum GoText {
    static func selector(_ selector: Value) -> String {
        guard !selector.isNull else { return "nil" }
        let labels = selector["matchLabels"].strings.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)," }.joined()
        let rows = selector["matchExpressions"].items.map { row in
            let values = row["values"].items.compactMap(\.string).joined(separator: " ")
            return "{\(row["key"].string ?? "") \(row["operator"].string ?? "") [\(values)]},"
        }.joined()
        return "&LabelSelector{MatchLabels:map[string]string{\(labels)},MatchExpressions:[]LabelSelectorRequirement{\(rows)},}"
    }
}
