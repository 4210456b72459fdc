import Control
import Cryptography
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

/// The controllers of a cluster itself, killed between any two of their writes.
@Suite struct ClusterDeathTests {
    @Test(arguments: scenarios) func deathBetweenAnyTwoWritesChangesNothing(_ scenario: Scenario) async throws {
        try await DeathBed(scenario: scenario).dieEverywhere()
    }

    private static let scenarios: [Scenario] = [
        Scenario(
            "a namespace that goes", [ReplicaSetController(), NamespaceController()],
            [
                (
                    5,
                    { bed in
                        try bed.create(
                            NamespaceFields.kind,
                            ["metadata": ["name": "lab", "finalizers": ["test/hold"]], "spec": ["finalizers": ["kubernetes"]]])
                        var set = KubeBed.workload(2)
                        set["metadata"]["namespace"] = "lab"
                        try bed.create(ReplicaSetFields.kind, set)
                        for name in ["a", "b"] {
                            try bed.create(ConfigMapFields.kind, ["metadata": ["name": .string(name), "namespace": "lab"]])
                        }
                        try bed.create(ConfigMapFields.kind, ["metadata": ["name": "elsewhere", "namespace": "default"]])
                    }
                ), (10, { try $0.delete(Namespace.self, "lab") }),
            ]),
        Scenario(
            "a node that falls silent and a node that goes",
            [NodeLifecycleController(), TaintEvictionController(), PodGarbageCollector()],
            [
                (
                    5,
                    { bed in
                        // The first is heard of for ever, the second never again.
                        for (name, heard) in [("a", "2100-01-01T00:00:00Z"), ("b", bed.clock.now.text), ("c", "2100-01-01T00:00:00Z")] {
                            try bed.create(NodeFields.kind, node(name, heard: heard))
                            for number in 0..<2 { try bed.create(PodFields.kind, pod("\(name)\(number)", on: name)) }
                        }
                    }
                ), (60, { try $0.delete(KubeNode.self, "c") }),
            ]),
        Scenario(
            "ranges and addresses of services", [AddressController(), ServiceRangeController()], rest: 30,
            [
                (
                    3,
                    { bed in
                        try bed.create(ServiceCIDRFields.kind, ["metadata": ["name": "more"], "spec": ["cidrs": ["10.9.0.0/24"]]])
                        for name in ["a", "b"] {
                            let address: Value = .string("10.9.0.\(name == "a" ? 5 : 6)")
                            let spec: Value = ["clusterIP": address, "clusterIPs": [address]]
                            try bed.create(
                                ServiceFields.kind, ["metadata": ["name": .string(name), "namespace": "default"], "spec": spec])
                        }
                    }
                ), (3, { try $0.delete(KubeService.self, "a") }), (3, { try $0.delete(ServiceCIDR.self, "more") }),
            ]),
        Scenario("certificates", signers, [(5, { try requests($0) }), (3, { try approve($0) })]),
        Scenario(
            "an autoscaler", [HorizontalAutoscaler(), ReplicaSetController()], rest: 120,
            effects: { bed, writer in AutoscalerPerformer(source: BedSource(bed: bed, writer: writer), clock: bed.clock) },
            [
                (
                    120,
                    { bed in
                        try bed.create(ReplicaSetFields.kind, KubeBed.workload(1))
                        try bed.create(HorizontalPodAutoscalerFields.kind, autoscaler)
                    }
                )
            ]),
        Scenario(
            "attachments",
            [AttachmentController(), NodeAttachments(), ReplicaSetController(), ClaimBinder(), VolumeController()],
            kubelets: [InstantKubelet(), MountingKubelet()],
            [
                (
                    5,
                    { bed in
                        try bed.create(NodeFields.kind, node("n", heard: bed.clock.now.text))
                        let metadata: Value = ["name": "fast"]
                        try bed.create(StorageClassFields.kind, ["metadata": metadata, "provisioner": "ebs.csi.aws.com"])
                        try bed.create(
                            PersistentVolumeClaimFields.kind,
                            [
                                "metadata": ["name": "data", "namespace": "default"],
                                "spec": [
                                    "storageClassName": "fast", "accessModes": ["ReadWriteOnce"],
                                    "resources": ["requests": ["storage": "1Gi"]],
                                ],
                            ])
                        var set = KubeBed.workload(2)
                        set["spec"]["template"]["spec"]["nodeName"] = "n"
                        set["spec"]["template"]["spec"]["volumes"] = [["name": "v", "persistentVolumeClaim": ["claimName": "data"]]]
                        try bed.create(ReplicaSetFields.kind, set)
                    }
                ), (5, { try $0.patch(ReplicaSet.self, "web", ["spec": ["replicas": 0]]) }),
            ]),
    ]

