import Control
import Documents
import Storage
import Synchronization
import Testing

@testable import Reconcile

/// What a change of a stored document tells without decoding it.
@Suite struct WorldChangeTests {
    private static let lease = Kind(group: "test", "Lease", prefix: "test/leases/")

    private static func document(
        uid: String = "u", owner: String? = nil, references: Value? = nil, renewed: Int, status: Value = .null
    ) -> Encoded {
        var metadata: Value = ["name": "a", "namespace": "n", "uid": .string(uid), "annotations": ["say": #""managedFields":[ is text"#]]
        if let owner { metadata["ownerReferences"] = [["uid": .string(owner)]] }
        if let references { metadata["ownerReferences"] = references }
        return Encoded(
            document: ["kind": "Lease", "metadata": metadata, "spec": ["renewTime": .int(Int64(renewed))], "status": status],
            owners: Array(#"[{"manager":"kubelet","time":"\#(renewed)"}]"#.utf8))
    }

    /// The changes that a world sees of these documents, one after the other under one key.
    private static func changes(_ documents: [Encoded]) async throws -> (changes: [WorldChange], world: World) {
        let seen = try await changes(documents, []) {}
        return (seen.changes, seen.world)
    }
    /// The same with indexes, and what `note` says behind each change.
    private static func changes<Note>(
        _ documents: [Encoded], _ indexes: [WorldIndex], note: () -> Note
    ) async throws -> (changes: [WorldChange], world: World, notes: [Note]) {
        let realm = try await Store.memory(clock: ManualClock()).realm("r")
        let cache = WorldCache(realm: realm, indexes: indexes)
        try cache.start()
        var (changes, notes): ([WorldChange], [Note]) = ([], [])
        for document in documents {
            _ = try await realm.commit(Write("test/leases/n/a", .put(document), if: .none))
            changes += cache.take()
            notes.append(note())
        }
        return (changes, cache.world(now: Timestamp(seconds: 0)), notes)
    }

    @Test func aRenewalKeepsTheMetadata() async throws {
        let seen = try await Self.changes((0..<12).map { Self.document(renewed: $0) })
        #expect(seen.changes.map(\.keepsMetadata) == [false] + Array(repeating: true, count: 11))
        #expect(seen.changes.allSatisfy { $0.namespace == "n" && $0.name == "a" })
        #expect(seen.world.key(uid: "u") == "test/leases/n/a")
    }

    @Test func anotherOwnerOrUIDIsSeenAndFiled() async throws {
        let seen = try await Self.changes([
            Self.document(owner: "first", renewed: 1), Self.document(owner: "second", renewed: 1),
            Self.document(owner: "second", renewed: 2),
            Self.document(uid: "v", owner: "second", renewed: 2),
        ])
        #expect(seen.changes.map(\.keepsMetadata) == [false, false, true, false])
        #expect(seen.world.dependents(of: "first").isEmpty)
        #expect(seen.world.dependents(of: "second") == ["test/leases/n/a"])
        #expect(seen.world.key(uid: "u") == nil && seen.world.key(uid: "v") == "test/leases/n/a")
    }

    @Test func whatControlsADocumentIsKnownByItsKind() async throws {
        let kind = Kind(group: "apps", "ReplicaSet", prefix: "apps/replicasets/")
        func owners(_ version: String, _ name: String) -> Value {
            [
                ["uid": "o", "kind": "Node", "name": "x"],
                ["uid": "c", "apiVersion": .string(version), "kind": "ReplicaSet", "name": .string(name), "controller": true],
            ]
        }
        let seen = try await Self.changes([
            Self.document(references: owners("apps/v1", "first"), renewed: 1),
            Self.document(references: owners("apps/v1", "second"), renewed: 1),
            Self.document(references: owners("other/v1", "third"), renewed: 1),
        ])
        #expect(seen.changes.map { $0.controllers(of: kind).new } == ["apps/replicasets/n/first", "apps/replicasets/n/second", nil])
        #expect(seen.changes.map { $0.controllers(of: kind).old } == [nil, "apps/replicasets/n/first", "apps/replicasets/n/second"])
        #expect(seen.changes.allSatisfy { $0.owners == ["o", "c"] && $0.controllers(of: Self.lease).new == nil })
        #expect(seen.changes.allSatisfy { $0.isNamed("a") && !$0.isNamed("n/b") && !$0.isNamed("/a") && !$0.isNamed("") })
    }

    @Test func indexesAreAskedWhenTheirGroundHasChanged() async throws {
        let asked = Mutex<[String]>([])
        let indexes = [("metadata", WorldIndex.Ground.metadata), ("spec", .spec), ("everything", .everything)].map { name, ground in
            WorldIndex(name, of: Self.lease, ground: ground) { lease in
                asked.withLock { $0.append(name) }
                return [lease["spec"]?["renewTime"]?.int.map { "\($0)" } ?? ""]
            }
        }
        let first = Self.document(renewed: 1)
        let told = Self.document(renewed: 1, status: "told")
        let seen = try await Self.changes([first, told, Self.document(renewed: 2), Self.document(owner: "o", renewed: 2)], indexes) {
            asked.withLock { asked in
                defer { asked = [] }
                return Set(asked).sorted()
            }
        }
        #expect(
            seen.notes == [
                ["everything", "metadata", "spec"], ["everything"], ["everything", "spec"], ["everything", "metadata", "spec"],
            ])
        #expect(seen.changes.map(\.keepsSpec) == [false, true, false, false])
        #expect(seen.world.keys("spec", "2") == ["test/leases/n/a"] && seen.world.keys("spec", "1").isEmpty)
    }

    @Test func aDocumentWithoutManagedFieldsTellsNothing() async throws {
        let plain = Encoded(document: ["metadata": ["name": "a", "uid": "u"], "spec": ["x": 1]])
        let seen = try await Self.changes([plain, plain])
        #expect(seen.changes.map(\.keepsMetadata) == [false, false])
    }

    @Test func aWorldThatTakesManyChangesAtOnceIsTheOneThatTookEach() async throws {
        let random = RandomSource(seed: 3)
        let realm = try await Store.memory(clock: ManualClock()).realm("r")
        let index = WorldIndex("by time", of: Self.lease) { ["\($0["spec"]?["renewTime"]?.int ?? 0)"] }
        let (each, late) = (WorldCache(realm: realm, indexes: [index]), WorldCache(realm: realm, indexes: [index]))
        try each.start()
        try late.start()
        var (seen, shorter): ([String: Value], Int) = ([:], 0)
        for turn in 0..<400 {
            let key = "test/leases/n/\(random.int(in: 0..<4))"
            let isThere = realm.get(key) != nil
            if isThere, random.int(in: 0..<4) == 0 {
                _ = try await realm.commit(Write(key, .delete, if: .none))
            } else {
                let owner = random.int(in: 0..<2) == 0 ? "first" : "second"
                let document = Self.document(uid: isThere ? "u" : "v\(turn)", owner: owner, renewed: random.int(in: 0..<5))
                _ = try await realm.commit(Write(key, .put(document), if: .none))
            }
            shorter += each.take().count
            guard random.int(in: 0..<6) == 0 else { continue }
            let changes = late.take()
            shorter -= changes.count
            for change in changes {
                // A document that came and went meanwhile was never there.
                if change.old != nil, change.new != nil || seen[change.key] != nil { #expect(change.old == seen[change.key]) }
                seen[change.key] = change.new
            }
            let (left, right) = (each.world(now: Timestamp(seconds: 0)), late.world(now: Timestamp(seconds: 0)))
            #expect(left.revision == right.revision && left.keys(Self.lease) == right.keys(Self.lease))
            for key in left.keys(Self.lease) { #expect(left.value(key) == right.value(key) && left.value(key) == seen[key]) }
            for owner in ["first", "second"] { #expect(left.dependents(of: owner) == right.dependents(of: owner)) }
            for time in 0..<5 { #expect(left.keys("by time", "\(time)") == right.keys("by time", "\(time)")) }
        }
        #expect(shorter > 50, "some versions were never looked at")
    }
}
