import Documents
import KubeAPI
import Network
import Testing

@Suite("Who may have devices, and tell of them") struct DeviceAccessTests {
    private let base = "/apis/resource.k8s.io/v1"
    private let claims = "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims"

    @Test("A quota of an extended resource bounds claims to the devices behind it") func extendedQuota() async throws {
        let bed = try await GuardedBed()
        func post(_ path: String, _ document: Value) async throws -> (status: Int, json: Value) {
            try await bed.send("POST", path, document, as: GuardedBed.admin)
        }
        _ = try await post("/api/v1/namespaces/default/serviceaccounts", ["metadata": ["name": "default"]])
        let deviceClass: Value = ["metadata": ["name": "card"], "spec": ["extendedResourceName": "example.com/gpu"]]
        #expect(try await post("\(base)/deviceclasses", deviceClass).status == 201)
        let quota: Value = ["metadata": ["name": "q"], "spec": ["hard": ["requests.example.com/gpu": "2"]]]
        #expect(try await post("/api/v1/namespaces/default/resourcequotas", quota).status == 201)
        let amounts: Value = ["example.com/gpu": "1"]
        let container: Value = ["name": "c", "image": "i", "resources": ["requests": amounts, "limits": amounts]]
        let pod: Value = ["metadata": ["name": "p"], "spec": ["containers": [container]]]
        let made = try await post("/api/v1/namespaces/default/pods", pod)
        #expect(made.status == 201)
        func claim(_ name: Value, _ metadata: Value = [:]) async throws -> (status: Int, message: String) {
            let request: Value = ["name": "r", "exactly": ["deviceClassName": "card", "count": 1]]
            var claim: Value = ["metadata": metadata, "spec": ["devices": ["requests": [request]]]]
            claim["metadata"]["name"] = name
            let answer = try await post(claims, claim)
            return (answer.status, answer.json["message"].string ?? "")
        }
        let owner: Value = ["apiVersion": "v1", "kind": "Pod", "name": "p", "uid": made.json["metadata"]["uid"], "controller": true]
        let metadata: Value = [
            "annotations": ["resource.kubernetes.io/extended-resource-claim": "true"], "ownerReferences": [owner],
        ]
        #expect(try await claim("own", metadata).status == 201, "it counts with its pod")
        #expect(try await claim("a").status == 201)
        let refused = try await claim("b")
        let amount = "requests.example.com/gpu="
        #expect(
            refused.status == 403
                && refused.message.hasSuffix("exceeded quota: q, requested: \(amount)1, used: \(amount)2, limited: \(amount)2"))
        let other: Value = ["metadata": ["name": "q"], "spec": pod["spec"]]
        #expect(try await post("/api/v1/namespaces/default/pods", other).status == 403)
    }

    /// Lets alice do something cluster-wide.
    private func grant(_ bed: GuardedBed, _ name: Value, _ resource: Value, _ verbs: Value, names: Value = .null) async throws {
        let group = "/apis/rbac.authorization.k8s.io/v1"
        var rule: Value = ["apiGroups": ["resource.k8s.io"], "resources": [resource], "verbs": verbs]
        rule["resourceNames"] = names
        let role: Value = ["metadata": ["name": name], "rules": [rule]]
        #expect(try await bed.send("POST", group + "/clusterroles", role, as: GuardedBed.admin).status == 201)
        let binding: Value = [
            "metadata": ["name": name], "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name],
            "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"]],
        ]
        #expect(try await bed.send("POST", group + "/clusterrolebindings", binding, as: GuardedBed.admin).status == 201)
    }
    private func made(_ bed: GuardedBed) async throws -> Value {
        let claim: Value = [
            "metadata": ["name": "a"], "spec": ["devices": ["requests": [["name": "r", "exactly": ["deviceClassName": "c"]]]]],
        ]
        return try await bed.send("POST", claims, claim, as: GuardedBed.admin).json
    }
    private static let result: Value = ["request": "r", "driver": "d.example.com", "pool": "p", "device": "x"]
    private static let told: Value = ["driver": "d.example.com", "pool": "p", "device": "x", "conditions": []]

    @Test("Devices are given by who may bind claims") func binding() async throws {
        let bed = try await GuardedBed()
        var claim = try await made(bed)
        try await grant(bed, "status", "resourceclaims/status", ["update", "patch"])
        claim["status"] = ["allocation": ["devices": ["results": [Self.result]]]]
        let refused = try await bed.send("PUT", claims + "/a/status", claim, as: GuardedBed.alice)
        let sentence =
            "ResourceClaim.resource.k8s.io \"a\" is invalid: status: Forbidden: changing status.allocation or status.reservedFor requires resource=\"resourceclaims/binding\", verb=\"update\" permission: resourceclaims.resource.k8s.io is forbidden: User \"alice\" cannot update resource \"resourceclaims/binding\" in API group \"resource.k8s.io\" at the cluster scope"
        #expect(refused.status == 422 && refused.json["message"].string == sentence)
        try await grant(bed, "binding", "resourceclaims/binding", ["update"])
        let given = try await bed.send("PUT", claims + "/a/status", claim, as: GuardedBed.alice)
        #expect(given.status == 200 && given.json["status"]["allocation"]["devices"]["results"][0]["device"] == "x")
    }
    @Test("Drivers tell of their devices alone, and what is told goes with the devices") func drivers() async throws {
        let bed = try await GuardedBed()
        var claim = try await made(bed)
        try await grant(bed, "status", "resourceclaims/status", ["update", "patch"])
        claim["status"] = ["allocation": ["devices": ["results": [Self.result]]]]
        #expect(try await bed.send("PUT", claims + "/a/status", claim, as: GuardedBed.admin).status == 200)
        let patch: Value = ["status": ["devices": [Self.told]], "metadata": ["labels": ["a": "b"]]]
        let type: HTTPFields = ["content-type": "application/merge-patch+json"]
        func tell(_ patch: Value, as peer: Peer) async throws -> (status: Int, json: Value) {
            var answer = try await bed.send("PATCH", claims + "/a/status", patch, headers: type, as: peer)
            if answer.json["kind"] == "Status" { answer.json = answer.json["message"] }
            return answer
        }
        let refused = try await tell(patch, as: GuardedBed.alice)
        let sentence =
            "status.devices: Forbidden: changing status.devices requires resource=\"resourceclaims/driver\", verb=\"[arbitrary-node:patch]\" permission: resourceclaims.resource.k8s.io \"d.example.com\" is forbidden: User \"alice\" cannot arbitrary-node:patch resource \"resourceclaims/driver\" in API group \"resource.k8s.io\" in the namespace \"default\""
        #expect(refused.status == 422 && refused.json.string?.hasSuffix(sentence) == true)
        try await grant(bed, "other", "resourceclaims/driver", ["arbitrary-node:patch"], names: ["other.example.com"])
        #expect(try await tell(patch, as: GuardedBed.alice).status == 422)
        try await grant(bed, "driver", "resourceclaims/driver", ["arbitrary-node:patch"], names: ["d.example.com"])
        let told = try await tell(patch, as: GuardedBed.alice)
        #expect(told.status == 200 && told.json["status"]["devices"][0]["device"] == "x")
        #expect(told.json["metadata"]["labels"].isNull, "a status brings no metadata")
        let released = try await tell(["status": ["allocation": .null]], as: GuardedBed.admin)
        #expect(released.status == 200 && released.json["status"]["devices"].isNull)
    }
}