    private static func node(_ name: String, heard: String) -> Value {
        let ready: Value = ["type": "Ready", "status": "True", "lastHeartbeatTime": .string(heard)]
        return ["metadata": ["name": .string(name)], "status": ["conditions": [ready]]]
    }
    private static func pod(_ name: String, on node: String) -> Value {
        [
            "metadata": ["name": .string(name), "namespace": "default"],
            "spec": ["nodeName": .string(node), "containers": [["name": "c", "image": "nginx"]]],
        ]
    }

    private static let signers: [any Controller] = {
        guard let authority = try? CertificateAuthority.make(commonName: "test", now: 1_700_000_000) else { return [] }
        return [CertificateSigner(authority: authority)]
    }()
    private static func requests(_ bed: KubeBed) throws {
        for name in ["ann", "bob"] {
            let request = try CertificateRequest.make(
                subject: DistinguishedName(commonName: name, organizations: []), key: PrivateKey.generate(.p256))
            let spec: Value = [
                "request": .string(Base64.encode(Array(request.pem.utf8))), "signerName": "kubernetes.io/kube-apiserver-client",
                "usages": name == "ann" ? ["client auth"] : ["server auth"],
            ]
            try bed.create(CertificateSigningRequestFields.kind, ["metadata": ["name": .string(name)], "spec": spec])
        }
    }
    private static func approve(_ bed: KubeBed) throws {
        for name in ["ann", "bob"] {
            try bed.patch(
                CertificateSigningRequest.self, name, in: nil, ["status": ["conditions": [["type": "Approved", "status": "True"]]]],
                subresource: "status")
        }
    }

    private static let autoscaler: Value = [
        "metadata": ["name": "web", "namespace": "default"],
        "spec": [
            "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web"], "minReplicas": 1, "maxReplicas": 5,
            "metrics": [["type": "Resource", "resource": ["name": "cpu", "target": ["type": "AverageValue", "averageValue": "50m"]]]],
        ],
    ]
}

/// A bed's documents as autoscaling reads them; every pod uses a tenth of a processor.
private struct BedSource: AutoscalerSource {
    let bed: KubeBed
    let writer: any ChangeWriter

    func send(_ method: String, _ path: [String], _ query: [(String, String)], _ body: Value?) async throws(KubeStatus) -> Value {
        if path.last == "scale" { return try await scale(method, body) }
        if path.contains("metrics.k8s.io") {
            let items = bed.list(Pod.self).map { pod -> Value in
                let name = pod.value["metadata"]["name"]
                return [
                    "metadata": ["name": name], "timestamp": .string(bed.clock.now.text), "window": "15s",
                    "containers": [["name": "c", "usage": ["cpu": "100m"]]],
                ]
            }
            return ["items": .array(items)]
        }
        if path.last == "events" { return ["items": .array(bed.list(KubeEvent.self).map(\.value))] }
        if path.last == "pods" { return ["items": .array(bed.list(Pod.self).map(\.value))] }
        throw KubeStatus(404, .notFound, "not found")
    }
    private func scale(_ method: String, _ body: Value?) async throws(KubeStatus) -> Value {
        if method == "PUT" {
            let wanted: Value = ["spec": ["replicas": body?["spec"]["replicas"] ?? .null]]
            do throws(ChangeError) {
                _ = try await writer.apply(.patch(ReplicaSetFields.kind, namespace: "default", name: "web", wanted), by: "test")
            } catch { throw KubeStatus(503, .serviceUnavailable, "\(error)") }
        }
        let set = bed.get(ReplicaSet.self, "web")?.value ?? .null
        return [
            "spec": ["replicas": set["spec"]["replicas"]],
            "status": ["replicas": set["status"]["replicas"], "selector": "app=web"],
        ]
    }
}
