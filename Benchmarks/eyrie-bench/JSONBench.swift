import Documents

/// The time that documents take to parse, edit and write.
struct JSONBench {
    private let count: Int
    init(_ options: Options) throws { count = try options.number("count", 20_000) }

    func run() throws {
        let pod = JSONBench.pod
        let bytes = JSON.encode(pod)
        print("a document of \(bytes.count) bytes")
        try measure("parse to a tree") { _ = try JSON.parse(bytes) }
        measure("write a tree") { _ = JSON.encode(pod) }
        measure("merge patch of a tree") {
            _ = MergePatch.apply(["status": ["phase": "Running"]], to: pod)
        }
    }

    private func measure(_ name: String, _ body: () throws -> Void) rethrows {
        var best = Double.infinity
        for _ in 0..<5 {
            let start = seconds()
            for _ in 0..<(count / 5) { try body() }
            best = min(best, (seconds() - start) / Double(count / 5))
        }
        print("\(name): \(fixed(best * 1e6)) us")
    }

    /// A pod as clusters have them.
    static var pod: Value {
        var labels: Value = [:]
        for index in 0..<8 { labels["app.example.com/label-\(index)"] = .string("value-\(index)") }
        let container: Value = [
            "name": "web", "image": "registry.example.com/team/web:1.27.3", "imagePullPolicy": "IfNotPresent",
            "ports": [["containerPort": 8080, "name": "http", "protocol": "TCP"]],
            "resources": ["limits": ["cpu": "500m", "memory": "256Mi"], "requests": ["cpu": "100m", "memory": "128Mi"]],
            "env": .array((0..<10).map { ["name": .string("VARIABLE_\($0)"), "value": .string("some value \($0)")] }),
            "volumeMounts": [["mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "name": "token", "readOnly": true]],
        ]
        return [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": [
                "name": "web-6d4b75cb6d-x2x9z", "namespace": "default", "uid": "a3a1f9f2-33a5-4f0c-9d4e-31c3a8a4f9f0",
                "creationTimestamp": "2026-11-21T05:00:00Z", "labels": labels, "generateName": "web-6d4b75cb6d-",
            ],
            "spec": [
                "containers": [container], "nodeName": "ip-192-168-1-2.us-west-1.compute.internal", "restartPolicy": "Always",
                "serviceAccountName": "default", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
            ],
            "status": [
                "phase": "Pending",
                "conditions": .array(
                    ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map {
                        ["type": .string($0), "status": "True", "lastTransitionTime": "2026-11-21T05:00:00Z"]
                    }),
            ],
        ]
    }
}
