import AWSProtocol
import Documents

/// What clusters may say of the components of their control plane.
///
/// Source: EKS user guide, "Advanced Kubernetes control plane configuration". The controller manager's settings need a provisioned
/// control plane, which there is none of here.
enum ControlPlaneComponents {
    static let members = ["kubeApiServerConfig", "kubeSchedulerConfig", "kubeControllerManagerConfig"]
    private static let ports = 10260...32767
    private static let eventMinutes = 10...60
    private static let strategies = ["LeastAllocated", "MostAllocated"]
    private static let resources = ["cpu", "memory", "nvidia.com/gpu", "aws.amazon.com/neuron", "aws.amazon.com/neuroncore"]
    private static let syncPeriod = "15s"

    /// Whether clusters of a Kubernetes version (`1.36`) have such a configuration.
    static func exist(in version: String) -> Bool { (Int(version.split(separator: ".").last ?? "") ?? 0) >= 31 }

    /// The `ControlPlaneConfigInfo` shape: defaults, and what may be said instead.
    static let info: Value = {
        let range: Value = ["min": .int(Int64(ports.lowerBound)), "max": .int(Int64(ports.upperBound))]
        func names(_ list: [String]) -> Value { ["allowedValues": .array(list.map(Value.string))] }
        return [
            "kubeApiServerConfig": [
                "eventTtl": ["defaultValue": "60m", "constraints": ["min": "10m", "max": "60m"]],
                "serviceNodePortRange": [
                    "defaultValue": apiServer["serviceNodePortRange"], "constraints": ["minPort": range, "maxPort": range],
                ],
            ],
            "kubeSchedulerConfig": [
                "nodeResourcesFit": [
                    "scoringStrategy": [
                        "defaultValue": scheduler["nodeResourcesFit"]["scoringStrategy"],
                        "constraints": [
                            "scoringStrategy": names(strategies),
                            "resources": ["name": names(resources), "weight": ["min": 1, "max": 100]],
                        ],
                    ]
                ]
            ],
            "kubeControllerManagerConfig": [
                "horizontalPodAutoscalerControllerConfig": [
                    "horizontalPodAutoscalerSyncPeriod": [
                        "defaultValue": .string(syncPeriod), "constraints": ["min": "10s", "max": .string(syncPeriod)],
                    ]
                ]
            ],
        ]
    }()
    /// What a cluster has that says nothing.
    static func standard(_ member: String) -> Value {
        switch member {
        case "kubeApiServerConfig": apiServer
        case "kubeSchedulerConfig": scheduler
        default: controllerManager
        }
    }
    private static let apiServer: Value = ["eventTtl": "60m", "serviceNodePortRange": ["minPort": 30000, "maxPort": 32767]]
    private static let scheduler: Value = [
        "nodeResourcesFit": [
            "scoringStrategy": ["type": "LeastAllocated", "resources": [["name": "cpu", "weight": 1], ["name": "memory", "weight": 1]]]
        ]
    ]
    private static let controllerManager: Value = [
        "horizontalPodAutoscalerControllerConfig": ["horizontalPodAutoscalerSyncPeriod": .string(syncPeriod)]
    ]

    /// A component's configuration with what is asked for in it; what nobody speaks of stays.
    /// - Throws: `InvalidParameterException` for values that EKS does not support.
    static func configuration(_ member: String, _ input: Value, over standing: Value, cluster: String? = nil) throws -> Value {
        func refuse(_ field: String, _ reason: String) -> AWSError {
            EKSError.invalidParameter("Invalid value for \(member).\(field): \(reason)", cluster: cluster)
        }
        let wanted = MergePatch.apply(input, to: standing.isNull ? standard(member) : standing)
        switch member {
        case "kubeApiServerConfig":
            guard let minutes = minutes(wanted["eventTtl"].string ?? ""), eventMinutes.contains(minutes) else {
                throw refuse("eventTtl", "must be a duration of one unit between 10m and 60m")
            }
            let range = wanted["serviceNodePortRange"]
            guard let least = range["minPort"].int, let most = range["maxPort"].int, ports.contains(least), ports.contains(most) else {
                throw refuse("serviceNodePortRange", "ports must be between \(ports.lowerBound) and \(ports.upperBound)")
            }
            guard least <= most else { throw refuse("serviceNodePortRange", "minPort must be less than or equal to maxPort") }
        case "kubeSchedulerConfig":
            let strategy = wanted["nodeResourcesFit"]["scoringStrategy"]
            for resource in strategy["resources"].items where !resources.contains(resource["name"].string ?? "") {
                let name = resource["name"].string ?? ""
                throw refuse("nodeResourcesFit.scoringStrategy.resources", "unsupported resource \(name)")
            }
            return ["nodeResourcesFit": ["scoringStrategy": completed(strategy)]]
        default:
            guard wanted["podGcControllerConfig"].isNull else { throw refuse("podGcControllerConfig", "is not supported yet") }
            let period = wanted["horizontalPodAutoscalerControllerConfig"]["horizontalPodAutoscalerSyncPeriod"].string
            guard period == syncPeriod else {
                throw refuse(
                    "horizontalPodAutoscalerControllerConfig.horizontalPodAutoscalerSyncPeriod",
                    "another value than \(syncPeriod) requires Provisioned Control Plane")
            }
        }
        return wanted
    }
    private static func completed(_ strategy: Value) -> Value {
        let weights = strategy["resources"].items.map { ["name": $0["name"], "weight": $0["weight"].isNull ? 1 : $0["weight"]] as Value }
        let standard = scheduler["nodeResourcesFit"]["scoringStrategy"]
        return ["type": strategy["type"], "resources": weights.isEmpty ? standard["resources"] : .array(weights)]
    }
    private static func minutes(_ text: String) -> Int? {
        guard let count = Int(text.dropLast()), (0...10_000).contains(count) else { return nil }
        switch text.last {
        case "h": return count * 60
        case "m": return count
        case "s": return count % 60 == 0 ? count / 60 : nil
        default: return nil
        }
    }
    /// What a component is told of a configuration; null where it is the default.
    static func told(_ member: String, _ config: Value) -> Value { config == standard(member) ? .null : config }
}
