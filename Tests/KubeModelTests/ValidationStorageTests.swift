import Documents
import Testing

@testable import KubeModel

/// Volumes, drivers and devices, each with upstream's words for what is wrong with it.
@Suite struct ValidationStorageTests {
    private static func document(_ info: KindInfo, _ parts: Value) -> Value {
        var document = parts
        if document["metadata"]["name"].isNull { document["metadata"]["name"] = "x" }
        if info.namespaced { document["metadata"]["namespace"] = "default" }
        Defaulting.apply(info, to: &document)
        return document
    }
    private func errors(_ apiVersion: String, _ kind: String, _ text: String, old: String? = nil) throws -> [String] {
        let info = try #require(KindTable.kubernetes.find(apiVersion: apiVersion, kind: kind))
        let before = try old.map { Self.document(info, try JSON.parse($0)) }
        return Validation.validate(info, Self.document(info, try JSON.parse(text)), old: before).map(\.description)
    }
    private func volume(_ rest: String, old: String? = nil) throws -> [String] {
        func whole(_ rest: String) -> String {
            #"{"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"# + rest + "}}"
        }
        return try errors("v1", "PersistentVolume", whole(rest), old: old.map(whole))
    }

    @Test(
        arguments: [
            (#""local":{"path":"/d"}"#, "spec.nodeAffinity: Required value: Local volume requires node affinity"),
            (
                #""hostPath":{"path":"/d"},"nodeAffinity":{}"#,
                "spec.nodeAffinity.required: Required value: must specify required node constraints"
            ),
            (
                #""hostPath":{"path":"/d"},"nodeAffinity":{"required":{"nodeSelectorTerms":[]}}"#,
                "spec.nodeAffinity.required.nodeSelectorTerms: Required value: must have at least one node selector term"
            ),
            (
                #""hostPath":{"path":"/"},"persistentVolumeReclaimPolicy":"Recycle""#,
                "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"
            ),
            (#""csi":{"driver":"d","volumeHandle":""}"#, "spec.csi.volumeHandle: Required value"),
            (
                #""csi":{"driver":"d","volumeHandle":"v","nodeExpandSecretRef":{"name":"n"}}"#,
                "spec.csi.nodeExpandSecretRef.namespace: Required value"
            ),
            (
                #""hostPath":{"path":"/d"},"volumeAttributesClassName":"fast""#,
                "spec.csi: Required value: has to be specified when using volumeAttributesClassName"
            ),
        ])
    func aVolumeIsOfOnePlaceAndKind(rest: String, fault: String) throws { #expect(try volume(rest) == [fault]) }

    @Test func whereAVolumeCanBeUsedIsSaidByLabelsAndNames() throws {
        let found = try volume(
            #""hostPath":{"path":"/d"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Gt","values":["1","2"]}],"#
                + #""matchFields":[{"key":"metadata.uid","operator":"Exists"},{"key":"metadata.name","operator":"In","values":["a","b"]}]}]}}"#
        )
        let terms = "spec.nodeAffinity.required.nodeSelectorTerms[0]"
        #expect(
            Set(found) == [
                "\(terms).matchExpressions[0].values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'",
                "\(terms).matchFields[0].operator: Invalid value: \"Exists\": not a valid selector operator",
                "\(terms).matchFields[0].key: Invalid value: \"metadata.uid\": not a valid field selector key",
                "\(terms).matchFields[1].values: Required value: must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
            ])
        func place(_ key: String, _ zone: String) -> String {
            #""local":{"path":"/d"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"\#(key)","operator":"In","values":["\#(zone)"]}]}]}}"#
        }
        let (older, newer) = ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone")
        #expect(try volume(place(newer, "a"), old: place(older, "a")).isEmpty, "a label has got another name")
        #expect(try volume(place(newer, "b"), old: place(newer, "a")).first?.hasSuffix("field is immutable") == true)
    }

    @Test(
        arguments: [
            (
                "v1", "PersistentVolumeClaim",
                #"{"spec":{"accessModes":["ReadWriteOncePod","ReadWriteOnce"],"resources":{"requests":{"storage":"1"}}}}"#,
                ["spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"]
            ),
            (
                "v1", "PersistentVolumeClaim",
                #"{"spec":{"resources":{"requests":{"storage":"1"}},"dataSource":{"kind":"Foo","name":"x"}}}"#,
                [
                    "spec.accessModes: Required value: at least 1 access mode is required",
                    "spec.dataSource: Invalid value: \"Foo\": must be 'PersistentVolumeClaim' when referencing the default apiGroup",
                ]
            ),
            (
                "storage.k8s.io/v1", "CSIDriver",
                #"{"spec":{"fsGroupPolicy":"X","tokenRequests":[{"audience":"a","expirationSeconds":1}]}}"#,
                [
                    "spec.fsGroupPolicy: Unsupported value: \"X\": supported values: \"File\", \"None\", \"ReadWriteOnceWithFSType\"",
                    "spec.tokenRequests[0].expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes",
                ]
            ),
            (
                "storage.k8s.io/v1", "CSINode",
                #"{"spec":{"drivers":[{"name":"a","nodeID":""},{"name":"a","nodeID":"n","allocatable":{"count":-1}}]}}"#,
                [
                    "spec.drivers[0].nodeID: Required value",
                    "spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0",
                    "spec.drivers[1].name: Duplicate value: \"a\"",
                ]
            ),
            (
                "storage.k8s.io/v1", "VolumeAttachment", #"{"spec":{"attacher":"","nodeName":"n","source":{}}}"#,
                [
                    "spec.attacher: Required value",
                    "spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName",
                ]
            ),
            (
                "storage.k8s.io/v1", "VolumeAttributesClass", #"{"driverName":"d"}"#,
                ["parameters: Required value: must contain at least one key/value pair"]
            ),
            (
                "v1", "Endpoints", #"{"subsets":[{"addresses":[{"ip":"127.0.0.1"}],"ports":[{"port":80}]},{}]}"#,
                [
                    "subsets[0].addresses[0].ip: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)",
                    "subsets[1]: Required value: must specify `addresses` or `notReadyAddresses`",
                ]
            ),
            (
                "resource.k8s.io/v1", "ResourceClaim",
                #"{"spec":{"devices":{"requests":[{"name":"a"},{"name":"b","exactly":{"deviceClassName":"c","allocationMode":"All","count":2}}],"constraints":[{"requests":["z"],"matchAttribute":"d/x"}]}}}"#,
                [
                    "spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required",
                    "spec.devices.requests[1].exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'",
                    "spec.devices.constraints[0].requests[0]: Invalid value: \"z\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
                ]
            ),
            (
                "rbac.authorization.k8s.io/v1", "ClusterRole", #"{"aggregationRule":{}}"#,
                [
                    "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil"
                ]
            ),
        ] as [(String, String, String, [String])])
    func whatUpstreamRefusesIsRefusedInItsWords(apiVersion: String, kind: String, text: String, faults: [String]) throws {
        #expect(Set(try errors(apiVersion, kind, text)) == Set(faults))
    }

    @Test(
        arguments: [
            (
                "storage.k8s.io/v1", "CSINode", #"{"spec":{"drivers":[{"name":"a","nodeID":"n","allocatable":{"count":1}}]}}"#,
                #"{"spec":{"drivers":[{"name":"a","nodeID":"n","allocatable":{"count":2}}]}}"#, true
            ),
            (
                "storage.k8s.io/v1", "CSINode", #"{"spec":{"drivers":[{"name":"a","nodeID":"n"}]}}"#,
                #"{"spec":{"drivers":[{"name":"a","nodeID":"m"}]}}"#, false
            ),
            (
                "storage.k8s.io/v1", "VolumeAttachment", #"{"spec":{"attacher":"a","nodeName":"n","source":{"persistentVolumeName":"v"}}}"#,
                #"{"spec":{"attacher":"a","nodeName":"m","source":{"persistentVolumeName":"v"}}}"#, false
            ),
            (
                "resource.k8s.io/v1", "ResourceClaim", #"{"spec":{"devices":{}}}"#,
                #"{"spec":{"devices":{"requests":[{"name":"a","exactly":{"deviceClassName":"c"}}]}}}"#, false
            ),
            ("storage.k8s.io/v1", "CSIDriver", #"{"spec":{"attachRequired":true}}"#, #"{"spec":{"attachRequired":false}}"#, false),
        ])
    func whatIsSaidOnceStays(apiVersion: String, kind: String, old: String, new: String, isAllowed: Bool) throws {
        #expect(try errors(apiVersion, kind, new, old: old).isEmpty == isAllowed)
    }
}
