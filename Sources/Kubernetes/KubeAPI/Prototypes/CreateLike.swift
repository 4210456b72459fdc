import Control
import Documents
import KubeModel
import Network
import Storage

extension APIServer {
    /// Answers POST by a prototype, or notes what may become one; nil where the request goes the whole way and is not
    /// worth a note.
    func createLike(_ context: inout RequestContext, _ target: Target, _ options: WriteOptions) async throws -> Written? {
        guard let scope = PrototypeScope(target, options), case .bytes(let body) = context.request.body,
            body.count <= PrototypeTable.largestDocument, Self.isPlainJSON(context.request.headers["content-type"])
        else { return nil }
        let candidates = prototypes.candidates(scope)
        if let (prototype, sent) = find(candidates, scope, matching: { $0.match(body) }) {
            return try await create(target, prototype, sent)
        }
        let stamp = prototypes.marks.stamp
        guard let blanks = KindRules.of(target.info).blanks, let text = try? Document(body) else { return nil }
        context.document = text
        let source = PrototypeSource.text(SentText(text, blanks))
        guard prototypes.isRepeated(scope, source), let sent = source.match(body) else { return nil }
        let metadata = text.root["metadata"]
        let sketch = PrototypeSketch(
            scope, source, sent, generateName: Self.generateName(metadata?["name"]?.string, metadata?["generateName"]?.string),
            stamp: stamp)
        let document = try await decodeDocument(context, options, target.info)
        return try await create(target, document, options, context.warnings, sketch: sketch)
    }

    /// The same for a controller's document, as it came.
    func createLike(_ target: Target, _ document: Value, _ options: WriteOptions, shaped: () throws -> Value) async throws -> Written? {
        guard let scope = PrototypeScope(target, options) else { return nil }
        if let (prototype, sent) = find(prototypes.candidates(scope), scope, matching: { $0.match(document) }) {
            return try await create(target, prototype, sent)
        }
        let stamp = prototypes.marks.stamp
        guard let blanks = KindRules.of(target.info).blanks else { return nil }
        let source = PrototypeSource.tree(SentTree(document, blanks))
        guard prototypes.isRepeated(scope, source), let sent = source.match(document) else { return nil }
        let metadata = document["metadata"]
        let sketch = PrototypeSketch(
            scope, source, sent, generateName: Self.generateName(metadata["name"].string, metadata["generateName"].string), stamp: stamp)
        return try await create(target, try shaped(), options, Warnings(), sketch: sketch)
    }

    private static func generateName(_ name: String?, _ prefix: String?) -> String? { (name ?? "").isEmpty ? prefix : nil }
    private static func isPlainJSON(_ header: String?) -> Bool { header == nil || header == MediaType.json.rawValue }

    /// The prototype that a document is like, and what it has in the blanks.
    private func find(_ candidates: [Prototype], _ scope: PrototypeScope, matching match: (PrototypeSource) -> [String]?) -> (
        Prototype, [String]
    )? {
        for prototype in candidates {
            guard let sent = match(prototype.source) else { continue }
            guard prototype.stands(realm, prototypes.marks) else {
                prototypes.forget(prototype, scope)
                continue
            }
            prototypes.used(prototype)
            return (prototype, sent)
        }
        return nil
    }

    /// Stores what a prototype makes of a document.
    private func create(_ target: Target, _ prototype: Prototype, _ sent: [String]) async throws -> Written {
        if let name = prototype.name(in: sent) { return try await create(target.named(name), prototype, name, sent) }
        return try await named(prototype.generateName ?? "", target.info) { name in
            try await create(target.named(name), prototype, name, sent)
        }
    }
    private func create(_ target: Target, _ prototype: Prototype, _ name: String, _ sent: [String]) async throws -> Written {
        let filling = Prototype.Filling(name: name, sent: sent, uid: random.uuid(), time: clock.now.text)
        let document = prototype.document(filling) { random.suffix(AdmissionRequest.Drawn.length) }
        return .stored(try await commit(target, .put(document), if: .absent))
    }
}

extension PrototypeSource {
    /// What a text has in the blanks; nil when it is another.
    func match(_ sent: [UInt8]) -> [String]? { if case .text(let text) = self { text.match(sent) } else { nil } }
    /// What a tree has in the blanks; nil when it is another.
    func match(_ sent: Value) -> [String]? { if case .tree(let tree) = self { tree.match(sent) } else { nil } }
}
