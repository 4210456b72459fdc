import Control
import Documents
import Reconcile
import Storage
import Testing

@Suite struct RealmWriterTests {
    private let kind = SetFields.kind
    private let document: Value = ["metadata": ["name": "a", "namespace": "default"], "spec": ["count": 1]]

    @Test func aNewDocumentGetsItsMetadata() async throws {
        let bed = try await Bed(seed: 1)
        try bed.apply(.create(kind, document))
        let set = try #require(bed.set())
        #expect(set.metadata.uid?.count == 36)
        #expect(set.metadata.creationTimestamp == bed.clock.now.text)
        #expect(set.metadata.generation == 1)
        #expect(set.value["apiVersion"] == "test/v1" && set.value["kind"] == "Set")
        #expect(throws: ChangeError.alreadyExists("test/sets/default/a already exists")) { try bed.apply(.create(kind, document)) }
        #expect(throws: ChangeError.self) { try bed.apply(.create(kind, ["metadata": ["namespace": "default"]])) }
    }
    @Test func generationCountsWhatIsDesired() async throws {
        let bed = try await Bed(seed: 1)
        try bed.apply(.create(kind, document))
        try bed.apply(.patch(kind, namespace: "default", name: "a", ["status": ["count": 5]], subresource: "status"))
        try bed.apply(.patch(kind, namespace: "default", name: "a", ["metadata": ["labels": ["x": "y"]]]))
        #expect(bed.set()?.metadata.generation == 1)
        try bed.apply(.patch(kind, namespace: "default", name: "a", ["spec": ["count": 5]]))
        #expect(bed.set()?.metadata.generation == 2)
    }
    @Test func aSubresourcePatchLeavesTheRest() async throws {
        let bed = try await Bed(seed: 1)
        try bed.apply(.create(kind, document))
        try bed.apply(
            .patch(kind, namespace: "default", name: "a", ["status": ["count": 5], "spec": ["count": 9]], subresource: "status"))
        #expect(bed.set()?.spec.count == 1)
        #expect(bed.set()?.status.count == 5)
    }
    @Test func anOldDocumentIsRefused() async throws {
        let bed = try await Bed(seed: 1)
        try bed.apply(.create(kind, document))
        var old = try #require(bed.set())
        try bed.apply(.patch(kind, namespace: "default", name: "a", ["spec": ["count": 5]]))
        old.spec.count = 2
        let stale = old.value
        #expect(throws: ChangeError.self) { try bed.apply(.update(kind, stale)) }
        var unguarded = stale
        unguarded["metadata"]["resourceVersion"] = .null
        try bed.apply(.update(kind, unguarded))
        #expect(bed.set()?.spec.count == 2)
    }
    @Test func finalizersHoldADeletion() async throws {
        let bed = try await Bed(seed: 1)
        var held = document
        held["metadata"]["finalizers"] = ["test/one"]
        try bed.apply(.create(kind, held))
        try bed.apply(.delete(kind, namespace: "default", name: "a", uid: nil))
        #expect(bed.set()?.metadata.deletionTimestamp == bed.clock.now.text)
        let head = bed.realm.head
        try bed.apply(.delete(kind, namespace: "default", name: "a", uid: nil))
        #expect(bed.realm.head == head)
        try bed.apply(.patch(kind, namespace: "default", name: "a", ["metadata": ["finalizers": nil]]))
        #expect(bed.set() == nil)
        #expect(throws: ChangeError.self) { try bed.apply(.delete(kind, namespace: "default", name: "a", uid: nil)) }
    }
    @Test func aDeletionSparesANamesake() async throws {
        let bed = try await Bed(seed: 1)
        try bed.apply(.create(kind, document))
        #expect(throws: ChangeError.self) { try bed.apply(.delete(kind, namespace: "default", name: "a", uid: "other")) }
        #expect(bed.set() != nil)
    }
    @Test func writersThatRaceAllGetThrough() async throws {
        let bed = try await Bed(seed: 1)
        try bed.apply(.create(kind, document))
        for index in 0..<50 {
            _ = bed.executor.start { [writer = bed.writer, kind] in
                _ = try? await writer.apply(
                    .patch(kind, namespace: "default", name: "a", ["metadata": ["labels": .object(["l\(index)": "x"])]]), by: "t")
            }
        }
        bed.settle()
        #expect(bed.set()?.metadata.labels?.count == 50)
    }
}
