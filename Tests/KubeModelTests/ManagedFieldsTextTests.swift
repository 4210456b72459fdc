import Documents
import Testing

@testable import KubeModel

/// The texts of `managedFields` are made without the trees that say what they must be.
@Suite struct ManagedFieldsTextTests {
    private static let kinds = [
        "io.k8s.api.core.v1.Pod", "io.k8s.api.core.v1.ConfigMap", "io.k8s.api.core.v1.Service", "io.k8s.api.apps.v1.Deployment",
        "io.k8s.api.core.v1.Node", "io.k8s.api.coordination.v1.Lease", "io.k8s.api.networking.v1.NetworkPolicy",
    ]

    @Test(arguments: kinds) func theOwnerOfANewDocumentIsWrittenAsItsSetIs(_ name: String) throws {
        let (schema, type) = (Schema.kubernetes, try #require(Schema.kubernetes.type(name)))
        var random = RandomDocuments(7)
        for round in 0..<60 {
            let document = random.document(type)
            let manager = FieldManager("te\"st", .update, apiVersion: "v1", subresource: round % 2 == 0 ? "" : "status")
            var counted = document
            if round % 3 == 0 { counted["status"] = .null }
            let tree = ManagedFields.created(
                FieldChanges(from: .null, to: counted, type: type, schema: schema), by: manager, at: "2026-01-01T00:00:00Z")
            let text = ManagedFields.text(
                created: document, type: type, schema: schema, without: round % 3 == 0 ? "status" : nil, by: manager,
                at: "2026-01-01T00:00:00Z")
            #expect(text.map { String(decoding: $0, as: UTF8.self) } == (tree.isNull ? nil : JSON.text(tree)))
        }
    }

    @Test(arguments: kinds) func anUpdateOfTheTextIsTheTextOfTheUpdate(_ name: String) throws {
        let (schema, type) = (Schema.kubernetes, try #require(Schema.kubernetes.type(name)))
        var random = RandomDocuments(11)
        for _ in 0..<12 {
            var document = random.document(type)
            let creator = FieldManager("creator", .update, apiVersion: "v1")
            var tree = ManagedFields.created(
                FieldChanges(from: .null, to: document, type: type, schema: schema), by: creator, at: "2026-01-01T00:00:00Z")
            var text = tree.isNull ? nil : JSON.encode(tree)
            for step in 0..<24 {
                let next = random.changed(document, random.document(type))
                let changes = FieldChanges(from: document, to: next, type: type, schema: schema)
                let manager = FieldManager(
                    "manager-\(random.below(14))", .update, apiVersion: "v1", subresource: step % 4 == 0 ? "status" : "")
                let time = "2026-01-01T00:00:\(10 + step / 2)Z"
                guard !tree.isNull, let before = text else { break }
                tree = ManagedFields.updated(tree, changes, by: manager, at: time)
                text = ManagedFields.updated(text: before, changes, by: manager, at: time)
                #expect(text.map { String(decoding: $0, as: UTF8.self) } == (tree.isNull ? nil : JSON.text(tree)))
                document = next
            }
        }
    }

    @Test func whatAClientSendsBackIsKeptAsItStands() throws {
        let list: Value = [
            [
                "manager": "a", "operation": "Update", "apiVersion": "v1", "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1",
                "fieldsV1": ["f:data": ["f:x": [:]]],
            ]
        ]
        let text = JSON.encode(list)
        #expect(ManagedFields.sent(list, text: text) == text)
        #expect(ManagedFields.sent(.null, text: text) == text)
        #expect(ManagedFields.sent([], text: text) == text)
        #expect(ManagedFields.sent([[:]], text: text) == nil)
        #expect(ManagedFields.sent(["nonsense"], text: text) == text)
        var other = list.items
        other[0]["manager"] = "b"
        #expect(ManagedFields.sent(.array(other), text: text) == JSON.encode(.array(other)))
    }
}
