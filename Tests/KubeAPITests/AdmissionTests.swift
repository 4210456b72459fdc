import Control
import Documents
import KubeAPI
import KubeModel
import Reconcile
import Storage
import Testing

/// Runs the standard plugins over writes.
struct AdmissionBed {
    let access: AccessBed
    let plugins: [any AdmissionPlugin]

    init() async throws {
        access = try await AccessBed()
        let rbac = RBACAuthorizer(realm: access.realm)
        plugins = StandardAdmission.plugins(
            rbac: rbac, authorizer: AuthorizerChain([SuperuserAuthorizer(), rbac]), clock: access.clock, random: RandomSource(seed: 7),
            realm: access.realm)
        try await access.put("core/namespaces/team", ["metadata": ["name": "team"]])
        try await access.put("core/serviceaccounts/team/default", ["metadata": ["name": "default", "namespace": "team"]])
    }

    @discardableResult func write(
        _ operation: AdmissionOperation, _ kind: Kind, _ resource: String, _ name: String, _ object: Value, old: Value = .null,
        subresource: String = "", user: UserInfo = UserInfo("alice"), namespace: String = "team"
    ) async throws -> AdmissionRequest {
        var request = AdmissionRequest(
            operation, kind: kind, resource: resource, subresource: subresource, namespace: kind.namespaced ? namespace : "", name: name,
            object: object, old: old, user: user, snapshot: access.realm.snapshot())
        for plugin in plugins { try await plugin.admit(&request) }
        return request
    }
    @discardableResult func pod(_ spec: Value = [:], name: String = "web", store: Bool = false) async throws -> AdmissionRequest {
        var spec = spec
        if spec["containers"].isNull { spec["containers"] = [["name": "app", "image": "nginx"]] }
        let object: Value = ["metadata": ["name": .string(name), "namespace": "team"], "spec": spec]
        let request = try await write(.create, PodFields.kind, "pods", name, object)
        if store { try await access.put("core/pods/team/\(name)", request.object) }
        return request
    }
    /// The message of the refusal.
    func refusal(_ body: () async throws -> Void) async -> String {
        do { try await body() } catch let status as KubeStatus { return status.message } catch { return "\(error)" }
        return "not refused"
    }
}

