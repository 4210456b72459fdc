import Documents
import Testing

@testable import KubeModel

@Suite struct ValidationTests {
    private func errors(_ apiVersion: String, _ kind: String, _ document: Value, old: Value? = nil, defaulted: Bool = true) throws
        -> [String]
    {
        let info = try #require(KindTable.kubernetes.find(apiVersion: apiVersion, kind: kind))
        var (new, before) = (named(document, info), old.map { named($0, info) })
        if defaulted {
            Defaulting.apply(info, to: &new)
            if var value = before {
                Defaulting.apply(info, to: &value)
                before = value
            }
        }
        return Validation.validate(info, new, old: before).map(\.description)
    }
    private func named(_ document: Value, _ kind: KindInfo) -> Value {
        var document = document
        if document["metadata"]["name"].isNull { document["metadata"]["name"] = "x" }
        if kind.namespaced, document["metadata"]["namespace"].isNull { document["metadata"]["namespace"] = "default" }
        return document
    }
    private func deployment(_ edit: (inout Value) -> Void = { _ in }) -> Value {
        var spec: Value = [
            "selector": ["matchLabels": ["app": "web"]],
            "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "web", "image": "nginx"]]]],
        ]
        edit(&spec)
        return ["spec": spec]
    }

    @Test func aGoodDeploymentPasses() throws { #expect(try errors("apps/v1", "Deployment", deployment()) == []) }

    @Test func negativeReplicasAreRefused() throws {
        let found = try errors("apps/v1", "Deployment", deployment { $0["replicas"] = -1 })
        #expect(found == ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"])
    }

    @Test func theSelectorMustMatchTheTemplate() throws {
        #expect(
            try errors("apps/v1", "Deployment", deployment { $0["template"]["metadata"]["labels"] = ["app": "db"] })
                == ["spec.template.metadata.labels: Invalid value: {\"app\":\"db\"}: `selector` does not match template `labels`"])
        #expect(try errors("apps/v1", "Deployment", deployment { $0["selector"] = .null }) == ["spec.selector: Required value"])
        #expect(
            try errors("apps/v1", "Deployment", deployment { $0["selector"] = [:] })
                == ["spec.selector: Invalid value: {}: empty selector is invalid for deployment"])
    }

    @Test func theSelectorIsImmutable() throws {
        let other = deployment {
            $0["selector"] = ["matchLabels": ["app": "db"]]
            $0["template"]["metadata"]["labels"] = ["app": "db"]
        }
        #expect(
            try errors("apps/v1", "Deployment", other, old: deployment())
                == ["spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"db\"}}: field is immutable"])
    }

    @Test func strategiesMustMoveOn() throws {
        let stuck = deployment { $0["strategy"] = ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 0, "maxUnavailable": "0%"]] }
        #expect(
            try errors("apps/v1", "Deployment", stuck)
                == ["spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"0%\": may not be 0 when `maxSurge` is 0"])
        let mixed = deployment { $0["strategy"] = ["type": "Recreate", "rollingUpdate": ["maxSurge": 1]] }
        #expect(
            try errors("apps/v1", "Deployment", mixed)
                == ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"])
    }

    @Test func daemonsEitherMissOrDouble() throws {
        let set = { (update: Value) in
            var set = self.deployment()
            set["spec"]["updateStrategy"] = ["type": "RollingUpdate", "rollingUpdate": update]
            return set
        }
        let path = "spec.updateStrategy.rollingUpdate"
        #expect(
            try errors("apps/v1", "DaemonSet", set(["maxUnavailable": 0])) == [
                "\(path).maxUnavailable: Required value: cannot be 0 when maxSurge is 0"
            ])
        #expect(
            try errors("apps/v1", "DaemonSet", set(["maxSurge": 2])) == [
                "\(path).maxSurge: Invalid value: 2: may not be set when maxUnavailable is non-zero"
            ])
        #expect(try errors("apps/v1", "DaemonSet", set(["maxSurge": "10%", "maxUnavailable": 0])) == [])
    }

    @Test func containersNeedNamesAndImages() throws {
        let pod: Value = ["spec": ["containers": [["name": "a"], ["name": "a", "image": "x"], ["name": "A_b", "image": "x"]]]]
        let found = try errors("v1", "Pod", pod)
        #expect(found.contains("spec.containers[0].image: Required value"))
        #expect(found.contains("spec.containers[1].name: Duplicate value: \"a\""))
        #expect(
            found.contains { $0.hasPrefix("spec.containers[2].name: Invalid value: \"A_b\": a lowercase RFC 1123 label must consist of") })
        #expect(try errors("v1", "Pod", ["spec": ["containers": []]]) == ["spec.containers: Required value"])
    }

    @Test func requestsMayNotExceedLimits() throws {
        let resources: Value = ["requests": ["cpu": "2", "foo": "1"], "limits": ["cpu": "1"]]
        let pod: Value = ["spec": ["containers": [["name": "a", "image": "x", "resources": resources]]]]
        #expect(
            try errors("v1", "Pod", pod) == [
                "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1",
                "spec.containers[0].resources.requests[foo]: Invalid value: \"foo\": must be a standard resource type or fully qualified",
                "spec.containers[0].resources.requests[foo]: Invalid value: \"foo\": must be a standard resource for containers",
            ])
    }

    @Test func mountsNeedTheirVolumes() throws {
        let pod: Value = [
            "spec": [
                "volumes": [["name": "v", "emptyDir": [:], "hostPath": ["path": "/x"]]],
                "containers": [
                    ["name": "a", "image": "x", "volumeMounts": [["name": "w", "mountPath": "/a"], ["name": "v", "mountPath": "/a"]]]
                ],
            ]
        ]
        #expect(
            try Set(errors("v1", "Pod", pod)) == [
                "spec.containers[0].volumeMounts[0].name: Not found: \"w\"",
                "spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/a\": must be unique",
                "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type",
            ])
    }

    @Test func onlyAFewFieldsOfPodsChange() throws {
        let old: Value = ["spec": ["nodeName": "n", "containers": [["name": "a", "image": "x"]]]]
        var new = old
        new["spec"]["containers"] = [["name": "a", "image": "y", "imagePullPolicy": "Always"]]
        #expect(try errors("v1", "Pod", new, old: old) == [])
        new["spec"]["nodeName"] = "m"
        #expect(
            try errors("v1", "Pod", new, old: old).first?.hasPrefix(
                "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`") == true)
        new["spec"]["containers"] = [["name": "a", "image": "y"], ["name": "b", "image": "y"]]
        #expect(try errors("v1", "Pod", new, old: old) == ["spec.containers: Forbidden: pod updates may not add or remove containers"])
    }

    @Test func namesFollowTheirKind() throws {
        #expect(try errors("v1", "Namespace", ["metadata": ["name": "a.b"]]).first?.contains("RFC 1123 label") == true)
        #expect(
            try errors("v1", "Service", ["metadata": ["name": "1a"], "spec": ["ports": [["port": 80]]]]).first?.contains("DNS-1035") == true
        )
        #expect(try errors("rbac.authorization.k8s.io/v1", "ClusterRole", ["metadata": ["name": "system:node"]]) == [])
        #expect(try errors("v1", "ConfigMap", ["metadata": ["name": "A"]]).count == 1)
        #expect(
            try errors("v1", "ConfigMap", ["metadata": ["generateName": "a-", "name": ""]]) == [
                "metadata.name: Required value: name or generateName is required"
            ])
        #expect(try errors("v1", "Node", ["metadata": ["namespace": "x"]]) == ["metadata.namespace: Forbidden: not allowed on this type"])
    }

    @Test func labelsAndAnnotationsAreChecked() throws {
        #expect(
            try errors("v1", "ConfigMap", ["metadata": ["labels": ["a b": "c"]]]).first?.hasPrefix(
                "metadata.labels: Invalid value: \"a b\": name part must consist of") == true)
        #expect(
            try errors("v1", "ConfigMap", ["metadata": ["labels": ["a": "c d"]]]).first?.hasPrefix(
                "metadata.labels: Invalid value: \"c d\": a valid label must be") == true)
        let big = Value.string(String(repeating: "x", count: 262_145))
        #expect(
            try errors("v1", "ConfigMap", ["metadata": ["annotations": ["a": big]]]) == [
                "metadata.annotations: Too long: may not be more than 262144 bytes"
            ])
    }

    @Test func servicesNeedPortsWithNames() throws {
        #expect(try errors("v1", "Service", ["spec": [:]]) == ["spec.ports: Required value"])
        #expect(try errors("v1", "Service", ["spec": ["clusterIP": "None"]]) == [])
        #expect(
            try errors("v1", "Service", ["spec": ["ports": [["port": 80], ["port": 81]]]])
                == ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"])
        #expect(
            try errors("v1", "Service", ["spec": ["ports": [["port": 0]]]]) == [
                "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
                "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive",
            ])
        #expect(
            try errors("v1", "Service", ["spec": ["type": "X", "ports": [["port": 80]]]]).first
                == "spec.type: Unsupported value: \"X\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"")
    }

    @Test func immutableConfigurationStays() throws {
        let old: Value = ["immutable": true, "data": ["a": "1"]]
        #expect(
            try errors("v1", "ConfigMap", ["immutable": true, "data": ["a": "2"]], old: old) == [
                "data: Forbidden: field is immutable when `immutable` is set"
            ])
        #expect(
            try errors("v1", "ConfigMap", ["data": ["a": "1"]], old: old) == [
                "immutable: Forbidden: field is immutable when `immutable` is set"
            ])
        #expect(try errors("v1", "Secret", ["type": "b"], old: ["type": "a"]) == ["type: Invalid value: \"b\": field is immutable"])
        #expect(try errors("v1", "Secret", ["type": "kubernetes.io/tls", "data": ["tls.crt": ""]]) == ["data[tls.key]: Required value"])
    }

    @Test func rulesOfAccessAreChecked() throws {
        let role: Value = ["rules": [["verbs": ["get"]], ["apiGroups": [""], "resources": ["pods"]]]]
        #expect(
            try errors("rbac.authorization.k8s.io/v1", "Role", role) == [
                "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
                "rules[0].resources: Required value: resource rules must supply at least one resource",
                "rules[1].verbs: Required value: verbs must contain at least one value",
            ])
        let binding: Value = ["roleRef": ["kind": "Role", "name": "a"], "subjects": [["kind": "User", "name": "b"]]]
        #expect(try errors("rbac.authorization.k8s.io/v1", "RoleBinding", binding) == [])
        var other = binding
        other["roleRef"]["name"] = "c"
        #expect(
            try errors("rbac.authorization.k8s.io/v1", "RoleBinding", other, old: binding).first?.hasSuffix("cannot change roleRef") == true
        )
    }

    @Test func jobsEndAndKeepTheirTemplate() throws {
        let template: Value = ["spec": ["containers": [["name": "a", "image": "x"]]]]
        #expect(
            try errors("batch/v1", "Job", ["spec": ["template": template]])
                == ["spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""])
        #expect(
            try errors(
                "batch/v1", "CronJob",
                [
                    "spec": [
                        "schedule": "* *",
                        "jobTemplate": [
                            "spec": ["template": ["spec": ["restartPolicy": "Never", "containers": [["name": "a", "image": "x"]]]]]
                        ],
                    ]
                ]) == ["spec.schedule: Invalid value: \"* *\": expected exactly 5 fields, found 2: [* *]"])
    }

    @Test func metadataKeepsWhatIdentifiesIt() throws {
        let old: Value = ["metadata": ["name": "x", "uid": "1", "deletionTimestamp": "2026-01-01T00:00:00Z"]]
        let new: Value = ["metadata": ["name": "x", "uid": "2", "finalizers": ["a/b"]]]
        #expect(
            try errors("v1", "ConfigMap", new, old: old) == [
                "metadata.uid: Invalid value: \"2\": field is immutable",
                "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"a/b\"}",
            ])
    }

    @Test func everyRuleFitsTheSchema() throws {
        let lines = TypeLines(ValidationText.rules, .kubernetes)
        #expect(lines.lines.count == String(describing: ValidationText.rules).split(separator: "\n").count)
        for (index, words) in lines.lines {
            for word in words {
                let name = String(word.prefix { $0 != "=" })
                #expect(Schema.kubernetes.types[index].field(name) != nil, "\(Schema.kubernetes.types[index].name).\(name)")
            }
        }
        for (name, _) in TypeRules.all { #expect(lines.index(name) != nil, "\(name)") }
        let kinds = Set(KindTable.kubernetes.map(\.groupKind))
        for name in KindRules.all.keys { #expect(kinds.contains(name), "\(name)") }
    }
}
