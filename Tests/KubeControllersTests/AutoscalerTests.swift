import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Synchronization
import Testing

/// A cluster's API as scripted answers: a Deployment's scale, its pods, and their use.
private final class ScriptedSource: AutoscalerSource {
    struct State {
        var replicas = 2
        var pods: [Value] = []
        var metrics: [String: Value] = [:]
        var puts: [Int] = []
        var refusesScale = false
    }
    let state = Mutex(State())

    func send(_ method: String, _ path: [String], _ query: [(String, String)], _ body: Value?) async throws(KubeStatus) -> Value {
        let answer: Result<Value, KubeStatus> = state.withLock { state in
            if path.last == "scale" {
                if method == "PUT" {
                    guard !state.refusesScale else { return .failure(KubeStatus(403, .forbidden, "no")) }
                    state.replicas = body?["spec"]["replicas"].int ?? 0
                    state.puts.append(state.replicas)
                }
                let replicas = Value.int(Int64(state.replicas))
                return .success(["spec": ["replicas": replicas], "status": ["replicas": replicas, "selector": "app=web"]])
            }
            if path.last == "pods", path[1] == "v1" { return .success(["items": .array(state.pods)]) }
            let key = path.dropFirst().joined(separator: "/")
            return state.metrics[key].map { .success($0) }
                ?? .failure(KubeStatus(404, .notFound, "the server could not find the requested resource"))
        }
        return try answer.get()
    }

    static let time = "2027-01-15T08:00:00Z"
    /// Pods that are ready since long, each with so much use of cpu and a request of 100m.
    func run(_ milli: [Int?], phase: String = "Running") {
        state.withLock { state in
            state.pods = milli.indices.map { number in
                [
                    "metadata": ["name": .string("web-\(number)"), "namespace": "default", "labels": ["app": "web"]],
                    "spec": ["containers": [["name": "c", "resources": ["requests": ["cpu": "100m"]]]]],
                    "status": [
                        "phase": .string(phase), "startTime": "2020-01-01T00:00:00Z",
                        "conditions": [["type": "Ready", "status": "True", "lastTransitionTime": "2020-01-01T00:00:10Z"]],
                    ],
                ]
            }
            let items = milli.enumerated().compactMap { number, milli -> Value? in
                milli.map {
                    [
                        "metadata": ["name": .string("web-\(number)")], "timestamp": .string(Self.time), "window": "15s",
                        "containers": [["name": "c", "usage": ["cpu": .string("\($0)m")]]],
                    ]
                }
            }
            state.metrics["metrics.k8s.io/v1beta1/namespaces/default/pods"] = ["items": .array(items)]
        }
    }
}

@Suite struct AutoscalerTests {
    private let source = ScriptedSource()
    private let clock = ManualClock(Timestamp(ScriptedSource.time) ?? Timestamp(seconds: 0))
    private static let cpu: Value = [
        "type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 50]],
    ]

