import Documents
import Testing

@testable import KubeModel

/// What pods' statuses say of their claims to devices, with upstream's words for what is wrong with it.
@Suite struct ValidationPodStatusTests {
    private func problems(_ status: Value) throws -> Set<String> {
        let info = try #require(KindTable.kubernetes.find(apiVersion: "v1", kind: "Pod"))
        let container: Value = ["name": "c", "image": "i", "resources": ["requests": ["example.com/gpu": "1", "cpu": "1"]]]
        var pod: Value = [
            "metadata": ["name": "x", "namespace": "default"],
            "spec": ["containers": [container], "resourceClaims": [["name": "a", "resourceClaimTemplateName": "t"]]],
        ]
        Defaulting.apply(info, to: &pod)
        var new = pod
        new["status"] = status
        return Set(Validation.validate(info, new, old: pod, subresource: "status").map(\.description))
    }
    private func mapping(_ container: Value = "c", _ resource: Value = "example.com/gpu", _ request: Value = "container-0-request-1")
        -> Value
    {
        ["containerName": container, "resourceName": resource, "requestName": request]
    }

    @Test func claimsAreThoseOfTheSpec() throws {
        #expect(try problems(["resourceClaimStatuses": [["name": "a", "resourceClaimName": "x-a-1"]]]) == [])
        let path = "status.resourceClaimStatuses"
        #expect(
            try problems(["resourceClaimStatuses": [["name": "a"], ["name": "a"], ["name": "b", "resourceClaimName": "_"]]])
                .isSuperset(of: [
                    "\(path)[1].name: Duplicate value: \"a\"",
                    "\(path)[2].name: Invalid value: \"b\": must match the name of an entry in `spec.resourceClaims`",
                ]))
    }
    @Test func devicesForExtendedResourcesAreMappedToWhatContainersAskFor() throws {
        #expect(try problems(["extendedResourceClaimStatus": ["requestMappings": [mapping()], "resourceClaimName": "x"]]) == [])
        let path = "status.extendedResourceClaimStatus"
        #expect(
            try problems(["extendedResourceClaimStatus": ["requestMappings": [], "resourceClaimName": ""]]) == [
                "\(path).requestMappings: Required value: at least one request mapping is required",
                "\(path).resourceClaimName: Required value",
            ])
        let wrong: Value = [mapping(), mapping("d"), mapping("c", "example.com/other"), mapping()]
        #expect(
            try problems(["extendedResourceClaimStatus": ["requestMappings": wrong, "resourceClaimName": "x"]]) == [
                "\(path).requestMappings[1].containerName: Invalid value: \"d\": must match the name of an entry in spec.initContainers.name or spec.containers.name",
                "\(path).requestMappings[2].resourceName: Invalid value: \"example.com/other\": must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests",
                "\(path).requestMappings[3].containerName: Duplicate value: \"c\"",
                "\(path).requestMappings[3].resourceName: Duplicate value: \"example.com/gpu\"",
                "\(path).requestMappings[3].requestName: Duplicate value: \"container-0-request-1\"",
            ])
    }
}
