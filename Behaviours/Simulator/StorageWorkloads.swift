import Control
import Documents
import KubeClient
import KubeModel

/// What clients find in the cluster: a class whose volumes are made when they are asked for, a few volumes that somebody made beforehand,
/// and Deployments that autoscalers look after.
enum Furniture {
    static let (madeClass, foundClass) = ("fast", "manual")
    private static let foundVolumes = 3

    static func prepare(_ kubernetes: KubeClient, clients: Int) async throws {
        _ = try await kubernetes.create(
            StorageClassFields.kind,
            [
                "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": ["name": .string(madeClass)],
                "provisioner": "ebs.csi.aws.com", "allowVolumeExpansion": true, "volumeBindingMode": "Immediate",
            ])
        for number in 0..<foundVolumes {
            _ = try await kubernetes.create(
                PersistentVolumeFields.kind,
                [
                    "apiVersion": "v1", "kind": "PersistentVolume", "metadata": ["name": .string("found-\(number)")],
                    "spec": [
                        "capacity": ["storage": "2Gi"], "accessModes": ["ReadWriteOnce"], "hostPath": ["path": "/data"],
                        "storageClassName": .string(foundClass),
                    ],
                ])
        }
        for number in 0..<clients {
            let name = AutoscalerWorkload.target(number)
            _ = try await kubernetes.create(
                DeploymentFields.kind, DeploymentWorkload().document(name, 1), namespace: "default")
        }
    }
}

/// Storage of so many gibibytes: made for it, or one of the few volumes that are there.
struct ClaimWorkload: Workload {
    let kind = PersistentVolumeClaimFields.kind
    let prefix = "data"

    func document(_ name: String, _ size: Int) -> Value {
        let isFound = name.utf8.reduce(0) { $0 &+ Int($1) } % 2 == 0
        return [
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": .string(name)],
            "spec": [
                "storageClassName": .string(isFound ? Furniture.foundClass : Furniture.madeClass), "accessModes": ["ReadWriteOnce"],
                "resources": ["requests": ["storage": .string("\(size + 1)Gi")]],
            ],
        ]
    }
    /// Claims only grow: the API refuses the rest.
    func change(_ size: Int, _ random: RandomSource) -> Value {
        ["spec": ["resources": ["requests": ["storage": .string("\(size + 1)Gi")]]]]
    }
    func form(_ size: Int) -> String { "\(size + 1)Gi" }
    func form(of document: Value) -> String { document["spec"]["resources"]["requests"]["storage"].string ?? "none" }
    func unrest(_ document: Value) -> String? {
        let (phase, spec) = (document["status"]["phase"].string ?? "new", document["spec"])
        // Who comes too late for the volumes that are there waits for ever.
        if spec["storageClassName"].string == Furniture.foundClass { return phase == "Lost" ? "it has lost its volume" : nil }
        return phase == "Bound" ? nil : "it is \(phase)"
    }
}
