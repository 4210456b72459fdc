import Documents
import KubeAPI
import Testing

@Suite("Devices and claims to them") struct DeviceTests {
    private let base = "/apis/resource.k8s.io/v1"

    @Test("Access to devices that others have needs a namespace that is marked for it") func adminAccess() async throws {
        let bed = try await ClusterBed()
        let request: Value = ["name": "r", "exactly": ["deviceClassName": "c", "adminAccess": true]]
        let claim: Value = ["metadata": ["name": "a"], "spec": ["devices": ["requests": [request]]]]
        let template: Value = ["metadata": ["name": "a"], "spec": ["spec": claim["spec"]]]
        let sentence =
            "spec.devices.requests[0].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace"
        for (plural, document) in [("resourceclaims", claim), ("resourceclaimtemplates", template)] {
            let refused = try await bed.post("\(base)/namespaces/default/\(plural)", document)
            #expect(refused.status == 422 && refused["message"].string?.hasSuffix(sentence) == true)
        }
        let marked: Value = ["metadata": ["name": "admin", "labels": ["resource.kubernetes.io/admin-access": "true"]]]
        #expect(try await bed.post("/api/v1/namespaces", marked).status == 201)
        #expect(try await bed.post("\(base)/namespaces/admin/resourceclaims", claim).status == 201)
    }
    @Test("Fields of features that are off are dropped, and taints are dated") func disabledFields() async throws {
        let bed = try await ClusterBed()
        let device: Value = [
            "name": "a", "attributes": ["x": ["int": 1, "ints": [1]]], "taints": [["key": "k", "effect": "NoSchedule"]],
            "nodeAllocatableResourceMappings": ["cpu": ["capacityKey": "c"]],
        ]
        let pool: Value = ["name": "p", "generation": 1, "resourceSliceCount": 1]
        let slice: Value = [
            "metadata": ["name": "s"], "spec": ["driver": "d.example.com", "nodeName": "n", "pool": pool, "devices": [device]],
        ]
        let made = try await bed.post("\(base)/resourceslices", slice)
        let kept = made["spec"]["devices"][0]
        #expect(made.status == 201 && kept["attributes"] == ["x": ["int": 1]] && kept["nodeAllocatableResourceMappings"].isNull)
        #expect(kept["taints"][0]["timeAdded"].string != nil)
    }
    @Test("A claim's allocation stays as it was given") func allocation() async throws {
        let bed = try await ClusterBed()
        let request: Value = ["name": "r", "exactly": ["deviceClassName": "c"]]
        let path = "\(base)/namespaces/default/resourceclaims"
        var claim: Value = ["metadata": ["name": "a"], "spec": ["devices": ["requests": [request]]]]
        #expect(try await bed.post(path, claim).status == 201)
        func put(_ device: Value) async throws -> (status: Int, message: String) {
            let result: Value = ["request": "r", "driver": "d.example.com", "pool": "p", "device": device]
            claim["status"] = ["allocation": ["devices": ["results": [result]]]]
            let answer = try await bed.put(path + "/a/status", claim)
            return (answer.status, answer["message"].string ?? "")
        }
        #expect(try await put("x").status == 200)
        let second = try await put("y")
        #expect(
            second.status == 422 && second.message.contains("status.allocation: Invalid value: ")
                && second.message.hasSuffix("field is immutable"))
        #expect(try await bed.get("/apis/resource.k8s.io/v1beta2/devicetaintrules").status == 404)
    }
}
