import Documents
import KubeModel

/// Documents as scheduler_perf's templates make them. Source: test/integration/scheduler_perf/templates.
enum PerfTemplates {
    /// A pod of a namespace by number.
    typealias Pod = @Sendable (_ namespace: String, _ number: Int) -> Value

    static func node(_ number: Int, zone: String? = nil) -> Value { node("node-\(number)", zone: zone) }
    static func node(
        _ name: String, zone: String? = nil, pods: Int64 = 110, cpu: Value = "4", memory: Value = "32Gi", taints: Value = .null
    ) -> Value {
        var labels: Value = ["kubernetes.io/hostname": .string(name)]
        if let zone { labels["topology.kubernetes.io/zone"] = .string(zone) }
        let amounts: Value = ["pods": .int(pods), "cpu": cpu, "memory": memory]
        return [
            "metadata": ["name": .string(name), "labels": labels], "spec": taints.isNull ? [:] : ["taints": taints],
            "status": ["capacity": amounts, "allocatable": amounts, "conditions": [["type": "Ready", "status": "True"]]],
        ]
    }
    static func namespace(_ name: String, team: String) -> Value {
        ["metadata": ["name": .string(name), "labels": ["team": .string(team)]]]
    }

    static func pod(_ extra: Value = [:], labels: Value = [:], cpu: String = "100m", memory: String = "500Mi") -> Pod {
        let container: Value = [
            "name": "pause", "image": "registry.k8s.io/pause:3.10.1", "ports": [["containerPort": 80]],
            "resources": ["requests": ["cpu": .string(cpu), "memory": .string(memory)]],
        ]
        return { namespace, number in
            var spec: Value = ["containers": [container]]
            for member in extra.object ?? [:] { spec[member.key] = member.value }
            return [
                "metadata": ["name": .string("pod-\(number)"), "namespace": .string(namespace), "labels": labels], "spec": spec,
            ]
        }
    }
    static let secret: Value = ["name": "secret", "secret": ["secretName": "secret"]]

    static func spread(_ when: Value) -> Value {
        [
            "maxSkew": 5, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": when,
            "labelSelector": ["matchLabels": ["color": "blue"]],
        ]
    }
    static func pinned(_ node: String) -> Value {
        let field: Value = ["key": "metadata.name", "operator": "In", "values": [.string(node)]]
        return ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": [["matchFields": [field]]]]]]
    }
    static func zones(_ zones: [String]) -> Value {
        let values = Value.array(zones.map { .string($0) })
        let label: Value = ["key": "topology.kubernetes.io/zone", "operator": "In", "values": values]
        return ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": [["matchExpressions": [label]]]]]]
    }
    static func company(
        _ side: String, _ label: String, _ value: String, _ key: String, _ namespaces: [String], preferred: Bool = false,
        team: String? = nil
    ) -> Value {
        var term: Value = ["topologyKey": .string(key), "labelSelector": ["matchLabels": Value([label: value])]]
        if !namespaces.isEmpty { term["namespaces"] = .array(namespaces.map { .string($0) }) }
        if let team { term["namespaceSelector"] = ["matchLabels": ["team": .string(team)]] }
        var affinity: Value = [:]
        affinity[side] =
            preferred
            ? ["preferredDuringSchedulingIgnoredDuringExecution": [["weight": 1, "podAffinityTerm": term]]]
            : ["requiredDuringSchedulingIgnoredDuringExecution": [term]]
        return affinity
    }

    static func csiNode(_ number: Int, _ driver: String) -> Value {
        let entry: Value = ["name": .string(driver), "nodeID": .string("node-\(number)"), "allocatable": ["count": 39]]
        return ["metadata": ["name": .string("node-\(number)")], "spec": ["drivers": [entry]]]
    }
    /// A volume that is a claim's; of EBS' older kind without a driver.
    static func volume(_ number: Int, _ driver: String?) -> Value {
        var spec: Value = [
            "accessModes": ["ReadOnlyMany"], "capacity": ["storage": "1Gi"], "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": [
                "kind": "PersistentVolumeClaim", "apiVersion": "v1", "namespace": "default", "name": .string("claim-\(number)"),
            ],
        ]
        if let driver {
            spec["csi"] = ["driver": .string(driver), "volumeHandle": .string("vol-\(number)")]
        } else {
            spec["awsElasticBlockStore"] = ["volumeID": .string("vol-\(number)")]
        }
        return ["metadata": ["name": .string("volume-\(number)")], "spec": spec]
    }
    static func claim(_ number: Int) -> Value {
        [
            "metadata": [
                "name": .string("claim-\(number)"), "namespace": "default", "annotations": ["pv.kubernetes.io/bind-completed": "true"],
            ],
            "spec": [
                "accessModes": ["ReadOnlyMany"], "resources": ["requests": ["storage": "1Gi"]],
                "volumeName": .string("volume-\(number)"), "storageClassName": "",
            ],
        ]
    }
    static func claimed(_ number: Int) -> Value {
        let volume: Value = ["name": "data", "persistentVolumeClaim": ["claimName": .string("claim-\(number)")]]
        return pod(["volumes": [volume]])("default", number)
    }
}
