import Documents
import KubeAPI
import KubeModel
import Storage
import Testing

@Suite struct AccessRBACTests {
    let alice = UserInfo("alice", groups: ["dev", "system:authenticated"])
    let asAlice: Value = ["kind": "User", "name": "alice"]

    @Test func aClusterRoleBindingAllowsWhatItsRoleSays() async throws {
        let bed = try await AccessBed()
        try await bed.grant("reader", [AccessRule(["get", "list"], groups: [""], resources: ["pods", "*/scale"])], to: asAlice)
        let rbac = RBACAuthorizer(realm: bed.realm)
        #expect(
            rbac.authorize(resource(alice, "get", "pods", namespace: "a", name: "x"))
                == .allow(reason: #"RBAC: allowed by ClusterRoleBinding "reader" of ClusterRole "reader" to User "alice""#))
        #expect(rbac.allows(resource(alice, "get", "replicationcontrollers", subresource: "scale", namespace: "a")))
        #expect(!rbac.allows(resource(alice, "get", "pods", subresource: "log", namespace: "a")))
        #expect(!rbac.allows(resource(alice, "delete", "pods", namespace: "a")))
        #expect(!rbac.allows(resource(alice, "get", "pods", group: "apps", namespace: "a")))
        #expect(!rbac.allows(resource(UserInfo("bob"), "get", "pods")))
    }
    @Test func aRoleBindingHoldsInItsNamespaceOnly() async throws {
        let bed = try await AccessBed()
        try await bed.grant(
            "dev", [AccessRule(["*"], groups: ["*"], resources: ["*"])], to: ["kind": "Group", "name": "dev"], namespace: "team")
        let rbac = RBACAuthorizer(realm: bed.realm)
        #expect(rbac.allows(resource(alice, "delete", "secrets", namespace: "team", name: "s")))
        #expect(!rbac.allows(resource(alice, "get", "secrets", namespace: "other", name: "s")))
        #expect(!rbac.allows(resource(alice, "list", "nodes")))
    }
    @Test func resourceNamesLimitARule() async throws {
        let bed = try await AccessBed()
        try await bed.grant("one", [AccessRule(["get"], groups: [""], resources: ["configmaps"], names: ["web"])], to: asAlice)
        let rbac = RBACAuthorizer(realm: bed.realm)
        #expect(rbac.allows(resource(alice, "get", "configmaps", namespace: "a", name: "web")))
        #expect(!rbac.allows(resource(alice, "get", "configmaps", namespace: "a", name: "db")))
        #expect(!rbac.allows(resource(alice, "get", "configmaps", namespace: "a")))
    }
    @Test func aServiceAccountIsBoundByNamespaceAndName() async throws {
        let bed = try await AccessBed()
        let rules = [AccessRule(["get"], paths: ["/metrics*"])]
        try await bed.grant("m", rules, to: ["kind": "ServiceAccount", "name": "prom", "namespace": "monitoring"])
        let rbac = RBACAuthorizer(realm: bed.realm)
        let account = UserInfo("system:serviceaccount:monitoring:prom")
        #expect(rbac.allows(path(account, "get", "/metrics/slis")))
        #expect(!rbac.allows(path(account, "get", "/version")))
    }
    @Test func changesAreSeenAtTheNextCheck() async throws {
        let bed = try await AccessBed()
        let rbac = RBACAuthorizer(realm: bed.realm)
        #expect(!rbac.allows(resource(alice, "get", "pods")))
        try await bed.grant("r", [AccessRule(["get"], groups: [""], resources: ["pods"])], to: asAlice)
        #expect(rbac.allows(resource(alice, "get", "pods")))
        try await bed.remove("rbac.authorization.k8s.io/clusterrolebindings/r")
        #expect(!rbac.allows(resource(alice, "get", "pods")))
    }
    @Test func aMissingRoleIsNamedInTheRefusal() async throws {
        let bed = try await AccessBed()
        try await bed.grant("r", [], to: asAlice)
        try await bed.remove("rbac.authorization.k8s.io/clusterroles/r")
        let rbac = RBACAuthorizer(realm: bed.realm)
        let reason = #"RBAC: clusterrole.rbac.authorization.k8s.io "r" not found"#
        #expect(rbac.authorize(resource(alice, "get", "pods")) == .noOpinion(reason: reason))
    }
    @Test func refusalsReadAsUpstreams() {
        let attributes = resource(alice, "list", "pods", namespace: "default")
        #expect(
            attributes.forbidden().message
                == #"pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "default""#)
        let scaled = resource(alice, "update", "deployments", group: "apps", subresource: "scale", namespace: "default", name: "web")
        #expect(
            scaled.forbidden(reason: "no").message
                == #"deployments.apps "web" is forbidden: User "alice" cannot update resource "deployments/scale" in API group "apps" "#
                + #"in the namespace "default": no"#)
        #expect(path(alice, "get", "/metrics").forbidden().message == #"forbidden: User "alice" cannot get path "/metrics""#)
        #expect(resource(alice, "list", "nodes").forbidden().message.hasSuffix(#"in API group "" at the cluster scope"#))
        #expect(attributes.forbidden().code == 403)
    }
}

@Suite struct AccessBootstrapTests {
    let authenticated = UserInfo("bob", groups: ["system:authenticated"])

