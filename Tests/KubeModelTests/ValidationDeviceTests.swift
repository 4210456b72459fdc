import Documents
import Testing

@testable import KubeModel

/// Slices of devices, and what claims' statuses say, each with upstream's words for what is wrong with it.
@Suite struct ValidationDeviceTests {
    private func document(_ kind: String, _ parts: Value) throws -> (KindInfo, Value) {
        let info = try #require(KindTable.kubernetes.find(apiVersion: "resource.k8s.io/v1", kind: kind))
        var document: Value = ["metadata": ["name": "x"]]
        if info.namespaced { document["metadata"]["namespace"] = "default" }
        for member in parts.object ?? [:] { document[member.key] = member.value }
        Defaulting.apply(info, to: &document)
        return (info, document)
    }
    private func slice(_ parts: Value) throws -> Set<String> {
        var spec: Value = [
            "driver": "d.example.com", "nodeName": "n", "pool": ["name": "p", "generation": 1, "resourceSliceCount": 1],
        ]
        for member in parts.object ?? [:] { spec[member.key] = member.value }
        let (info, document) = try document("ResourceSlice", ["spec": spec])
        return Set(Validation.validate(info, document).map(\.description))
    }
    private func devices(_ devices: Value...) throws -> Set<String> { try slice(["devices": .array(devices)]) }

