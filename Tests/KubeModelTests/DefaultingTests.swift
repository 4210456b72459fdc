import Documents
import Testing

@testable import KubeModel

@Suite struct DefaultingTests {
    private func defaulted(_ apiVersion: String, _ kind: String, _ document: Value) throws -> Value {
        var document = document
        Defaulting.apply(try #require(KindTable.kubernetes.find(apiVersion: apiVersion, kind: kind)), to: &document)
        return document
    }

    @Test func aDeploymentGetsItsStrategyAndItsTemplateTheDefaultsOfPods() throws {
        let result = try defaulted(
            "apps/v1", "Deployment", ["spec": ["template": ["spec": ["containers": [["name": "a", "image": "nginx:1.27"]]]]]])
        let spec = result["spec"]
        #expect(spec["replicas"] == 1)
        #expect(spec["strategy"] == ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": "25%", "maxSurge": "25%"]])
        #expect(spec["revisionHistoryLimit"] == 10 && spec["progressDeadlineSeconds"] == 600)
        let pod = spec["template"]["spec"]
        #expect(pod["restartPolicy"] == "Always" && pod["dnsPolicy"] == "ClusterFirst" && pod["schedulerName"] == "default-scheduler")
        #expect(pod["terminationGracePeriodSeconds"] == 30 && pod["securityContext"] == [:])
        #expect(pod["enableServiceLinks"].isNull)
        #expect(
            pod["containers"][0] == [
                "name": "a", "image": "nginx:1.27", "imagePullPolicy": "IfNotPresent", "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File", "resources": [:],
            ])
    }

    @Test(arguments: [
        ("nginx", "Always"), ("nginx:latest", "Always"), ("nginx:1", "IfNotPresent"), ("host:5000/nginx", "Always"),
        ("host:5000/nginx:2", "IfNotPresent"), ("nginx@sha256:0123", "IfNotPresent"),
    ]) func thePullPolicyFollowsTheTag(_ image: String, _ policy: String) throws {
        let pod = try defaulted("v1", "Pod", ["spec": ["containers": [["name": "a", "image": .string(image)]]]])
        #expect(pod["spec"]["containers"][0]["imagePullPolicy"].string == policy)
    }

    @Test func requestsFollowLimitsInPodsOnly() throws {
        let spec: Value = [
            "containers": [["name": "a", "resources": ["limits": ["cpu": "1", "memory": "1Gi"], "requests": ["cpu": "500m"]]]]
        ]
        let pod = try defaulted("v1", "Pod", ["spec": spec])
        #expect(pod["spec"]["containers"][0]["resources"]["requests"] == ["cpu": "500m", "memory": "1Gi"])
        #expect(pod["spec"]["enableServiceLinks"] == true)
        let template = try defaulted("apps/v1", "ReplicaSet", ["spec": ["template": ["spec": spec]]])
        #expect(template["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"] == ["cpu": "500m"])
    }

    @Test func limitsOfAWholePodImplyItsRequests() throws {
        let containers: Value = [
            ["name": "a", "resources": ["requests": ["cpu": "100m"]]], ["name": "b", "resources": ["requests": ["cpu": "200m"]]],
        ]
        let spec: Value = ["containers": containers, "resources": ["limits": ["cpu": "1", "memory": "1Gi"]]]
        let pod = try defaulted("v1", "Pod", ["spec": spec])
        #expect(pod["spec"]["resources"]["requests"] == ["cpu": "300m", "memory": "1Gi"])
    }

    @Test func portsOfHostNetworkPodsAreHostPorts() throws {
        let pod = try defaulted(
            "v1", "Pod", ["spec": ["hostNetwork": true, "containers": [["name": "a", "ports": [["containerPort": 80]]]]]])
        #expect(pod["spec"]["containers"][0]["ports"] == [["containerPort": 80, "hostPort": 80, "protocol": "TCP"]])
    }