@Suite struct AdmissionPodTests {
    @Test func aPodGetsItsAccountAndToken() async throws {
        let bed = try await AdmissionBed()
        let spec = try await bed.pod().object["spec"]
        #expect(spec["serviceAccountName"] == "default" && spec["serviceAccount"] == "default")
        let volume = spec["volumes"][0]
        #expect(volume["name"].string?.hasPrefix("kube-api-access-") == true)
        #expect(volume["projected"]["sources"][0]["serviceAccountToken"]["expirationSeconds"] == 3607)
        let mount = spec["containers"][0]["volumeMounts"][0]
        #expect(mount["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount" && mount["name"] == volume["name"])
    }
    @Test func aPodMayDoWithoutAToken() async throws {
        let bed = try await AdmissionBed()
        #expect(try await bed.pod(["automountServiceAccountToken": false]).object["spec"]["volumes"].isNull)
    }
    @Test func anUnknownAccountIsNamed() async throws {
        let bed = try await AdmissionBed()
        let text = await bed.refusal { try await bed.pod(["serviceAccountName": "robot"]) }
        #expect(text == #"pods "web" is forbidden: error looking up service account team/robot: serviceaccount "robot" not found"#)
    }
    @Test func aPodToleratesItsNodesSilence() async throws {
        let bed = try await AdmissionBed()
        let own: Value = ["key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 10]
        let tolerations = try await bed.pod(["tolerations": [own]]).object["spec"]["tolerations"].items
        #expect(tolerations.map { $0["tolerationSeconds"] } == [10, 300])
    }
    @Test func aPriorityClassBecomesANumber() async throws {
        let bed = try await AdmissionBed()
        #expect(try await bed.pod().object["spec"]["priority"] == 0)
        try await bed.access.put("scheduling.k8s.io/priorityclasses/high", ["metadata": ["name": "high"], "value": 1000])
        let spec = try await bed.pod(["priorityClassName": "high"]).object["spec"]
        #expect(spec["priority"] == 1000 && spec["preemptionPolicy"] == "PreemptLowerPriority")
        let text = await bed.refusal { try await bed.pod(["priorityClassName": "none"]) }
        #expect(text == #"pods "web" is forbidden: no PriorityClass with name none was found"#)
    }
    @Test func aRuntimeClassAddsItsOverhead() async throws {
        let bed = try await AdmissionBed()
        try await bed.access.put(
            "node.k8s.io/runtimeclasses/vm",
            ["overhead": ["podFixed": ["cpu": "250m"]], "scheduling": ["nodeSelector": ["virtual": "true"]]])
        let spec = try await bed.pod(["runtimeClassName": "vm"]).object["spec"]
        #expect(spec["overhead"] == ["cpu": "250m"] && spec["nodeSelector"]["virtual"] == "true")
        #expect(await bed.refusal { try await bed.pod(["runtimeClassName": "no"]) }.hasSuffix(#"RuntimeClass "no" not found"#))
    }
    @Test func limitRangesFillInAndBound() async throws {
        let bed = try await AdmissionBed()
        let limit: Value = ["type": "Container", "default": ["cpu": "500m"], "defaultRequest": ["cpu": "100m"], "max": ["cpu": "1"]]
        try await bed.access.put("core/limitranges/team/l", ["metadata": ["name": "l"], "spec": ["limits": [limit]]])
        let pod = try await bed.pod().object
        #expect(pod["spec"]["containers"][0]["resources"] == ["requests": ["cpu": "100m"], "limits": ["cpu": "500m"]])
        #expect(
            pod["metadata"]["annotations"]["kubernetes.io/limit-ranger"]
                == "LimitRanger plugin set: cpu request for container app; cpu limit for container app")
        let big: Value = [["name": "app", "resources": ["limits": ["cpu": "2"], "requests": ["cpu": "1"]]]]
        #expect(
            await bed.refusal { try await bed.pod(["containers": big]) }
                == #"pods "web" is forbidden: maximum cpu usage per Container is 1, but limit is 2"#)
    }
    @Test func aRequestThatLookedBeforeOthersWroteDoesNotPassTheQuota() async throws {
        let bed = try await AdmissionBed()
        try await bed.access.put("core/resourcequotas/team/q", ["metadata": ["name": "q"], "spec": ["hard": ["pods": "2"]]])
        let early = bed.access.realm.snapshot()
        try await bed.pod(name: "a", store: true)
        // Another request's look at what is stored now takes the first creation off the account of those that are on their way.
        try await bed.pod(name: "b", store: true)
        let object: Value = ["metadata": ["name": "c", "namespace": "team"], "spec": ["containers": [["name": "app", "image": "nginx"]]]]
        var late = AdmissionRequest(
            .create, kind: PodFields.kind, resource: "pods", subresource: "", namespace: "team", name: "c", object: object, old: .null,
            user: UserInfo("alice"), snapshot: early)
        let message = await bed.refusal { for plugin in bed.plugins { try await plugin.admit(&late) } }
        #expect(message.contains("exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2"), "\(message)")
    }
    @Test func quotasCountWhatIsThereAndWhatIsOnItsWay() async throws {
        let bed = try await AdmissionBed()
        try await bed.access.put(
            "core/resourcequotas/team/q", ["metadata": ["name": "q"], "spec": ["hard": ["pods": "2", "requests.cpu": "1"]]])
        let container: Value = [["name": "app", "resources": ["requests": ["cpu": "400m"]]]]
        try await bed.pod(["containers": container], name: "a", store: true)
        try await bed.pod(["containers": container], name: "b")
        #expect(
            await bed.refusal { try await bed.pod(["containers": container], name: "c") }
                == #"pods "c" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=400m, "#
                + "used: pods=2,requests.cpu=800m, limited: pods=2,requests.cpu=1")
        bed.access.clock.advance(by: .seconds(6))
        try await bed.pod(["containers": container], name: "c")
        #expect(
            await bed.refusal { try await bed.pod(name: "d") }
                == #"pods "d" is forbidden: failed quota: q: must specify requests.cpu for: app"#)
    }
    @Test func aRestrictedNamespaceRefusesAndWarns() async throws {
        let bed = try await AdmissionBed()
        func label(_ mode: String) async throws {
            try await bed.access.put(
                "core/namespaces/team", ["metadata": ["labels": .object(["pod-security.kubernetes.io/\(mode)": "restricted"])]])
        }
        let violations =
            #"allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false), "#
            + #"unrestricted capabilities (container "app" must set securityContext.capabilities.drop=["ALL"]), "#
            + #"runAsNonRoot != true (pod or container "app" must set securityContext.runAsNonRoot=true), "#
            + #"seccompProfile (pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")"#
        try await label("enforce")
        #expect(
            await bed.refusal { try await bed.pod() }
                == #"pods "web" is forbidden: violates PodSecurity "restricted:latest": \#(violations)"#)
        let context: Value = [
            "allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]], "runAsNonRoot": true,
            "seccompProfile": ["type": "RuntimeDefault"],
        ]
        try await bed.pod(["containers": [["name": "app", "securityContext": context]]])
        try await label("warn")
        #expect(try await bed.pod().warnings == [#"would violate PodSecurity "restricted:latest": \#(violations)"#])
    }
    @Test func aBaselineNamespaceRefusesTheHost() async throws {
        let bed = try await AdmissionBed()
        try await bed.access.put("core/namespaces/team", ["metadata": ["labels": ["pod-security.kubernetes.io/enforce": "baseline"]]])
        try await bed.pod()
        let text = await bed.refusal {
            try await bed.pod(["hostNetwork": true, "containers": [["name": "app", "securityContext": ["privileged": true]]]])
        }
        #expect(
            text.contains(#"host namespaces (hostNetwork=true), privileged (container "app" must not set securityContext.privileged=true)"#)
        )
    }
}