    private func document(_ spec: Value = [:]) -> Value {
        var full: Value = [
            "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"], "minReplicas": 1, "maxReplicas": 10,
            "metrics": [Self.cpu],
        ]
        for member in spec.object ?? [:] { full[member.key] = member.value }
        return ["metadata": ["name": "web", "namespace": "default", "uid": "u"], "spec": full]
    }
    /// Judges an autoscaler once; returns its status and the reasons told.
    private func judge(_ performer: AutoscalerPerformer, _ document: Value) async throws -> (status: Value, told: [String]) {
        let autoscaler = try #require(HorizontalPodAutoscaler(document))
        let world = World([(HorizontalPodAutoscalerFields.kind, document)], now: clock.now)
        let plan = try HorizontalAutoscaler().reconcile(autoscaler, in: world)
        let changes = try await performer.perform(#require(plan.effects.first))
        var (status, told) = (Value.null, [String]())
        for change in changes {
            switch change {
            case .patch(_, _, _, let patch, _): status = patch["status"]
            case .create(_, let event): told.append(event["reason"].string ?? "")
            default: break
            }
        }
        return (status, told)
    }
    private func performer() -> AutoscalerPerformer { AutoscalerPerformer(source: source, clock: clock) }
    private func reason(_ status: Value, _ type: String) -> String? {
        status["conditions"].items.first { $0["type"].string == type }?["reason"].string
    }

    @Test(arguments: [
        ([100, 100] as [Int?], 4, "use is twice the target"), ([50, 54], 2, "within the tolerance"), ([10, 10], 2, "held back"),
        ([200, nil], 4, "who says nothing counts as idle on the way up"), ([10, nil], 2, "and as busy on the way down"),
    ]) func pods(milli: [Int?], wanted: Int, why: String) async throws {
        source.run(milli)
        let (status, _) = try await judge(performer(), document())
        #expect(status["desiredReplicas"].int == wanted, "\(why)")
        #expect(reason(status, "ScalingActive") == "ValidMetricFound")
    }
    @Test func theFallIsHeldBackForFiveMinutes() async throws {
        let performer = performer()
        source.state.withLock { $0.replicas = 6 }
        source.run([10, 10, 10, 10, 10, 10])
        for _ in 0..<20 {
            let (status, _) = try await judge(performer, document())
            #expect(status["desiredReplicas"].int == 6 && reason(status, "AbleToScale") == "ScaleDownStabilized")
            clock.advance(by: .seconds(15)) {}
        }
        clock.advance(by: .seconds(15)) {}
        let (status, told) = try await judge(performer, document())
        #expect(status["desiredReplicas"].int == 2 && reason(status, "AbleToScale") == "SucceededRescale")
        #expect(told == ["SuccessfulRescale"] && status["lastScaleTime"].string == clock.now.text)
    }
    @Test func policiesLimitTheRate() async throws {
        let performer = performer()
        let up: Value = [
            "stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [["type": "Pods", "value": 1, "periodSeconds": 60]],
        ]
        let spec = document(["behavior": ["scaleUp": up, "scaleDown": ["stabilizationWindowSeconds": 0, "selectPolicy": "Disabled"]]])
        source.run([500, 500])
        let first = try await judge(performer, spec)
        #expect(first.status["desiredReplicas"].int == 3 && reason(first.status, "ScalingLimited") == "ScaleUpLimit")
        clock.advance(by: .seconds(30)) {}
        #expect(try await judge(performer, spec).status["desiredReplicas"].int == 3)
        clock.advance(by: .seconds(31)) {}
        #expect(try await judge(performer, spec).status["desiredReplicas"].int == 4)
        source.run([1, 1, 1, 1])
        clock.advance(by: .seconds(61)) {}
        #expect(try await judge(performer, spec).status["desiredReplicas"].int == 4)
    }
    @Test func aToleranceOfItsOwnIsKept() async throws {
        source.run([55, 55])
        let behavior: Value = ["scaleUp": ["tolerance": "0", "policies": [["type": "Percent", "value": 100, "periodSeconds": 15]]]]
        #expect(try await judge(performer(), document(["behavior": behavior])).status["desiredReplicas"].int == 3)
    }
    @Test func boundsGoBeforeMetrics() async throws {
        source.run([50, 50])
        #expect(try await judge(performer(), document(["minReplicas": 4])).told == ["SuccessfulRescale"])
        #expect(source.state.withLock { $0.puts } == [4])
        source.state.withLock { $0.replicas = 0 }
        let (status, _) = try await judge(performer(), document())
        #expect(reason(status, "ScalingActive") == "ScalingDisabled" && status["desiredReplicas"].int == 0)
    }
    @Test func missingMetricsLeaveTheScale() async throws {
        source.run([100, 100])
        let queue: Value = ["type": "External", "external": ["metric": ["name": "q"], "target": ["type": "Value", "value": "10"]]]
        let only = try await judge(performer(), document(["metrics": [queue]]))
        #expect(only.told == ["FailedGetExternalMetric", "FailedComputeMetricsReplicas"])
        #expect(reason(only.status, "ScalingActive") == "FailedGetExternalMetric")
        let message = only.status["conditions"][1]["message"].string
        #expect(
            message
                == "the HPA was unable to compute the replica count: failed to get q external metric value: unable to get external metric default/q/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get q.external.metrics.k8s.io)"
        )
        // A metric that asks for more counts all the same.
        #expect(try await judge(performer(), document(["metrics": [queue, Self.cpu]])).status["desiredReplicas"].int == 4)
        let custom: Value = [
            "type": "Pods", "pods": ["metric": ["name": "rps"], "target": ["type": "AverageValue", "averageValue": "5"]],
        ]
        let pods = try await judge(performer(), document(["metrics": [custom]]))
        #expect(
            pods.status["conditions"][1]["message"].string?.hasSuffix("no custom metrics API (custom.metrics.k8s.io) registered") == true)
    }
    @Test func externalAndObjectMetricsScale() async throws {
        source.run([1, 1])
        source.state.withLock {
            $0.metrics["external.metrics.k8s.io/v1beta1/namespaces/default/q"] = ["items": [["value": "30"], ["value": "10"]]]
            $0.metrics["custom.metrics.k8s.io"] = ["versions": [["version": "v1beta1"]]]
            $0.metrics["custom.metrics.k8s.io/v1beta1/namespaces/default/services/front/rps"] = ["items": [["value": "500"]]]
        }
        let queue: Value = ["metric": ["name": "q"], "target": ["type": "AverageValue", "averageValue": "10"]]
        let external = try await judge(performer(), document(["metrics": [["type": "External", "external": queue]]]))
        #expect(external.status["desiredReplicas"].int == 4)
        #expect(external.status["currentMetrics"][0]["external"]["current"]["averageValue"] == "20")
        source.state.withLock { $0.replicas = 2 }
        let object: Value = [
            "describedObject": ["apiVersion": "v1", "kind": "Service", "name": "front"], "metric": ["name": "rps"],
            "target": ["type": "Value", "value": "250"],
        ]
        let seen = try await judge(performer(), document(["metrics": [["type": "Object", "object": object]]]))
        #expect(seen.status["desiredReplicas"].int == 4 && seen.status["currentMetrics"][0]["object"]["current"]["value"] == "500")
    }
    @Test func aRefusedScaleIsTold() async throws {
        source.run([100, 100])
        source.state.withLock { $0.refusesScale = true }
        let (status, told) = try await judge(performer(), document())
        #expect(told == ["FailedRescale"] && reason(status, "AbleToScale") == "FailedUpdateScale")
    }
    @Test func twoForTheSamePodsStandStill() async throws {
        let performer = performer()
        source.run([100, 100])
        _ = try await judge(performer, document())
        var other = document()
        (other["metadata"]["name"], other["metadata"]["uid"]) = ("rival", "v")
        let (status, told) = try await judge(performer, other)
        #expect(told == ["AmbiguousSelector"] && reason(status, "ScalingActive") == "AmbiguousSelector")
    }
}
