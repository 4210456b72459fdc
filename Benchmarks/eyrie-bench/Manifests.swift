import Documents

/// What the load consists of.
enum Manifests {
    /// A ConfigMap of about 1 KiB.
    static func configMap(_ name: String, _ text: String = "") -> Value {
        [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name), "labels": ["app": "bench"]],
            "data": ["payload": .string(String(repeating: "0123456789abcdef", count: 56)), "text": .string(text)],
        ]
    }

    /// A pod with two containers, of about 2.5 KiB, without a node.
    static func pod(_ name: String) -> Value {
        var pod: Value = [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)],
            "spec": ["containers": [container("web", port: 8080), container("sidecar", port: 9090)], "terminationGracePeriodSeconds": 0],
        ]
        for index in 0..<8 {
            pod[path: ["metadata", "labels", "bench.example.com/label-\(index)"]] = .string("value-\(index)")
            pod[path: ["metadata", "annotations", "bench.example.com/note-\(index)"]] = .string("something to remember, number \(index)")
        }
        return pod
    }

    /// The same for a scheduler that does not exist, so that it stays as it was created.
    static func idlePod(_ name: String) -> Value {
        var pod = pod(name)
        pod["spec"]["schedulerName"] = "none"
        return pod
    }

    /// A large node in one of three zones.
    static func node(_ name: String, _ number: Int) -> Value {
        let labels: Value = [
            "kubernetes.io/hostname": .string(name), "kubernetes.io/os": "linux",
            "topology.kubernetes.io/zone": .string("bench-\(["a", "b", "c"][number % 3])"),
        ]
        return ["apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name), "labels": labels]]
    }
    /// The status of a node that is ready.
    static let nodeStatus: Value = {
        let resources: Value = ["cpu": "32", "memory": "256Gi", "pods": "110"]
        return [
            "status": [
                "capacity": resources, "allocatable": resources,
                "conditions": [
                    ["type": "Ready", "status": "True", "reason": "KubeletReady", "lastTransitionTime": "2026-01-01T00:00:00Z"]
                ],
            ]
        ]
    }()

    private static func container(_ name: String, port: Int64) -> Value {
        [
            "name": .string(name), "image": .string("registry.example.com/shop/\(name):2.14.3"), "imagePullPolicy": "IfNotPresent",
            "args": ["--log-format=json", "--shutdown-grace=30s"],
            "ports": [["name": "http", "containerPort": .int(port), "protocol": "TCP"]],
            "env": .array((0..<8).map { ["name": .string("SETTING_\($0)"), "value": .string("value of setting \($0)")] }),
            "resources": ["requests": ["cpu": "50m", "memory": "64Mi"], "limits": ["memory": "256Mi"]],
            "readinessProbe": ["httpGet": ["path": "/ready", "port": "http"], "periodSeconds": 5, "failureThreshold": 3],
        ]
    }

    /// The status that a kubelet would report.
    static func podStatus(_ number: Int) -> Value {
        let conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map { type -> Value in
            ["type": .string(type), "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"]
        }
        return ["status": ["phase": "Running", "message": .string("report \(number)"), "conditions": .array(conditions)]]
    }
}