    @Test func slicesSayWhereTheirDevicesAre() throws {
        #expect(try slice([:]) == [])
        let places = "`nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"
        #expect(try slice(["nodeName": .null]) == ["spec: Required value: exactly one of \(places)"])
        #expect(
            try slice(["allNodes": true]) == [
                "spec: Invalid value: \"{`nodeName`, `allNodes`}\": exactly one of \(places), but multiple fields are set"
            ])
        #expect(
            try slice(["pool": ["name": "p//", "resourceSliceCount": 0, "generation": -1], "sharedCounters": [], "devices": []])
                .isSuperset(of: [
                    "spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero",
                    "spec.pool.generation: Invalid value: -1: must be greater than or equal to zero",
                    "spec: Invalid value: \"\": only one of `sharedCounters` or `devices` is allowed",
                ]))
        #expect(
            try devices(["name": "a", "nodeName": "n"]) == [
                "spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec"
            ])
    }
    @Test func devicesSayWhatTheyAreAndWhatKeepsClaimsAway() throws {
        let device: Value = [
            "name": "a", "attributes": ["x": ["int": 1, "bool": true], "v": ["version": "1.2"], "d/": ["int": 1]],
            "capacity": ["c": ["value": "1", "requestPolicy": ["default": "1"]]],
            "taints": [["key": "k", "effect": "Odd"], ["key": ""]], "bindingConditions": ["a"],
            "consumesCounters": [["counterSet": "s"]],
        ]
        let found = try devices(device, ["name": "a"])
        #expect(
            found.isSuperset(of: [
                "spec.devices[0].attributes[v].version: Invalid value: \"1.2\": must be a string compatible with semver.org spec 2.0.0",
                "spec.devices[0].attributes[d/]: Invalid value: \"\": the name must not be empty",
                "spec.devices[0].capacity[c].requestPolicy: Forbidden: allowMultipleAllocations must be true",
                "spec.devices[0].taints[0].effect: Unsupported value: \"Odd\": supported values: \"NoExecute\", \"NoSchedule\", \"None\"",
                "spec.devices[0].taints[1].effect: Required value", "spec.devices[0].consumesCounters[0].counters: Required value",
                "spec.devices[0].bindingFailureConditions: Invalid value: null: bindingFailureConditions are required to use bindingConditions",
                "spec.devices[1]: Duplicate value: \"a\"",
            ]), "\(found)")
        #expect(
            found.contains {
                $0.hasPrefix("spec.devices[0].attributes[x]: Invalid value: ") && $0.hasSuffix(": exactly one value must be specified")
            })
        let many = (0..<65).map { Value.object(Object([.init("name", .string("d\($0)"))])) }
        #expect(try slice(["devices": .array(many)]) == [])
        var tainted = many
        tainted[0]["taints"] = [["key": "k", "effect": "NoSchedule"]]
        #expect(try slice(["devices": .array(tainted)]) == ["spec.devices: Too many: 65: must have at most 64 items"])
    }
    @Test(
        arguments: [
            (
                "{\"default\":\"1\",\"validValues\":[\"2\",\"1\"]}",
                ["validValues[1]: Invalid value: \"1\": values must be sorted in ascending order"]
            ),
            ("{\"validValues\":[\"1\"]}", ["default: Required value: required when validValues is defined"]),
            (
                "{\"default\":\"3\",\"validValues\":[\"1\",\"20\"]}",
                [
                    "validValues[1]: Invalid value: \"20\": option is larger than capacity value: 10",
                    "validValues: Invalid value: \"3\": default value is not valid according to the requestPolicy",
                ]
            ),
            (
                "{\"default\":\"1\",\"validRange\":{\"min\":\"2\",\"max\":\"11\",\"step\":\"2\"}}",
                [
                    "validRange.min: Invalid value: \"1\": default is less than min: 2",
                    "validRange.max: Invalid value: \"11\": max is larger than capacity value: 10",
                    "validRange.step: Invalid value: \"1\": value is not a multiple of a given step (2) from (2)",
                    "validRange.step: Invalid value: \"11\": value is not a multiple of a given step (2) from (2)",
                ]
            ),
            (
                "{\"default\":\"1\",\"validRange\":{\"min\":\"1\",\"step\":\"0\"}}",
                ["validRange.step: Invalid value: \"1\": value is not a multiple of a given step (0) from (1)"]
            ),
        ]
    ) func sharesAreAskedForByPolicies(policy: String, expected: [String]) throws {
        let capacity: Value = ["c": ["value": "10", "requestPolicy": try JSON.parse(policy)]]
        let found = try devices(["name": "a", "allowMultipleAllocations": true, "capacity": capacity])
        #expect(found == Set(expected.map { "spec.devices[0].capacity[c].requestPolicy.\($0)" }))
    }
    @Test func allocationsFitTheirClaimAndStayAsTheyAre() throws {
        let result: Value = ["request": "r", "driver": "d.example.com", "pool": "p", "device": "a"]
        let spec: Value = ["devices": ["requests": [["name": "r", "exactly": ["deviceClassName": "c"]]]]]
        func found(_ status: Value, _ before: Value = [:]) throws -> Set<String> {
            let (info, new) = try document("ResourceClaim", ["spec": spec, "status": status])
            let (_, old) = try document("ResourceClaim", ["spec": spec, "status": before])
            return Set(Validation.validate(info, new, old: old, subresource: "status").map(\.description))
        }
        let allocation: Value = ["devices": ["results": [result]]]
        let user: Value = ["resource": "pods", "name": "p", "uid": "1"]
        #expect(try found(["allocation": allocation, "reservedFor": [user]]) == [])
        #expect(
            try found(["reservedFor": [user, user, ["uid": "2"]]]) == [
                "status.reservedFor: Forbidden: may not be specified when `allocated` is not set",
                "status.reservedFor[1]: Duplicate value: \"1\"", "status.reservedFor[2].resource: Required value",
                "status.reservedFor[2].name: Required value",
            ])
        let crowd = (0...256).map { Value.object(["resource": "pods", "name": "p", "uid": .string("\($0)")]) }
        #expect(
            try found(["allocation": allocation, "reservedFor": .array(crowd)]) == [
                "status.reservedFor: Too many: 257: must have at most 256 items"
            ])
        var other = allocation
        other["devices"]["results"] = [["request": "z", "driver": "d.example.com", "pool": "p", "device": "a", "shareID": "A"]]
        #expect(
            try found(["allocation": other]) == [
                "status.allocation.devices.results[0].request: Invalid value: \"z\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
                "status.allocation.devices.results[0].shareID: Invalid value: \"A\": must be a lowercase UUID in 8-4-4-4-12 format",
            ])
        #expect(try found(["allocation": other], ["allocation": allocation]).first?.hasSuffix(": field is immutable") == true)
        #expect(
            try found(["allocation": allocation, "devices": [["driver": "d.example.com", "pool": "p", "device": "b"]]]) == [
                "status.devices[0]: Invalid value: \"d.example.com/p/b\": must be an allocated device in the claim"
            ])
    }
    @Test func claimsAndClassesNameWhatTheyMean() throws {
        func found(_ kind: String, _ spec: Value) throws -> Set<String> {
            let (info, document) = try document(kind, ["spec": spec])
            return Set(Validation.validate(info, document).map(\.description))
        }
        #expect(
            try found("DeviceClass", ["extendedResourceName": "kubernetes.io/gpu"]) == [
                "spec.extendedResourceName: Invalid value: \"kubernetes.io/gpu\": must be a valid extended resource name"
            ])
        #expect(try found("DeviceClass", ["extendedResourceName": "example.com/gpu"]) == [])
        let tolerations: Value = [["operator": "Exists", "value": "v"], ["operator": "Odd", "effect": "x"]]
        let request: Value = ["name": "r", "exactly": ["deviceClassName": "c", "tolerations": tolerations]]
        let place = "spec.devices.requests[0].exactly.tolerations"
        #expect(
            try found("ResourceClaim", ["devices": ["requests": [request], "constraints": [[:], ["distinctAttribute": "a"]]]]) == [
                "\(place)[0].value: Invalid value: \"v\": must be empty for operator `Exists`",
                "\(place)[1].operator: Unsupported value: \"Odd\": supported values: \"Equal\", \"Exists\"",
                "\(place)[1].effect: Unsupported value: \"x\": supported values: \"NoExecute\", \"NoSchedule\", \"None\"",
                "spec.devices.constraints[0]: Required value: exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set",
                "spec.devices.constraints[1].distinctAttribute: Invalid value: \"a\": a fully qualified name must be a domain and a name separated by a slash",
            ])
    }
}