    @Test func everyControllerHasARoleAndABinding() {
        let names = BootstrapPolicy.documents.map { "\($0.kind.name)/\($0.document["metadata"]["name"].string ?? "")" }
        let keys = BootstrapPolicy.documents.map { $0.kind.key(of: $0.document) }
        #expect(Set(keys).count == keys.count)
        for name in ["deployment-controller", "replicaset-controller", "generic-garbage-collector", "node-controller"] {
            #expect(names.contains("ClusterRole/system:controller:\(name)"))
            #expect(names.contains("ClusterRoleBinding/system:controller:\(name)"))
        }
    }
    @Test func everyRuleNamesVerbsAndThings() {
        for (_, document) in BootstrapPolicy.documents {
            for rule in document["rules"].items.map(AccessRule.init) {
                #expect(!rule.verbs.isEmpty)
                #expect(rule.paths.isEmpty != (rule.resources.isEmpty || rule.groups.isEmpty), "\(document["metadata"]["name"])")
            }
        }
    }
    @Test func adminAndEditAndViewAreSums() throws {
        func rules(_ name: String) throws -> [AccessRule] {
            let found = BootstrapPolicy.documents.first { $0.kind.name == "ClusterRole" && $0.document["metadata"]["name"].string == name }
            return try #require(found).document["rules"].items.map(AccessRule.init)
        }
        #expect(AccessRule.missing(try rules("view"), from: try rules("edit")).isEmpty)
        #expect(AccessRule.missing(try rules("edit"), from: try rules("admin")).isEmpty)
        #expect(!AccessRule.missing(try rules("admin"), from: try rules("edit")).isEmpty)
        let viewer = UserInfo("v")
        #expect(!(try rules("view")).contains { $0.allows(resource(viewer, "get", "secrets", namespace: "a")) })
        #expect(try rules("edit").contains { $0.allows(resource(viewer, "get", "secrets", namespace: "a")) })
    }
    @Test func everybodyMayDiscoverAndAskAboutThemselves() async throws {
        let bed = try await AccessBed()
        try await bed.bootstrap()
        let rbac = RBACAuthorizer(realm: bed.realm)
        #expect(rbac.allows(path(authenticated, "get", "/apis/apps/v1")))
        #expect(rbac.allows(resource(authenticated, "create", "selfsubjectaccessreviews", group: "authorization.k8s.io")))
        #expect(rbac.allows(path(.anonymous, "get", "/healthz")))
        #expect(!rbac.allows(path(.anonymous, "get", "/apis")))
        #expect(!rbac.allows(resource(authenticated, "list", "pods", namespace: "default")))
        #expect(rbac.allows(resource(UserInfo("root", groups: ["system:masters"]), "delete", "nodes", name: "n")))
    }
    @Test func aSumTakesInAnyRoleWithItsLabel() async throws {
        let bed = try await AccessBed()
        try await bed.bootstrap()
        try await bed.put(
            "rbac.authorization.k8s.io/clusterroles/crontabs",
            [
                "metadata": ["name": "crontabs", "labels": ["rbac.authorization.k8s.io/aggregate-to-view": "true"]],
                "rules": [AccessRule(["get"], groups: ["stable.example.com"], resources: ["crontabs"]).value],
            ])
        let binding: Value = [
            "metadata": ["name": "b", "namespace": "a"], "roleRef": ["kind": "ClusterRole", "name": "admin"],
            "subjects": [["kind": "User", "name": "bob"]],
        ]
        try await bed.put("rbac.authorization.k8s.io/rolebindings/a/b", binding)
        let rbac = RBACAuthorizer(realm: bed.realm)
        #expect(rbac.allows(resource(authenticated, "get", "crontabs", group: "stable.example.com", namespace: "a", name: "x")))
    }
}

@Suite struct AccessEscalationTests {
    let alice = UserInfo("alice", groups: ["system:authenticated"])