@Suite struct AdmissionClusterTests {
    let node = UserInfo("system:node:n1", groups: ["system:nodes"])

    @Test func aNewNodeIsNotReady() async throws {
        let bed = try await AdmissionBed()
        let request = try await bed.write(.create, NodeFields.kind, "nodes", "n1", ["metadata": ["name": "n1"]], user: node)
        #expect(request.object["spec"]["taints"] == [["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"]])
    }
    @Test func aNodeWritesOnlyItsOwn() async throws {
        let bed = try await AdmissionBed()
        #expect(
            await bed.refusal { try await bed.write(.update, NodeFields.kind, "nodes", "n2", [:], user: node) }
                == #"nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2""#)
        let labelled: Value = ["metadata": ["labels": ["node-role.kubernetes.io/control-plane": "", "eks.amazonaws.com/nodegroup": "a"]]]
        #expect(
            await bed.refusal { try await bed.write(.create, NodeFields.kind, "nodes", "n1", labelled, user: node) }
                .hasSuffix("is not allowed to set the following labels: node-role.kubernetes.io/control-plane"))
        let own: Value = ["spec": ["nodeName": "n1"]]
        try await bed.write(.update, PodFields.kind, "pods", "p", own, old: own, subresource: "status", user: node)
        let other: Value = ["spec": ["nodeName": "n2"]]
        #expect(
            await bed.refusal { try await bed.write(.delete, PodFields.kind, "pods", "p", .null, old: other, user: node) }
                .hasSuffix(#"node "n1" can only delete pods with spec.nodeName set to itself"#))
    }
    @Test func aClaimGetsTheNewestDefaultClass() async throws {
        let bed = try await AdmissionBed()
        for (name, time) in [("old", "2024-01-01T00:00:00Z"), ("new", "2025-01-01T00:00:00Z")] {
            let annotations: Value = ["storageclass.kubernetes.io/is-default-class": "true"]
            try await bed.access.put(
                "storage.k8s.io/storageclasses/\(name)",
                ["metadata": ["name": .string(name), "creationTimestamp": .string(time), "annotations": annotations]])
        }
        let kind = Kind("PersistentVolumeClaim", prefix: "core/persistentvolumeclaims/")
        let request = try await bed.write(.create, kind, "persistentvolumeclaims", "data", ["spec": [:]])
        #expect(request.object["spec"]["storageClassName"] == "new")
        let explicit = try await bed.write(.create, kind, "persistentvolumeclaims", "data", ["spec": ["storageClassName": ""]])
        #expect(explicit.object["spec"]["storageClassName"] == "")
    }
    @Test func aClaimGrowsWhereItsClassAllowsIt() async throws {
        let bed = try await AdmissionBed()
        func grow(_ phase: String) async -> String {
            func claim(_ size: String) -> Value {
                [
                    "metadata": ["name": "data", "namespace": "team"], "status": ["phase": .string(phase)],
                    "spec": ["storageClassName": "gp3", "resources": ["requests": ["storage": .string(size)]]],
                ]
            }
            return await bed.refusal {
                try await bed.write(
                    .update, PersistentVolumeClaimFields.kind, "persistentvolumeclaims", "data", claim("2Gi"), old: claim("1Gi"))
            }
        }
        let forbidden = "persistentvolumeclaims \"data\" is forbidden: "
        #expect(await grow("Pending") == forbidden + "Only bound persistent volume claims can be expanded")
        let advice = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"
        #expect(await grow("Bound") == forbidden + advice)
        try await bed.access.put("storage.k8s.io/storageclasses/gp3", ["metadata": ["name": "gp3"], "allowVolumeExpansion": true])
        #expect(await grow("Bound") == "not refused")
    }
    @Test func theClusterBeginsWithItsDocumentsAndKeepsThem() async throws {
        let bed = try await AccessBed()
        let writer = RealmWriter(bed: bed)
        try await ClusterBootstrap.reconcile(bed.realm, writer: writer)
        #expect(bed.realm.snapshot().get("scheduling.k8s.io/priorityclasses/system-node-critical") != nil)
        let before = bed.realm.head
        try await ClusterBootstrap.reconcile(bed.realm, writer: writer)
        #expect(bed.realm.head == before)
        let key = "rbac.authorization.k8s.io/clusterroles/system:basic-user"
        var role = try #require(bed.realm.snapshot().get(key)).value
        role["rules"] = []
        try await bed.put(key, role)
        try await ClusterBootstrap.reconcile(bed.realm, writer: writer)
        #expect(try #require(bed.realm.snapshot().get(key)).value["rules"].items.count == 2)
    }
}

/// Writes changes straight into the realm.
private struct RealmWriter: ChangeWriter {
    let bed: AccessBed
    func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        do {
            switch change {
            case .create(let kind, let document), .update(let kind, let document): try await bed.put(kind.key(of: document), document)
            default: throw ChangeError.invalid("not expected")
            }
        } catch { throw .unavailable("\(error)") }
        return bed.realm.head
    }
}
