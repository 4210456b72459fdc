import Control
import Documents
import KubeModel

/// A Job a minute that takes longer than a minute, or not, and that may not run beside itself, or may.
struct CronJobWorkload: Workload {
    let kind = CronJobFields.kind
    let prefix = "tick"

    /// What the name says of concurrency, for good.
    static func policy(_ name: String) -> String { ["Forbid", "Allow", "Replace"][name.utf8.reduce(0) { $0 &+ Int($1) } % 3] }

    func document(_ name: String, _ size: Int) -> Value {
        var template = Workloads.template(name)
        template["spec"]["restartPolicy"] = "Never"
        template["metadata"]["annotations"] = ["simulation.eyrie.dev/run-seconds": .string(String(5 + 25 * size))]
        return [
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": ["name": .string(name)],
            "spec": [
                "schedule": "* * * * *", "concurrencyPolicy": .string(Self.policy(name)),
                "successfulJobsHistoryLimit": .int(Int64(size)),
                "jobTemplate": ["spec": ["backoffLimit": 20, "template": template]],
            ],
        ]
    }
    func change(_ size: Int, _ random: RandomSource) -> Value { ["spec": ["successfulJobsHistoryLimit": .int(Int64(size))]] }
    func form(_ size: Int) -> String { "keeps \(size)" }
    func form(of document: Value) -> String { "keeps \(document["spec"]["successfulJobsHistoryLimit"].int ?? -1)" }
    func unrest(_ document: Value) -> String? {
        document["status"]["active"].items.isEmpty ? nil : "it has active Jobs"
    }
}

/// An autoscaler of a Deployment that nobody else changes.
struct AutoscalerWorkload: Workload {
    let kind = HorizontalPodAutoscalerFields.kind
    let prefix = "scale"
    static let (least, most) = (2, 4)

    /// The Deployment of a client's autoscalers.
    static func target(_ client: Int) -> String { "scaled-\(client)" }
    /// The client whose name an autoscaler has, as in `scale-c2-0`.
    private static func client(_ name: String) -> Int {
        let digits = name.split(separator: "-").dropFirst().first?.dropFirst() ?? ""
        return Int(digits) ?? 0
    }

    func document(_ name: String, _ size: Int) -> Value {
        [
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": ["name": .string(name)],
            "spec": [
                "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": .string(Self.target(Self.client(name)))],
                "minReplicas": .int(Int64(Self.least)), "maxReplicas": .int(Int64(Self.most)), "metrics": metrics(size),
            ],
        ]
    }
    private func metrics(_ size: Int) -> Value {
        let target: Value = ["type": "Utilization", "averageUtilization": .int(Int64(20 + 30 * size))]
        return [["type": "Resource", "resource": ["name": "cpu", "target": target]]]
    }
    func change(_ size: Int, _ random: RandomSource) -> Value { ["spec": ["metrics": metrics(size)]] }
    func form(_ size: Int) -> String { "at \(20 + 30 * size) %" }
    func form(of document: Value) -> String {
        "at \(document["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"].int ?? -1) %"
    }
    func unrest(_ document: Value) -> String? {
        guard let current = document["status"]["currentReplicas"].int else { return "it was never judged" }
        return (Self.least...Self.most).contains(current) ? nil : "its target has \(current) replicas"
    }
}