    private func chain(_ bed: AccessBed) throws -> EscalationCheck {
        let rbac = RBACAuthorizer(realm: bed.realm)
        return EscalationCheck(rbac: rbac, authorizer: AuthorizerChain([SuperuserAuthorizer(), rbac]))
    }
    private func role(_ rules: [AccessRule], by user: UserInfo, _ snapshot: Snapshot) -> AdmissionRequest {
        let object: Value = ["metadata": ["name": "r", "namespace": "a"], "rules": .array(rules.map(\.value))]
        return AdmissionRequest(
            .create, kind: RoleFields.kind, resource: "roles", namespace: "a", name: "r", object: object, old: .null, user: user,
            snapshot: snapshot)
    }

    @Test func nobodyGrantsMoreThanTheyHold() async throws {
        let bed = try await AccessBed()
        let held = AccessRule(["get", "list"], groups: [""], resources: ["pods"])
        try await bed.grant("held", [held], to: ["kind": "User", "name": "alice"])
        let check = try chain(bed)
        var allowed = role([AccessRule(["get"], groups: [""], resources: ["pods"])], by: alice, bed.realm.snapshot())
        try await check.admit(&allowed)
        var refused = role([AccessRule(["get", "delete", "watch"], groups: [""], resources: ["pods"])], by: alice, bed.realm.snapshot())
        let text = """
            user "alice" (groups=["system:authenticated"]) is attempting to grant \
            RBAC permissions not currently held:
            {APIGroups:[""], Resources:["pods"], Verbs:["delete" "watch"]}
            """
        await #expect(throws: KubeStatus.forbidden(group: "rbac.authorization.k8s.io", resource: "roles", name: "r", String(text))) {
            try await check.admit(&refused)
        }
        var root = role(
            [AccessRule(["*"], groups: ["*"], resources: ["*"])], by: UserInfo("root", groups: ["system:masters"]), bed.realm.snapshot())
        try await check.admit(&root)
    }
    @Test func escalateAndBindLiftTheLimit() async throws {
        let bed = try await AccessBed()
        let power = [AccessRule(["escalate", "bind"], groups: ["rbac.authorization.k8s.io"], resources: ["roles", "clusterroles"])]
        try await bed.grant("power", power, to: ["kind": "User", "name": "alice"])
        let check = try chain(bed)
        var request = role([AccessRule(["delete"], groups: [""], resources: ["pods"])], by: alice, bed.realm.snapshot())
        try await check.admit(&request)
        let binding: Value = ["metadata": ["name": "b"], "roleRef": ["kind": "ClusterRole", "name": "power"]]
        var bound = AdmissionRequest(
            .create, kind: RoleBindingFields.kind, resource: "rolebindings", namespace: "a", name: "b", object: binding, old: .null,
            user: alice, snapshot: bed.realm.snapshot())
        try await check.admit(&bound)
        var stranger = AdmissionRequest(
            .create, kind: RoleBindingFields.kind, resource: "rolebindings", namespace: "a", name: "b", object: binding, old: .null,
            user: UserInfo("eve"), snapshot: bed.realm.snapshot())
        await #expect(throws: KubeStatus.self) { try await check.admit(&stranger) }
    }
}
