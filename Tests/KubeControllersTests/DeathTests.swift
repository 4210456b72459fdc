import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

/// Every workload controller, killed between any two of its writes, comes to the end that it would have come to.
@Suite struct DeathTests {
    @Test(arguments: scenarios) func deathBetweenAnyTwoWritesChangesNothing(_ scenario: Scenario) async throws {
        try await DeathBed(scenario: scenario).dieEverywhere()
    }

    private static let scenarios: [Scenario] = [
        Scenario(
            "ReplicaSet", [ReplicaSetController()],
            [
                (5, { try $0.create(ReplicaSetFields.kind, KubeBed.workload(3)) }),
                (5, { try $0.patch(ReplicaSet.self, "web", replicas(1)) }),
            ]
        ),
        Scenario(
            "ReplicationController", [ReplicationManager()],
            [
                (5, { try $0.create(ReplicationControllerFields.kind, controller) }),
                (5, { try $0.patch(ReplicationController.self, "web", replicas(1)) }),
            ]),
        Scenario(
            "Deployment that rolls", deployments,
            [(5, { try $0.create(DeploymentFields.kind, KubeBed.workload(2)) }), (10, { try setImage(Deployment.self, $0) })]),
        Scenario(
            "Deployment that recreates", deployments,
            [
                (5, { try $0.create(DeploymentFields.kind, KubeBed.workload(2, spec: ["strategy": ["type": "Recreate"]])) }),
                (10, { try setImage(Deployment.self, $0) }),
            ]),
        Scenario(
            "Deployment that rolls back", deployments,
            [
                (5, { try $0.create(DeploymentFields.kind, KubeBed.workload(2)) }), (10, { try setImage(Deployment.self, $0) }),
                (
                    10,
                    {
                        let wish: Value = ["annotations": ["deprecated.deployment.rollback.to": "0"]]
                        try $0.patch(Deployment.self, "web", ["metadata": wish])
                    }
                ),
            ]),
        Scenario(
            "StatefulSet", [StatefulSetController()],
            [
                (8, { try $0.create(StatefulSetFields.kind, statefulSet) }), (10, { try setImage(StatefulSet.self, $0) }),
                (5, { try $0.patch(StatefulSet.self, "web", replicas(1)) }),
            ]),
        Scenario(
            "StatefulSet whose pods have lost their claims", [StatefulSetController()],
            [
                (
                    5,
                    { bed in
                        var set = statefulSet
                        set["spec"]["podManagementPolicy"] = "Parallel"
                        set["spec"]["template"]["spec"]["containers"] = [["name": "c", "image": "broken"]]
                        try bed.create(StatefulSetFields.kind, set)
                    }
                ),
                (
                    5,
                    { bed in
                        for name in ["web-0", "web-1"] {
                            try bed.patch(Pod.self, name, ["status": ["phase": "Pending"]], subresource: "status")
                            try bed.delete(PersistentVolumeClaim.self, "data-\(name)")
                        }
                    }
                ),
            ]),
        Scenario(
            "DaemonSet", [DaemonSetController()],
            [
                (
                    5,
                    { bed in
                        for name in ["a", "b"] { try bed.create(NodeFields.kind, ["metadata": ["name": .string(name)]]) }
                        try bed.create(DaemonSetFields.kind, KubeBed.workload(0))
                    }
                ), (10, { try setImage(DaemonSet.self, $0) }),
            ]),
        Scenario(
            "indexed Job", [JobController()], kubelets: [JobKubelet(failing: ["1"])], rest: 100,
            [(10, { try $0.create(JobFields.kind, job(["completionMode": "Indexed", "completions": 3, "backoffLimitPerIndex": 1])) })]),
        Scenario(
            "Job", [JobController()], kubelets: [JobKubelet()],
            [(10, { try $0.create(JobFields.kind, job(["completions": 3])) })]),
        Scenario(
            "Job that one index decides", [JobController()], kubelets: [JobKubelet(lasting: ["1", "2"])],
            [
                (
                    10,
                    {
                        let policy: Value = ["rules": [["succeededIndexes": "0"]]]
                        let spec: Value = ["completionMode": "Indexed", "completions": 3, "parallelism": 3, "successPolicy": policy]
                        try $0.create(JobFields.kind, job(spec))
                    }
                )
            ]),
        Scenario(
            "Job that runs out of time", [JobController()], kubelets: [JobKubelet(lasting: ["0", "1"])],
            [
                (
                    20,
                    {
                        let spec: Value = ["completionMode": "Indexed", "completions": 2, "activeDeadlineSeconds": 10]
                        try $0.create(ConfigMapFields.kind, ["metadata": ["name": "beside", "namespace": "default"]])
                        try $0.create(JobFields.kind, job(spec))
                    }
                )
            ]),
        Scenario(
            "Job that is suspended and resumed", [JobController()], kubelets: [JobKubelet(lasting: ["0", "1"])],
            [
                (5, { try $0.create(JobFields.kind, job(["completionMode": "Indexed", "completions": 2])) }),
                (5, { try $0.patch(Job.self, "sum", ["spec": ["suspend": true]]) }),
                (5, { try $0.patch(Job.self, "sum", ["spec": ["suspend": false]]) }),
            ]),
        Scenario(
            "CronJob", [CronJobController(), JobController()], kubelets: [JobKubelet()], rest: 20,
            [
                (125, { try $0.create(CronJobFields.kind, cronJob) }),
                (5, { try $0.patch(CronJob.self, "tick", ["spec": ["suspend": true]]) }),
            ]),
        Scenario(
            "Service and its endpoints", [ReplicaSetController(), EndpointSliceController(), EndpointsController()],
            [
                (
                    5,
                    { bed in
                        try bed.create(ServiceFields.kind, service)
                        try bed.create(ReplicaSetFields.kind, KubeBed.workload(2))
                    }
                ), (5, { try $0.patch(ReplicaSet.self, "web", replicas(1)) }),
            ]),
        Scenario(
            "claims and volumes", [ClaimBinder(), VolumeController(), ClaimProtection()],
            [
                (
                    5,
                    { bed in
                        try bed.create(StorageClassFields.kind, storageClass)
                        for name in ["a", "b"] { try bed.create(PersistentVolumeClaimFields.kind, claim(name)) }
                    }
                ), (5, { try $0.delete(PersistentVolumeClaim.self, "a") }),
            ]),
        Scenario(
            "garbage", deployments + [GarbageCollector()],
            [
                (5, { try $0.create(DeploymentFields.kind, KubeBed.workload(2)) }), (5, { try $0.delete(Deployment.self, "web") }),
                (1, { try $0.create(ConfigMapFields.kind, ["metadata": ["name": "left", "namespace": "default"]]) }),
                (1, { try $0.create(ConfigMapFields.kind, ["metadata": ["name": "over", "namespace": "default"]]) }),
            ]),
        Scenario(
            "budget and quota", [ReplicaSetController(), DisruptionController(), ResourceQuotaController()],
            [
                (
                    5,
                    { bed in
                        try bed.create(PodDisruptionBudgetFields.kind, budget)
                        try bed.create(ResourceQuotaFields.kind, quota)
                        try bed.create(ReplicaSetFields.kind, KubeBed.workload(3))
                    }
                )
            ]),
        Scenario(
            "a new namespace", [ServiceAccountController(), RootCertificateController(certificate: "PEM")],
            [(2, { try $0.create(NamespaceFields.kind, ["metadata": ["name": "team"]]) })]),
    ]

