import Documents
import Testing

@testable import KubeModel

/// Parts of documents, each with upstream's words for what is wrong with it.
@Suite struct ValidationDetailTests {
    @Test(
        arguments: [
            (
                ["type": "Resource", "resource": ["name": "", "target": ["type": "Utilization"]]],
                [
                    "resource.name: Required value: must specify a resource name",
                    "resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization",
                ]
            ),
            (
                ["type": "Resource", "resource": ["name": "cpu", "target": ["averageUtilization": 0]]],
                [
                    "resource.target.type: Required value: must specify a metric target type",
                    "resource.target.type: Invalid value: \"\": must be either Utilization, Value, or AverageValue",
                    "resource.target.averageUtilization: Invalid value: 0: must be greater than 0",
                ]
            ),
            (
                ["type": "Pods", "pods": ["metric": ["name": "a/b"], "target": ["type": "Value", "value": "1"]]],
                [
                    "pods.metric.name: Invalid value: \"a/b\": may not contain '/'",
                    "pods.target.averageValue: Required value: must specify a positive target averageValue",
                ]
            ),
            (
                [
                    "type": "External",
                    "external": ["metric": ["name": "q"], "target": ["type": "Value", "value": "1", "averageValue": "1"]],
                ],
                ["external.target.value: Forbidden: may not set both a target value for metric and a per-pod target"]
            ),
        ] as [(Value, [String])])
    func aMetricOfAnAutoscalerNeedsATargetThatFits(_ metric: Value, _ faults: [String]) throws {
        let found = try validationErrors(
            "autoscaling/v2", "HorizontalPodAutoscaler",
            ["minReplicas": 0, "maxReplicas": 2, "scaleTargetRef": ["kind": "Deployment", "name": "d"], "metrics": [metric]])
        let least = "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1"
        #expect(Set(found) == Set(faults.map { "spec.metrics[0].\($0)" } + [least]))
    }

    @Test func aScopeOfAQuotaFitsWhatIsCounted() throws {
        let applied = "spec.scopes: Invalid value: [\"BestEffort\"]: unsupported scope applied to resource"
        let hard: Value = ["pods": "1", "requests.cpu": "1", "count/secrets": "1"]
        #expect(try validationErrors("v1", "ResourceQuota", ["hard": hard, "scopes": ["BestEffort"]]) == [applied])
        #expect(try validationErrors("v1", "ResourceQuota", ["hard": hard, "scopes": ["NotBestEffort"]]) == [])
        let selector: Value = ["matchExpressions": [["scopeName": "BestEffort", "operator": "In", "values": ["a"]]]]
        let found = try validationErrors("v1", "ResourceQuota", ["hard": ["pods": "1"], "scopeSelector": selector])
        #expect(found.count == 1 && found[0].contains("operator: Invalid value: \"In\": must be 'Exist' only operator"), "\(found)")
    }

    private func pod(_ extra: Value, container: Value = [:]) throws -> [String] {
        var main: Value = ["name": "c", "image": "nginx"]
        for member in container.object ?? [:] { main[member.key] = member.value }
        var spec: Value = ["containers": [main]]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        return try validationErrors("v1", "Pod", spec)
    }

