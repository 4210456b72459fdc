import Control
import Documents
import KubeModel

struct StatefulSetWorkload: ReplicatedWorkload {
    let kind = StatefulSetFields.kind
    let prefix = "db"

    func document(_ name: String, _ size: Int) -> Value {
        let number = name.utf8.reduce(0) { $0 &+ Int($1) }
        var spec: Value = [
            "replicas": .int(Int64(size)), "serviceName": .string(name), "selector": ["matchLabels": ["app": .string(name)]],
            "podManagementPolicy": number % 2 == 0 ? "OrderedReady" : "Parallel", "template": Workloads.template(name),
        ]
        // Some have storage, which goes with their pods.
        if number % 4 < 2 {
            spec["volumeClaimTemplates"] = [
                [
                    "metadata": ["name": "disk"],
                    "spec": [
                        "storageClassName": .string(Furniture.madeClass), "accessModes": ["ReadWriteOnce"],
                        "resources": ["requests": ["storage": "1Gi"]],
                    ],
                ]
            ]
            spec["persistentVolumeClaimRetentionPolicy"] = ["whenDeleted": "Delete", "whenScaled": "Delete"]
        }
        return ["apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": ["name": .string(name)], "spec": spec]
    }
    func unrest(_ document: Value) -> String? {
        if let shortage = shortage(document, ["replicas", "readyReplicas", "availableReplicas"]) { return shortage }
        let (status, wanted) = (document["status"], document["spec"]["replicas"].int ?? 1)
        guard status["currentRevision"] == status["updateRevision"] || wanted == 0 else { return "its update goes on" }
        return nil
    }
}

struct DaemonSetWorkload: Workload {
    let kind = DaemonSetFields.kind
    let prefix = "agent"

    func document(_ name: String, _ size: Int) -> Value {
        var template = Workloads.template(name)
        template["metadata"]["annotations"] = ["size": .string(String(size))]
        return [
            "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": ["name": .string(name)],
            "spec": [
                "selector": ["matchLabels": ["app": .string(name)]], "template": template,
                "updateStrategy": ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": "50%"]],
            ],
        ]
    }
    func change(_ size: Int, _ random: RandomSource) -> Value {
        ["spec": ["template": ["metadata": ["annotations": ["size": .string(String(size))]]]]]
    }
    func form(_ size: Int) -> String { "size \(size)" }
    func form(of document: Value) -> String {
        "size \(document["spec"]["template"]["metadata"]["annotations"]["size"].string ?? "none")"
    }
    func unrest(_ document: Value) -> String? {
        let status = document["status"]
        guard status["observedGeneration"] == document["metadata"]["generation"] else { return "its status is old" }
        let wanted = status["desiredNumberScheduled"].int ?? 0
        let counts = ["currentNumberScheduled", "updatedNumberScheduled", "numberReady", "numberAvailable"].map { status[$0].int ?? 0 }
        guard counts.allSatisfy({ $0 == wanted }) else { return "it has \(counts) of \(wanted)" }
        return (status["numberMisscheduled"].int ?? 0) == 0 ? nil : "pods are where they should not be"
    }
}

/// Three runs to the end, of which as many at a time as its size says.
struct JobWorkload: Workload {
    let kind = JobFields.kind
    let prefix = "job"
    static let completions = 3

    func document(_ name: String, _ size: Int) -> Value {
        var template = Workloads.template(name)
        template["spec"]["restartPolicy"] = "Never"
        template["metadata"]["annotations"] = ["simulation.eyrie.dev/run-seconds": .string(String(2 + 5 * size))]
        return [
            "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": .string(name)],
            "spec": [
                "completions": .int(Int64(Self.completions)), "parallelism": .int(Int64(size + 1)), "backoffLimit": 20,
                "template": template,
            ],
        ]
    }
    func change(_ size: Int, _ random: RandomSource) -> Value { ["spec": ["parallelism": .int(Int64(size + 1))]] }
    func form(_ size: Int) -> String { "\(size + 1) at a time" }
    func form(of document: Value) -> String { "\(document["spec"]["parallelism"].int ?? -1) at a time" }
    func unrest(_ document: Value) -> String? {
        if document.condition("Failed") == "True" { return nil }
        guard document.condition("Complete") == "True" else { return "it is not complete" }
        let (succeeded, wanted) = (document["status"]["succeeded"].int ?? 0, document["spec"]["completions"].int ?? 1)
        return succeeded == wanted ? nil : "it is complete with \(succeeded) successes of \(wanted)"
    }
}

/// A service whose type follows from its size.
struct ServiceWorkload: Workload {
    let kind = ServiceFields.kind
    let prefix = "svc"
    private static let types = ["ClusterIP", "NodePort", "ClusterIP", "LoadBalancer"]

    func document(_ name: String, _ size: Int) -> Value {
        [
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name)],
            "spec": [
                "type": .string(Self.types[size]), "selector": ["app": .string("web" + name.dropFirst(prefix.count))], "ports": ports(size),
            ],
        ]
    }
    private func ports(_ size: Int) -> Value {
        .array((0...size).map { ["name": .string("p\($0)"), "port": .int(Int64(80 + $0)), "protocol": "TCP"] })
    }
    func change(_ size: Int, _ random: RandomSource) -> Value { ["spec": ["type": .string(Self.types[size]), "ports": ports(size)]] }
    func form(_ size: Int) -> String { "\(Self.types[size]) of \(size + 1) ports" }
    func form(of document: Value) -> String {
        "\(document["spec"]["type"].string ?? "") of \(document["spec"]["ports"].items.count) ports"
    }
    func unrest(_ document: Value) -> String? { nil }
}

/// A budget for the Deployment of the same name's end.
struct BudgetWorkload: Workload {
    let kind = PodDisruptionBudgetFields.kind
    let prefix = "budget"

    func document(_ name: String, _ size: Int) -> Value {
        [
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": ["name": .string(name)],
            "spec": [
                "minAvailable": .int(Int64(size)),
                "selector": ["matchLabels": ["app": .string("web" + name.dropFirst(prefix.count))]],
            ],
        ]
    }
    func change(_ size: Int, _ random: RandomSource) -> Value { ["spec": ["minAvailable": .int(Int64(size))]] }
    func form(_ size: Int) -> String { "at least \(size)" }
    func form(of document: Value) -> String { form(document["spec"]["minAvailable"].int ?? -1) }
    func unrest(_ document: Value) -> String? {
        document["status"]["observedGeneration"] == document["metadata"]["generation"] ? nil : "its status is old"
    }
}

struct ConfigMapWorkload: Workload {
    let kind = ConfigMapFields.kind
    let prefix = "settings"

    func document(_ name: String, _ size: Int) -> Value {
        [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)],
            "data": ["size": .string(String(size)), "filling": .string(String(repeating: "x", count: size * 3000))],
        ]
    }
    func change(_ size: Int, _ random: RandomSource) -> Value {
        ["data": ["size": .string(String(size)), "filling": .string(String(repeating: "y", count: size * 3000))]]
    }
    func form(_ size: Int) -> String { "size \(size)" }
    func form(of document: Value) -> String { "size \(document["data"]["size"].string ?? "none")" }
    func unrest(_ document: Value) -> String? { nil }
}
