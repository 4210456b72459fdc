import Control
import Documents
import KubeScheduler

/// How fast pods get their nodes: the scheduler's decisions in this process, without store and binding.
struct SchedulerBench {
    private let options: Options

    init(_ options: Options) { self.options = options }

    func run() throws {
        let (nodes, pods) = (try options.number("nodes", 5000), try options.number("pods", 20_000))
        let shapes: [(name: String, spec: Value)] = [
            ("plain", [:]), ("spread", ["topologySpreadConstraints": [Self.constraint]]),
            ("apart", ["affinity": ["podAntiAffinity": Self.preference]]),
        ]
        for shape in shapes where options.text("shape").map({ $0 == shape.name }) ?? true {
            var trial = SchedulingTrial(nodes: (0..<nodes).map(Self.node), random: RandomSource(seed: 1))
            let documents = (0..<pods).map { (key: "core/pods/default/pod-\($0)", bytes: JSON.encode(Self.pod($0, shape.spec))) }
            var (latencies, placed) = (Latencies(), 0)
            let (start, startCPU) = (seconds(), ownProcessorSeconds())
            for document in documents {
                let before = seconds()
                if trial.place(document.bytes, key: document.key) != nil { placed += 1 }
                latencies.add(seconds() - before)
            }
            guard placed == pods else { throw BenchError("only \(placed) of \(pods) pods found a node: give more nodes") }
            report(
                "scheduler, \(shape.name) pods on \(nodes) nodes", latencies, seconds: seconds() - start,
                processorSeconds: ownProcessorSeconds() - startCPU)
        }
    }

    private static let constraint: Value = [
        "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": ["matchLabels": ["app": "app-1"]],
    ]
    private static let preference: Value = [
        "preferredDuringSchedulingIgnoredDuringExecution": [
            [
                "weight": 100,
                "podAffinityTerm": [
                    "topologyKey": "kubernetes.io/hostname", "labelSelector": ["matchLabels": ["app": "app-1"]],
                ],
            ]
        ]
    ]
    private static func node(_ number: Int) -> Value {
        [
            "metadata": [
                "name": .string("node-\(number)"),
                "labels": [
                    "kubernetes.io/hostname": .string("node-\(number)"), "topology.kubernetes.io/zone": .string("zone-\(number % 3)"),
                    "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
                ],
            ], "spec": ["podCIDR": "10.0.0.0/24"], "status": ["allocatable": ["cpu": "16", "memory": "64Gi", "pods": "110"]],
        ]
    }
    private static func pod(_ number: Int, _ extra: Value) -> Value {
        var spec: Value = [
            "containers": [["name": "c", "image": "nginx", "resources": ["requests": ["cpu": "100m", "memory": "64Mi"]]]],
            "tolerations": [
                ["key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300],
                ["key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300],
            ],
        ]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        let owner = "app-\(number % 100)"
        return [
            "metadata": [
                "name": .string("pod-\(number)"), "namespace": "default", "uid": .string("uid-\(number)"),
                "labels": ["app": .string(extra.object?.isEmpty == false ? "app-1" : owner)],
                "creationTimestamp": "2026-01-01T00:00:00Z",
                "ownerReferences": [["kind": "ReplicaSet", "name": .string(owner), "uid": .string(owner), "controller": true]],
            ], "spec": spec,
        ]
    }
}