    @Test(
        arguments: [
            (
                ["securityContext": ["runAsUser": -1]],
                "spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive"
            ),
            (
                ["securityContext": ["seccompProfile": ["type": "Localhost"]]],
                "spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost"
            ),
            (
                ["hostAliases": [["ip": "1.2.3"]]],
                "spec.hostAliases[0].ip: Invalid value: \"1.2.3\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            ),
            (
                ["dnsConfig": ["nameservers": ["1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4"]]],
                "spec.dnsConfig.nameservers: Invalid value: [\"1.1.1.1\",\"2.2.2.2\",\"3.3.3.3\",\"4.4.4.4\"]: must not have more than 3 nameservers"
            ),
            (
                ["shareProcessNamespace": true, "hostPID": true],
                "spec.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled"
            ),
            (["os": ["name": "plan9"]], "spec.os.name: Unsupported value: \"plan9\": supported values: \"linux\", \"windows\""),
            (
                ["volumes": [["name": "v", "configMap": ["name": "m", "defaultMode": 512]]]],
                "spec.volumes[0].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive"
            ),
            (
                ["volumes": [["name": "v", "hostPath": ["path": "/a", "type": "Odd"]]]],
                "spec.volumes[0].hostPath.type: Unsupported value: \"Odd\": supported values: \"\", \"BlockDevice\", \"CharDevice\", \"Directory\", \"DirectoryOrCreate\", \"File\", \"FileOrCreate\", \"Socket\""
            ),
            (
                ["volumes": [["name": "v", "projected": ["sources": [["serviceAccountToken": ["path": "t", "expirationSeconds": 1]]]]]]],
                "spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes"
            ),
        ] as [(Value, String)]) func podsAreRefused(spec: Value, error: String) throws
    { #expect(try pod(spec) == [error]) }

    @Test(
        arguments: [
            (
                ["securityContext": ["allowPrivilegeEscalation": false, "capabilities": ["add": ["CAP_SYS_ADMIN"]]]],
                "spec.containers[0].securityContext: Invalid value: {\"allowPrivilegeEscalation\":false,\"capabilities\":{\"add\":[\"CAP_SYS_ADMIN\"]}}: cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
            ),
            (
                ["env": [["name": "A", "valueFrom": ["fieldRef": ["fieldPath": "spec.odd"]]]]],
                "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"spec.odd\": error converting fieldPath: field label not supported: spec.odd"
            ),
            (
                ["envFrom": [["prefix": "A_"]]],
                "spec.containers[0].envFrom[0]: Invalid value: \"\": must specify one of: `configMapRef` or `secretRef`"
            ),
            (
                ["resizePolicy": [["resourceName": "cpu", "restartPolicy": "Odd"]]],
                "spec.containers[0].resizePolicy[0].restartPolicy: Unsupported value: \"Odd\": supported values: \"NotRequired\", \"RestartContainer\""
            ),
        ] as [(Value, String)]) func containersAreRefused(container: Value, error: String) throws
    {
        #expect(try pod([:], container: container) == [error])
    }

    @Test func spreadingTwiceTheSameWayIsRefused() throws {
        let constraint: Value = ["maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway", "minDomains": 2]
        #expect(
            try pod(["topologySpreadConstraints": [constraint]])
                == [
                    "spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway"
                ])
        var plain = constraint
        plain["minDomains"] = .null
        #expect(
            try pod(["topologySpreadConstraints": [plain, plain]])
                == ["spec.topologySpreadConstraints[1].{topologyKey, whenUnsatisfiable}: Duplicate value: \"{zone, ScheduleAnyway}\""])
    }
    @Test func gatesOnlyGo() throws {
        let spec = { (gates: Value) -> Value in ["containers": [["name": "c", "image": "nginx"]], "schedulingGates": gates] }
        #expect(try validationErrors("v1", "Pod", spec([]), old: spec([["name": "a"]])) == [])
        #expect(
            try validationErrors("v1", "Pod", spec([["name": "b"]]), old: spec([["name": "a"]]))
                == ["spec.schedulingGates: Forbidden: only deletion is allowed, but found new scheduling gate 'b'"])
    }

    @Test(
        arguments: [
            (
                ["backoffLimitPerIndex": 1],
                ["spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"]
            ),
            (
                ["completionMode": "Indexed", "completions": 2, "maxFailedIndexes": 1],
                ["spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified"]
            ),
            (
                ["podFailurePolicy": ["rules": [["action": "FailJob", "onExitCodes": ["operator": "In", "values": [0]]]]]],
                ["spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator"]
            ),
            (
                ["podFailurePolicy": ["rules": [["action": "Odd", "onPodConditions": [["type": "DisruptionTarget", "status": "True"]]]]]],
                [
                    "spec.podFailurePolicy.rules[0].action: Unsupported value: \"Odd\": supported values: \"Count\", \"FailIndex\", \"FailJob\", \"Ignore\""
                ]
            ),
        ] as [(Value, [String])]) func jobsAreRefused(extra: Value, found: [String]) throws
    {
        var spec: Value = ["template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "nginx"]]]]]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        spec["selector"] = ["matchLabels": ["a": "b"]]
        spec["template"]["metadata"]["labels"] = ["a": "b"]
        #expect(try validationErrors("batch/v1", "Job", spec) == found)
    }

    @Test func autoscalersAreRefused() throws {
        let target: Value = ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"]
        let spec: Value = [
            "scaleTargetRef": target, "maxReplicas": 3, "metrics": [["type": "Pods"]],
            "behavior": [
                "scaleUp": ["stabilizationWindowSeconds": 3601, "policies": [["type": "Pods", "value": 0, "periodSeconds": 1801]]]
            ],
        ]
        #expect(
            Set(try validationErrors("autoscaling/v2", "HorizontalPodAutoscaler", spec)) == [
                "spec.metrics[0].pods: Required value: must populate information for the given metric source",
                "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600",
                "spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero",
                "spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800",
            ])
    }
    @Test func quotasAndLimitsAreRefused() throws {
        #expect(
            try validationErrors("v1", "ResourceQuota", ["hard": ["odd": "1", "pods": "-1"]]) == [
                "spec.hard[odd]: Invalid value: \"odd\": must be a standard resource type or fully qualified",
                "spec.hard[odd]: Invalid value: \"odd\": must be a standard resource for quota",
                "spec.hard[pods]: Invalid value: \"-1\": must be greater than or equal to 0",
            ])
        #expect(
            try validationErrors("v1", "ResourceQuota", ["hard": ["pods": "1"], "scopes": ["BestEffort", "NotBestEffort"]])
                == ["spec.scopes: Invalid value: [\"BestEffort\",\"NotBestEffort\"]: conflicting scopes"])
        #expect(
            try validationErrors("v1", "LimitRange", ["limits": [["type": "Container", "min": ["cpu": "2"], "max": ["cpu": "1"]]]])
                .contains("spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1"))
    }
    @Test func volumesAreOfOneKindForEver() throws {
        let spec = { (source: Value) -> Value in
            var spec: Value = ["capacity": ["storage": "1Gi"], "accessModes": ["ReadWriteOnce"]]
            for member in source.object ?? [:] { spec[member.key] = member.value }
            return spec
        }
        #expect(try validationErrors("v1", "PersistentVolume", spec([:])) == ["spec: Required value: must specify a volume type"])
        #expect(
            try validationErrors("v1", "PersistentVolume", spec(["hostPath": ["path": "/b"]]), old: spec(["hostPath": ["path": "/a"]]))
                == ["spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation"])
    }
    @Test(arguments: ["1.2.3.4", "::", "::1", "2001:db8::ffff", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4"]) func addressesAreKnown(text: String) {
        #expect(Names.address(text) == [])
    }
    @Test(arguments: ["", "1.2.3", "01.2.3.4", "256.1.1.1", ":", ":::", "1::2::3", "1:2:3:4:5:6:7:8:9", "g::", "12345::"])
    func otherTextsAreNoAddresses(text: String) { #expect(Names.address(text).count == 1) }
}
