import Documents
import KubeClient
import KubeModel

extension Behaviour {
    /// Workloads other than Deployments, by what their users see.
    static let controllers: [Behaviour] = [
        Behaviour("a StatefulSet makes its pods one after the other, updates them from the top, and keeps their claims", needs: [.time]) {
            scene in
            let stage = try await scene.cluster(nodes: 2)
            let claim: Value = [
                "metadata": ["name": "data"],
                "spec": ["accessModes": ["ReadWriteOnce"], "storageClassName": "gp2", "resources": ["requests": ["storage": "1Gi"]]],
            ]
            let extra: Value = ["serviceName": "db", "replicas": 3, "volumeClaimTemplates": [claim]]
            try await stage.workload(StatefulSetFields.kind, "db", extra)
            try await stage.running("db", 3)
            let pods = try await stage.pods("db").sorted { $0.name < $1.name }
            try scene.expect(pods.map(\.name) == (0..<3).map { "\(scene.name("db"))-\($0)" }, "names: \(pods.map(\.name))")
            let times = pods.compactMap { $0["metadata"]["creationTimestamp"].string }
            try scene.expect(times == times.sorted(), "pods were not made in order")
            _ = try await stage.kubernetes.patch(
                StatefulSetFields.kind, scene.name("db"),
                .strategic(["spec": ["template": ["spec": ["containers": [["name": "main", "image": "nginx:1.28"]]]]]]))
            try await scene.eventually("all pods have the new image") {
                let pods = try await stage.readyPods("db")
                return pods.count == 3 && pods.allSatisfy { $0["spec"]["containers"][0]["image"] == "nginx:1.28" }
            }
            _ = try await stage.kubernetes.patch(StatefulSetFields.kind, scene.name("db"), .merge(["spec": ["replicas": 1]]))
            try await scene.eventually("one pod is left") { try await stage.pods("db").count == 1 }
            let claims = try await stage.list(PersistentVolumeClaimFields.kind, in: "default").filter { $0.name.contains(scene.name("db")) }
            try scene.expect(claims.count == 3 && claims.allSatisfy { $0["status"]["phase"] == "Bound" }, "claims: \(claims.map(\.name))")
            for claim in claims { try await stage.kubernetes.delete(PersistentVolumeClaimFields.kind, claim.name) }
        },
        Behaviour("a DaemonSet has one pod on each node, on those that come later too") { scene in
            let stage = try await scene.cluster(nodes: 2)
            try await stage.workload(DaemonSetFields.kind, "agent", [:])
            try await stage.running("agent", 2)
            try await stage.nodegroup("more", nodes: 1)
            try await stage.running("agent", 3)
            let nodes = Set(try await stage.pods("agent").map(\.nodeName))
            try scene.expect(nodes.count == 3, "pods on \(nodes)")
        },
        Behaviour("a ReplicationController and a ReplicaSet replace what is deleted, and adopt what they select") { scene in
            let stage = try await scene.cluster(nodes: 1)
            for (kind, name) in [(ReplicationControllerFields.kind, "old"), (ReplicaSetFields.kind, "new")] {
                try await stage.pod(name)
                try await stage.workload(kind, name, ["replicas": 2])
                try await stage.running(name, 2)
                let pods = try await stage.pods(name)
                try scene.expect(pods.contains { $0.name == scene.name(name) }, "\(kind.name) did not adopt the pod that was there")
                try await stage.kubernetes.delete(PodFields.kind, scene.name(name))
                try await scene.eventually("\(kind.name) replaces it") {
                    let pods = try await stage.readyPods(name)
                    return pods.count == 2 && !pods.contains { $0.name == scene.name(name) }
                }
            }
        },
        Behaviour("a Job runs until enough pods have succeeded, and goes after its time to live", needs: [.time]) { scene in
            let stage = try await scene.cluster(nodes: 1)
            let template: Value = [
                "metadata": ["labels": ["app": .string(scene.name("sum"))]],
                "spec": ["restartPolicy": "Never", "containers": [["name": "main", "image": "busybox:1", "command": ["sleep", "2"]]]],
            ]
            try await stage.create(
                JobFields.kind, "sum",
                [
                    "spec": [
                        "completions": 4, "parallelism": 2, "completionMode": "Indexed", "ttlSecondsAfterFinished": 60,
                        "template": template,
                    ]
                ])
            try await scene.eventually("the Job is complete") {
                let job = try await stage.find(JobFields.kind, scene.name("sum"))
                return job?.condition("Complete") == "True" && job?["status"]["completedIndexes"] == "0-3"
            }
            try await scene.eventually("the Job and its pods are gone") {
                let (job, pods) = (try await stage.find(JobFields.kind, scene.name("sum")), try await stage.pods("sum"))
                return job == nil && pods.isEmpty
            }
        },
        Behaviour("a CronJob starts a Job every minute and keeps so many of them", needs: [.time]) { scene in
            let stage = try await scene.cluster(nodes: 1)
            let pod: Value = ["restartPolicy": "Never", "containers": [["name": "main", "image": "busybox:1"]]]
            try await stage.create(
                CronJobFields.kind, "tick",
                [
                    "spec": [
                        "schedule": "* * * * *", "successfulJobsHistoryLimit": 2,
                        "jobTemplate": ["spec": ["template": ["spec": pod]]],
                    ]
                ])
            try await scene.pass(.seconds(270))
            let jobs = try await stage.list(JobFields.kind, in: "default").filter { $0.name.hasPrefix(scene.name("tick")) }
            try scene.expect(jobs.count == 2 && jobs.allSatisfy { $0.condition("Complete") == "True" }, "jobs: \(jobs.map(\.name))")
            let cron = try await stage.find(CronJobFields.kind, scene.name("tick"))
            let last = cron?["status"]["lastScheduleTime"].string ?? ""
            try scene.expect(last.hasSuffix(":00Z"), "scheduled last at \(last)")
        },
        Behaviour("a claim of the class gp2 waits for its pod, is bound, and its volume goes with it", needs: [.time]) { scene in
            let stage = try await scene.cluster(nodes: 1)
            try await stage.create(
                PersistentVolumeClaimFields.kind, "data",
                [
                    "spec": [
                        "accessModes": ["ReadWriteOnce"], "storageClassName": "gp2", "resources": ["requests": ["storage": "1Gi"]],
                    ]
                ])
            func phase() async throws -> String? {
                let claim = try await stage.find(PersistentVolumeClaimFields.kind, scene.name("data"))
                return claim?["status"]["phase"].string
            }
            try await scene.pass(.seconds(10))
            let early = try await phase()
            try scene.expect(early == "Pending", "bound before a pod uses it")
            try await stage.pod("user", ["volumes": [["name": "v", "persistentVolumeClaim": ["claimName": .string(scene.name("data"))]]]])
            try await scene.eventually("the claim is bound") { try await phase() == "Bound" }
            try await stage.kubernetes.delete(PersistentVolumeClaimFields.kind, scene.name("data"))
            try await scene.pass(.seconds(10))
            let used = try await phase()
            try scene.expect(used != nil, "the claim went while a pod uses it")
            try await stage.kubernetes.delete(PodFields.kind, scene.name("user"))
            try await scene.eventually("claim and volume are gone") {
                let volumes = try await stage.list(PersistentVolumeFields.kind)
                let left = try await phase()
                return left == nil && !volumes.contains { $0["spec"]["claimRef"]["name"].string == scene.name("data") }
            }
        },
        Behaviour("a new namespace has its service account and the cluster's certificate, and gets them back") { scene in
            let stage = try await scene.cluster(nodes: 0)
            let space = try await stage.namespace("space")
            func furnished() async throws -> Bool {
                let account = try await stage.find(ServiceAccountFields.kind, "default", in: space)
                let map = try await stage.find(ConfigMapFields.kind, "kube-root-ca.crt", in: space)
                return account != nil && map?["data"]["ca.crt"].string?.contains("BEGIN CERTIFICATE") == true
            }
            try await scene.eventually("it is furnished", furnished)
            try await stage.kubernetes.delete(ServiceAccountFields.kind, namespace: space, "default")
            try await stage.kubernetes.delete(ConfigMapFields.kind, namespace: space, "kube-root-ca.crt")
            try await scene.eventually("it is furnished again", furnished)
        },
        Behaviour("a ClusterRole that aggregates others has their rules") { scene in
            let stage = try await scene.cluster(nodes: 0)
            let label: Value = [scene.name("part"): "true"]
            try await stage.create(
                ClusterRoleFields.kind, "whole", in: nil, ["aggregationRule": ["clusterRoleSelectors": [["matchLabels": label]]]])
            let rule: Value = ["apiGroups": [""], "resources": ["pods"], "verbs": ["get"]]
            try await stage.create(ClusterRoleFields.kind, "piece", in: nil, ["metadata": ["labels": label], "rules": [rule]])
            try await scene.eventually("the rules are there") {
                let role = try await stage.kubernetes.get(ClusterRoleFields.kind, scene.name("whole"))
                return role["rules"] == [rule]
            }
        },
    ]
}

extension Stage {
    /// Makes a workload of nginx whose pods have the label `app`; `extra` is merged into its spec.
    func workload(_ kind: Kind, _ suffix: String, _ extra: Value) async throws {
        let labels: Value = ["app": .string(scene.name(suffix))]
        var spec: Value = ["selector": kind == ReplicationControllerFields.kind ? labels : ["matchLabels": labels]]
        spec["template"] = ["metadata": ["labels": labels], "spec": ["containers": [["name": "main", "image": "nginx:1.27"]]]]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        try await create(kind, suffix, ["spec": spec])
    }
    /// Waits until exactly so many pods are there and all are ready.
    func running(_ suffix: String, _ count: Int) async throws {
        try await scene.eventually("\(count) pods of \(suffix) run") {
            let pods = try await pods(suffix)
            return pods.count == count && pods.allSatisfy(\.isReadyPod)
        }
    }
}