    private static let deployments: [any Controller] = [DeploymentController(), ReplicaSetController()]
    private static func replicas(_ count: Int64) -> Value { ["spec": ["replicas": .int(count)]] }
    private static func setImage<F: KindFields>(_ view: View<F>.Type, _ bed: KubeBed) throws {
        try bed.patch(view, "web", ["spec": ["template": ["spec": ["containers": [["name": "c", "image": "nginx:2"]]]]]])
    }
    private static var controller: Value {
        var document = KubeBed.workload(3)
        document["spec"]["selector"] = ["app": "web"]
        return document
    }
    private static var statefulSet: Value {
        let template: Value = [
            "metadata": ["name": "data"],
            "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
        ]
        return KubeBed.workload(2, spec: ["serviceName": "web", "volumeClaimTemplates": [template]])
    }
    private static func job(_ spec: Value) -> Value {
        var full: Value = [
            "selector": ["matchLabels": ["job": "sum"]], "parallelism": 2, "backoffLimit": 6,
            "template": [
                "metadata": ["labels": ["job": "sum"]],
                "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "sum"]]],
            ],
        ]
        for member in spec.object ?? [:] { full[member.key] = member.value }
        return ["metadata": ["name": "sum", "namespace": "default"], "spec": full]
    }
    private static let cronJob: Value = [
        "metadata": ["name": "tick", "namespace": "default"],
        "spec": [
            "schedule": "* * * * *", "concurrencyPolicy": "Allow", "successfulJobsHistoryLimit": 1,
            "jobTemplate": ["spec": job(["completions": 1])["spec"]],
        ],
    ]
    private static let service: Value = [
        "metadata": ["name": "web", "namespace": "default"], "spec": ["selector": ["app": "web"], "ports": [["port": 80]]],
    ]
    private static let storageClass: Value = [
        "metadata": ["name": "fast"], "provisioner": "ebs.csi.aws.com", "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate",
    ]
    private static func claim(_ name: String) -> Value {
        [
            "metadata": ["name": .string(name), "namespace": "default", "finalizers": ["kubernetes.io/pvc-protection"]],
            "spec": ["storageClassName": "fast", "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
        ]
    }
    private static let budget: Value = [
        "metadata": ["name": "b", "namespace": "default"], "spec": ["minAvailable": 2, "selector": ["matchLabels": ["app": "web"]]],
    ]
    private static let quota: Value = ["metadata": ["name": "q", "namespace": "default"], "spec": ["hard": ["pods": "9"]]]
}