    @Test func servicesTargetTheirPort() throws {
        let service = try defaulted("v1", "Service", ["spec": ["ports": [["port": 80], ["port": 81, "targetPort": "web"]]]])
        #expect(
            service["spec"] == [
                "ports": [["port": 80, "protocol": "TCP", "targetPort": 80], ["port": 81, "protocol": "TCP", "targetPort": "web"]],
                "sessionAffinity": "None", "type": "ClusterIP", "internalTrafficPolicy": "Cluster",
            ])
        #expect(service["status"] == ["loadBalancer": [:]])
    }

    @Test func onlyServicesSeenFromOutsideGetAnExternalPolicy() throws {
        let spec: Value = ["externalIPs": ["1.2.3.4"], "ports": [["port": 80]]]
        #expect(try defaulted("v1", "Service", ["spec": spec])["spec"]["externalTrafficPolicy"] == "Cluster")
        #expect(try defaulted("v1", "Service", ["spec": ["type": "NodePort"]])["spec"]["externalTrafficPolicy"] == "Cluster")
        #expect(try defaulted("v1", "Service", ["spec": [:]])["spec"]["externalTrafficPolicy"].isNull)
    }

    @Test func probesAndVolumesAreFilledIn() throws {
        let pod = try defaulted(
            "v1", "Pod",
            [
                "spec": [
                    "volumes": [["name": "v"], ["name": "s", "secret": ["secretName": "x"]]],
                    "containers": [["name": "a", "livenessProbe": ["httpGet": ["port": 80], "timeoutSeconds": 0]]],
                ]
            ])
        #expect(
            pod["spec"]["volumes"] == [["name": "v", "emptyDir": [:]], ["name": "s", "secret": ["secretName": "x", "defaultMode": 420]]])
        #expect(
            pod["spec"]["containers"][0]["livenessProbe"] == [
                "httpGet": ["port": 80, "path": "/", "scheme": "HTTP"], "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1,
                "failureThreshold": 3,
            ])
    }

    @Test func jobTemplatesOfCronJobsAreNoJobs() throws {
        let spec: Value = ["jobTemplate": ["spec": ["template": ["spec": ["containers": [["name": "a"]]]]]]]
        let cron = try defaulted("batch/v1", "CronJob", ["spec": spec])
        #expect(cron["spec"]["jobTemplate"]["spec"]["backoffLimit"].isNull)
        #expect(cron["spec"]["concurrencyPolicy"] == "Allow")
        let job = try defaulted("batch/v1", "Job", ["spec": ["completions": 3]])
        #expect(job["spec"]["parallelism"] == 1 && job["spec"]["completions"] == 3 && job["spec"]["backoffLimit"] == 6)
    }

    @Test func plainTextOfSecretsBecomesData() throws {
        for (text, data) in [("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("", "")] {
            let secret = try defaulted("v1", "Secret", ["stringData": ["k": .string(text)], "data": ["o": "eA=="]])
            #expect(secret["data"] == ["o": "eA==", "k": .string(data)])
            #expect(secret["stringData"].isNull)
        }
    }

    @Test func defaultingTwiceChangesNothingForAnyKind() throws {
        for kind in KindTable.kubernetes {
            var once: Value = ["apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind), "metadata": ["name": "x"], "spec": [:]]
            Defaulting.apply(kind, to: &once)
            var twice = once
            Defaulting.apply(kind, to: &twice)
            #expect(once == twice, "\(kind.kind)")
        }
    }

    @Test func everyDefaultFitsTheSchema() throws {
        for line in String(describing: DefaultsText.defaults).split(separator: "\n") {
            let words = line.split(separator: " ")
            let type = try #require(
                Schema.kubernetes.types.first { $0.name.hasSuffix("." + words[0]) || $0.name.hasSuffix("apis." + words[0]) }, "\(words[0])")
            for word in words.dropFirst() {
                let path = word.prefix { $0 != "=" && $0 != "~" }.split(separator: ".").map(String.init)
                #expect(Schema.kubernetes.field(path, in: type) != nil, "\(words[0]) \(path)")
            }
        }
        for (name, _) in DefaultingRules.all { #expect(Schema.kubernetes.types.contains { $0.name.hasSuffix("." + name) }, "\(name)") }
    }
}
