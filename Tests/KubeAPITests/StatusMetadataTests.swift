import Documents
import KubeAPI
import Testing

/// Which metadata a status update may change. Source: the status strategies of upstream's registries.
@Suite struct StatusMetadataTests {
    /// A kind's collection, a new document without metadata, and whether its status keeps labels and owner references as they are.
    struct Case: Sendable, CustomTestStringConvertible {
        let path: String
        var spec: Value = .null
        var keepsLabels = false
        var keepsOwnerReferences = false
        var testDescription: String { path }
    }
    private static let workload: Value = [
        "selector": ["matchLabels": ["a": "b"]],
        "template": ["metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "c", "image": "i"]]]],
    ]
    private static let cases = [
        Case(path: "/api/v1/namespaces/default/pods", spec: ["containers": [["name": "c", "image": "i"]]], keepsOwnerReferences: true),
        Case(path: "/apis/apps/v1/namespaces/default/deployments", spec: workload, keepsLabels: true),
        Case(path: "/apis/apps/v1/namespaces/default/replicasets", spec: workload),
        Case(path: "/api/v1/nodes"),
        Case(
            path: "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims", spec: ["devices": [:]], keepsLabels: true,
            keepsOwnerReferences: true),
        Case(
            path: "/apis/storage.k8s.io/v1/volumeattachments",
            spec: ["attacher": "d.example.com", "nodeName": "n", "source": ["persistentVolumeName": "v"]], keepsLabels: true,
            keepsOwnerReferences: true),
        Case(
            path: "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas",
            spec: ["priorityLevelConfiguration": ["name": "exempt"], "matchingPrecedence": 9], keepsLabels: true,
            keepsOwnerReferences: true),
        Case(
            path: "/apis/networking.k8s.io/v1/servicecidrs", spec: ["cidrs": ["10.99.0.0/24"]], keepsLabels: true,
            keepsOwnerReferences: true),
    ]

    @Test(arguments: cases) func statusesChangeWhatTheirKindLetsThem(kind: Case) async throws {
        let bed = try await ClusterBed()
        var made = try await bed.post(kind.path, ["metadata": ["name": "x"], "spec": kind.spec])
        try #require(made.status == 201, "\(made.text)")
        var document = made.json
        document["metadata"]["labels"] = ["l": "v"]
        let owner: Value = ["apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "u"]
        document["metadata"]["ownerReferences"] = [owner]
        made = try await bed.put("\(kind.path)/x/status", document)
        try #require(made.status == 200, "\(made.text)")
        let metadata = made["metadata"]
        #expect(metadata["labels"]["l"].isNull == kind.keepsLabels && metadata["ownerReferences"].isNull == kind.keepsOwnerReferences)
    }
    @Test func anAppliedStatusOwnsNoMetadataThatItCannotChange() async throws {
        let bed = try await ClusterBed()
        let path = "/apis/storage.k8s.io/v1/volumeattachments"
        let spec: Value = ["attacher": "d.example.com", "nodeName": "n", "source": ["persistentVolumeName": "v"]]
        #expect(try await bed.post(path, ["metadata": ["name": "x"], "spec": spec]).status == 201)
        let configuration: Value = [
            "apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment", "metadata": ["name": "x", "labels": ["l": "v"]],
            "status": ["attached": true],
        ]
        let applied = try await bed.send(
            "PATCH", "\(path)/x/status?fieldManager=m", configuration, type: "application/apply-patch+yaml")
        #expect(applied.status == 200 && applied["metadata"]["labels"].isNull && applied["status"]["attached"] == true)
        let owned = applied["metadata"]["managedFields"].items.first { $0["manager"] == "m" }?["fieldsV1"]
        #expect(owned == ["f:status": ["f:attached": [:]]])
    }
}
