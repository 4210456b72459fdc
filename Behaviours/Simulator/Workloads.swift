import Control
import Documents
import KubeModel

/// A kind of object that clients make, change by one number, and delete.
protocol Workload: Sendable {
    var kind: Kind { get }
    /// Begins the names.
    var prefix: String { get }
    func document(_ name: String, _ size: Int) -> Value
    /// The merge patch that makes it that size.
    func change(_ size: Int, _ random: RandomSource) -> Value
    /// The form that a document of that size has.
    func form(_ size: Int) -> String
    /// The form of a document.
    func form(of document: Value) -> String
    /// Why a document is not at rest yet; nil when it is.
    func unrest(_ document: Value) -> String?
}

enum Workloads {
    static let all: [any Workload] = [
        DeploymentWorkload(), StatefulSetWorkload(), DaemonSetWorkload(), JobWorkload(), ServiceWorkload(), BudgetWorkload(),
        ConfigMapWorkload(), CronJobWorkload(), ClaimWorkload(), AutoscalerWorkload(),
    ]

    static func named(_ kind: Kind) -> (any Workload)? { all.first { $0.kind == kind } }

    static func template(_ app: String) -> Value {
        [
            "metadata": ["labels": ["app": .string(app)]],
            "spec": [
                "containers": [
                    ["name": "main", "image": "nginx:1.27", "resources": ["requests": ["cpu": "20m", "memory": "16Mi"]]]
                ]
            ],
        ]
    }
    static func rollingTemplate(_ random: RandomSource) -> Value {
        ["metadata": ["annotations": ["turn": .string(random.hex(4))]]]
    }
}

/// Workloads whose one number is how many replicas they have, and whose pods may get another template.
protocol ReplicatedWorkload: Workload {}
extension ReplicatedWorkload {
    func change(_ size: Int, _ random: RandomSource) -> Value {
        var spec: Value = ["replicas": .int(Int64(size))]
        if random.int(in: 0..<3) == 0 { spec["template"] = Workloads.rollingTemplate(random) }
        return ["spec": spec]
    }
    func form(_ size: Int) -> String { "\(size) replicas" }
    func form(of document: Value) -> String { form(document["spec"]["replicas"].int ?? -1) }
    /// Why the counts of a document's status are not all what its spec wants, or the status is old.
    func shortage(_ document: Value, _ counts: [String]) -> String? {
        let (status, wanted) = (document["status"], document["spec"]["replicas"].int ?? 1)
        guard status["observedGeneration"] == document["metadata"]["generation"] else { return "its status is old" }
        let found = counts.map { status[$0].int ?? 0 }
        return found.allSatisfy { $0 == wanted } ? nil : "it has \(found) of \(wanted)"
    }
}

struct DeploymentWorkload: ReplicatedWorkload {
    let kind = DeploymentFields.kind
    let prefix = "web"

    func document(_ name: String, _ size: Int) -> Value {
        [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name)],
            "spec": [
                "replicas": .int(Int64(size)), "selector": ["matchLabels": ["app": .string(name)]], "template": Workloads.template(name),
            ],
        ]
    }
    func unrest(_ document: Value) -> String? {
        shortage(document, ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"])
    }
}
