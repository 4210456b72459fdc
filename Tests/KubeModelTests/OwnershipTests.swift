import Control
import Documents
import KubeModel
import Testing

@Suite("Ownership of fields") struct OwnershipTests {
    private let schema = Schema.kubernetes
    private var type: ObjectType { get throws { try #require(schema.type("io.k8s.api.apps.v1.Deployment")) } }

    /// A random part of a Deployment.
    private func random(_ random: RandomSource) -> Value {
        func pick(_ count: Int) -> Int { random.int(in: 0..<count) }
        var document: Value = ["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"]]
        if pick(2) == 0 { document["spec"]["replicas"] = .int(Int64(pick(3))) }
        for label in ["a", "b", "c"] where pick(2) == 0 { document["metadata"]["labels"][label] = .string("\(pick(2))") }
        for finalizer in ["x", "y"] where pick(3) == 0 {
            document["metadata"]["finalizers"] = .array(document["metadata"]["finalizers"].items + [.string(finalizer)])
        }
        var containers: [Value] = []
        for name in ["one", "two", "three"] where pick(2) == 0 {
            var container: Value = ["name": .string(name)]
            if pick(2) == 0 { container["image"] = .string("i\(pick(2))") }
            if pick(2) == 0 { container["ports"] = [["containerPort": .int(Int64(80 + pick(2)))]] }
            if pick(2) == 0 { container["args"] = [.string("\(pick(2))")] }
            if pick(2) == 0 { container["securityContext"] = ["runAsUser": .int(Int64(pick(2)))] }
            containers.append(container)
        }
        if !containers.isEmpty { document["spec"]["template"]["spec"]["containers"] = .array(containers) }
        return document
    }

    private func applying(_ value: Value, _ manager: String) throws -> Applying {
        let configuration = try AppliedConfiguration(value, type: try type, schema: schema)
        return Applying(configuration, by: FieldManager(manager, .apply, apiVersion: "apps/v1"), at: "t")
    }

    /// Whether a document has everything that a configuration says.
    private func holds(_ config: Value, in document: Value) throws -> Bool {
        try applying(config, "x").apply(to: document, forced: true).document["spec"] == document["spec"]
    }

    @Test("Applying twice is applying once, whoever else wrote before", arguments: 0..<60 as Range<UInt64>)
    func twice(seed: UInt64) throws {
        let source = RandomSource(seed: seed)
        var document: Value = ["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"]]
        for round in 0..<12 {
            let config = random(source)
            let once = try applying(config, "m\(round % 3)").apply(to: document, forced: true)
            let again = try applying(config, "m\(round % 3)").apply(to: once.document, forced: false)
            #expect(again.document == once.document && again.conflicts.isEmpty)
            #expect(try holds(config, in: once.document))
            document = once.document
        }
    }

    @Test("Appliers that all give up leave nothing behind", arguments: 0..<40 as Range<UInt64>)
    func giveUp(seed: UInt64) throws {
        let source = RandomSource(seed: seed)
        let bare: Value = ["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"]]
        var document = bare
        for manager in ["a", "b", "c", "a", "b"] {
            document = try applying(random(source), manager).apply(to: document, forced: true).document
        }
        for manager in ["b", "c", "a", "before-first-apply"] {
            document = try applying(bare, manager).apply(to: document, forced: true).document
        }
        document["metadata"]["managedFields"] = .null
        for part in ["labels", "finalizers"] where document["metadata"][part].isNull { document["metadata"][part] = .null }
        #expect(document["spec"].isNull && document["metadata"] == bare["metadata"])
    }

    @Test("After an update the writer alone owns what changed, and nobody owns what is gone", arguments: 0..<40 as Range<UInt64>)
    func update(seed: UInt64) throws {
        let source = RandomSource(seed: seed)
        var (list, document) = (Value.null, Value.null)
        for round in 0..<10 {
            let new = random(source)
            let changes = FieldChanges(from: document, to: new, type: try type, schema: schema)
            let writer = FieldManager("m\(round % 4)", .update, apiVersion: "apps/v1")
            list = ManagedFields.updated(list, changes, by: writer, at: "t\(round)")
            for entry in list.items {
                let fields = try #require(FieldSet(entry["fieldsV1"]))
                if entry["manager"] != .string(writer.name) { #expect(!fields.overlaps(changes.touched)) }
                #expect(!fields.overlaps(changes.removed.subtracting(changes.touched)))
            }
            document = new
        }
        let all = FieldChanges(from: .null, to: document, type: try type, schema: schema).touched
        let owned = list.items.compactMap { FieldSet($0["fieldsV1"]) }.reduce(FieldSet.empty) { $0.union($1) }
        #expect(owned.contains(all.subtracting(all.subtracting(owned))))
        #expect(Set(owned.paths) == Set(all.paths))
    }

    @Test("Sets keep the laws of sets", arguments: 0..<30 as Range<UInt64>) func sets(seed: UInt64) throws {
        let source = RandomSource(seed: seed)
        func set() throws -> FieldSet { try AppliedConfiguration(random(source), type: type, schema: schema).fields }
        let (a, b) = (try set(), try set())
        #expect(a.union(b) == b.union(a))
        #expect(a.subtracting(b).union(a.intersection(b)) == a)
        #expect(a.overlaps(b) == !a.intersection(b).isEmpty)
        #expect(a.union(b).contains(a) && a.contains(a.intersection(b)))
        #expect(a.subtracting(b).intersection(b).isEmpty)
        #expect(FieldSet(a.value) == a)
    }

    @Test("More than ten updaters are told apart no longer") func capped() throws {
        var list = Value.null
        for round in 10..<30 {
            let document: Value = ["metadata": ["labels": ["l\(round)": "x"]]]
            let changes = FieldChanges(from: ["metadata": ["labels": [:]]], to: document, type: try type, schema: schema)
            list = ManagedFields.updated(list, changes, by: FieldManager("m\(round)", .update, apiVersion: "v1"), at: "t\(round)")
        }
        #expect(list.items.count == 10)
        #expect(list.items.contains { $0["manager"] == "ancient-changes" })
    }
}
