import Documents
import Testing

@testable import KubeModel

/// Kinds that say how the API itself works, each with upstream's words for what is wrong with it.
@Suite struct ValidationExtensionTests {
    private func faults(_ apiVersion: String, _ kind: String, _ parts: Value, name: String = "x") throws -> [String] {
        let info = try #require(KindTable.kubernetes.find(apiVersion: apiVersion, kind: kind))
        var document: Value = ["metadata": ["name": .string(name)]]
        if info.namespaced { document["metadata"]["namespace"] = "default" }
        for member in parts.object ?? [:] { document[member.key] = member.value }
        Defaulting.apply(info, to: &document)
        return Validation.validate(info, document).map(\.description)
    }

    @Test func flowSchemasSayWhomTheyMatch() throws {
        let (version, kind) = ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema")
        let subject: Value = ["kind": "User", "user": ["name": "a"]]
        let all: Value = ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "namespaces": ["*"]]
        var spec: Value = ["priorityLevelConfiguration": ["name": "workload-low"]]
        spec["rules"] = [["subjects": [subject], "resourceRules": [all]]]
        #expect(try faults(version, kind, ["spec": spec]) == [])
        spec["matchingPrecedence"] = 20_000
        spec["distinguisherMethod"] = ["type": "Odd"]
        spec["rules"] = [
            ["subjects": []],
            ["subjects": [["kind": "User"]], "nonResourceRules": [["verbs": ["see"], "nonResourceURLs": ["a", "/b*"]]]],
        ]
        let verbs =
            "\"create\", \"delete\", \"deletecollection\", \"get\", \"list\", \"patch\", \"proxy\", \"update\", \"watch\""
        #expect(
            try Set(faults(version, kind, ["spec": spec])) == [
                "spec.matchingPrecedence: Invalid value: 20000: must not be greater than 10000",
                "spec.distinguisherMethod.type: Unsupported value: {\"type\":\"Odd\"}: supported values: \"ByNamespace\", \"ByUser\"",
                "spec.rules[0].subjects: Required value: subjects must contain at least one value",
                "spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty",
                "spec.rules[1].subjects[0].user: Required value: user is required when subject kind is 'User'",
                "spec.rules[1].nonResourceRules[0].verbs: Unsupported value: [\"see\"]: supported values: \(verbs)",
                "spec.rules[1].nonResourceRules[0].nonResourceURLs[0]: Invalid value: \"a\": must start with slash",
                "spec.rules[1].nonResourceRules[0].nonResourceURLs[1]: Invalid value: \"/b*\": wildcard can only do suffix matching",
            ])
    }

    @Test func priorityLevelsDealHandsThatCanBeDealt() throws {
        func level(_ queuing: Value) throws -> [String] {
            let limited: Value = ["limitResponse": ["type": "Queue", "queuing": queuing]]
            return try faults(
                "flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", ["spec": ["type": "Limited", "limited": limited]])
        }
        let place = "spec.limited.limitResponse.queuing.handSize: Invalid value: "
        #expect(try level([:]) == [])
        #expect(try level(["queues": 4, "handSize": 5]) == [place + "5: should not be greater than queues (4)"])
        #expect(
            try level(["queues": 128, "handSize": 9]) == [
                place + "9: required entropy bits of deckSize 128 and handSize 9 should not be greater than 60"
            ])
        #expect(
            try faults("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", ["spec": ["type": "Exempt", "exempt": [:]]]) == [
                "spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'"
            ])
    }

    @Test func webhooksSayWhereTheyAreAndWhatTheyDo() throws {
        let found = try faults(
            "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration",
            ["webhooks": [["name": "a.b", "clientConfig": [:], "rules": [["operations": ["LOOK"], "apiGroups": ["*", "a"]]]]]])
        #expect(
            Set(found) == [
                "webhooks[0].name: Invalid value: \"a.b\": should be a domain with at least three segments separated by dots",
                "webhooks[0].rules[0].apiVersions: Required value", "webhooks[0].rules[0].resources: Required value",
                "webhooks[0].rules[0].apiGroups: Invalid value: [\"*\",\"a\"]: if '*' is present, must not specify other API groups",
                "webhooks[0].rules[0].operations[0]: Unsupported value: \"LOOK\": supported values: \"*\", \"CONNECT\", \"CREATE\", \"DELETE\", \"UPDATE\"",
                "webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun",
                "webhooks[0].clientConfig: Required value: exactly one of url or service is required",
                "webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1",
            ])
    }

    @Test(
        arguments: [
            (
                "apiregistration.k8s.io/v1", "APIService", ["spec": ["group": "a.b", "version": "v1", "groupPriorityMinimum": 1]],
                [
                    "metadata.name: Invalid value: \"x\": must be `spec.version+\".\"+spec.group`: \"v1.a.b\"",
                    "spec.versionPriority: Invalid value: 0: must be positive and less than 1000",
                ]
            ),
            (
                "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy",
                ["spec": ["matchConstraints": ["resourceRules": [[:]]], "validations": [["message": "m"]]]],
                ["spec.validations[0].expression: Required value: expression is not specified"]
            ),
            (
                "networking.k8s.io/v1", "ServiceCIDR", ["spec": ["cidrs": ["x"]]],
                ["spec.cidrs[0]: Invalid value: \"x\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]
            ),
            (
                "networking.k8s.io/v1", "IPAddress", ["spec": ["parentRef": ["resource": "services"]]],
                [
                    "metadata.name: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                    "spec.parentRef.name: Required value",
                ]
            ),
            (
                "discovery.k8s.io/v1", "EndpointSlice", ["addressType": "IPv4", "endpoints": [["addresses": ["::2"]]]],
                ["endpoints[0].addresses[0]: Invalid value: \"::2\": must be a valid IPv4 address"]
            ),
            (
                "discovery.k8s.io/v1", "EndpointSlice", ["addressType": "IPv4", "endpoints": [["addresses": ["127.0.0.1"]]]],
                ["endpoints[0].addresses[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)"]
            ),
            (
                "storage.k8s.io/v1", "CSIDriver", ["spec": ["fsGroupPolicy": "X"]],
                ["spec.fsGroupPolicy: Unsupported value: \"X\": supported values: \"File\", \"None\", \"ReadWriteOnceWithFSType\""]
            ),
            (
                "resource.k8s.io/v1", "ResourceClaim",
                ["spec": ["devices": ["requests": [["name": "a", "exactly": ["deviceClassName": "", "count": -1]]]]]],
                [
                    "spec.devices.requests[0].exactly.deviceClassName: Required value",
                    "spec.devices.requests[0].exactly.count: Invalid value: -1: must be greater than zero",
                ]
            ),
        ] as [(String, String, Value, [String])])
    func whatIsWrongIsSaidInUpstreamsWords(_ apiVersion: String, _ kind: String, _ parts: Value, _ words: [String]) throws {
        let found = try faults(apiVersion, kind, parts)
        #expect(Set(found) == Set(words), "\(found)")
    }
}
