import AWSProtocol
package import Control
package import Documents
package import Reconcile
package import Storage

/// A service's documents in one realm, read and written by kind.
package struct Records: Sendable {
    package let realm: Realm
    package let clock: any WallClock
    package let random: RandomSource
    private let writer: any ChangeWriter

    /// The documents of `realm`, written through `writer`.
    package init(realm: Realm, writer: any ChangeWriter, clock: any WallClock, random: RandomSource) {
        (self.realm, self.writer, self.clock, self.random) = (realm, writer, clock, random)
    }

    /// The document of that name, nil when there is none.
    package func get(_ kind: Kind, _ name: String, in namespace: String? = nil) -> Value? {
        realm.snapshot().get(kind.key(namespace, name))?.value
    }
    /// All documents of a kind (of one namespace when given), by key.
    package func list(_ kind: Kind, in namespace: String? = nil) -> [Value] {
        let prefix = namespace.map { kind.prefix + $0 + "/" } ?? kind.prefix
        return realm.snapshot().range(prefix: prefix, after: nil, limit: 0).map(\.value)
    }
    /// The names of all documents of a kind (of one namespace when given), without reading them.
    package func names(_ kind: Kind, in namespace: String? = nil) -> Set<String> {
        let prefix = namespace.map { kind.prefix + $0 + "/" } ?? kind.prefix
        return Set(realm.snapshot().range(prefix: prefix, after: nil, limit: 0).map { String($0.key.dropFirst(prefix.count)) })
    }
    /// Stores a new document and returns it as stored.
    /// - Throws: `ChangeError`, `alreadyExists` when the name is taken.
    package func create(_ kind: Kind, _ document: Value) async throws -> Value {
        _ = try await writer.apply(.create(kind, document), by: "region")
        return realm.snapshot().get(kind.key(of: document))?.value ?? document
    }
    /// Changes a document; asks again with the newer one when another writer was faster. Returns nil when there is no such document.
    /// - Throws: what `change` throws, or `ChangeError`.
    package func update(
        _ kind: Kind, _ name: String, in namespace: String? = nil, _ change: (inout Value) throws -> Void
    ) async throws -> Value? {
        while let before = get(kind, name, in: namespace) {
            var document = before
            try change(&document)
            if document == before { return document }
            switch await outcome(of: .update(kind, document)) {
            case nil: return get(kind, name, in: namespace) ?? document
            case .conflict: continue
            case .notFound: return nil
            case let error?: throw error
            }
        }
        return nil
    }
    /// Deletes a document, whatever state another writer brought it to meanwhile; one with finalizers stays, marked, until its controllers
    /// are done. Nothing happens when there is none.
    package func delete(_ kind: Kind, _ name: String, in namespace: String? = nil) async throws {
        while true {
            switch await outcome(of: .delete(kind, namespace: namespace, name: name, uid: nil)) {
            case nil, .notFound: return
            case .conflict: continue
            case let error?: throw error
            }
        }
    }
    /// Applies a change; nil when it went well.
    private func outcome(of change: Change) async -> ChangeError? {
        do throws(ChangeError) {
            _ = try await writer.apply(change, by: "region")
            return nil
        } catch { return error }
    }
}

/// The same by field views.
extension Records {
    /// The document; `nil` when there is none of that name or it is of another kind.
    package func get<F: KindFields>(_: View<F>.Type, _ name: String, in namespace: String? = nil) -> View<F>? {
        get(F.kind, name, in: namespace).flatMap(View<F>.init)
    }
    package func list<F: KindFields>(_: View<F>.Type, in namespace: String? = nil) -> [View<F>] {
        list(F.kind, in: namespace).compactMap(View<F>.init)
    }
    package func create<F: KindFields>(_ document: View<F>) async throws -> View<F> {
        View<F>(try await create(F.kind, document.value)) ?? document
    }
    /// Changes the document by `change`, again on a conflict; `nil` when there is none.
    package func update<F: KindFields>(
        _: View<F>.Type, _ name: String, in namespace: String? = nil, _ change: (inout View<F>) throws -> Void
    ) async throws -> View<F>? {
        let updated = try await update(F.kind, name, in: namespace) { document in
            guard var view = View<F>(document) else { return }
            try change(&view)
            document = view.value
        }
        return updated.flatMap(View<F>.init)
    }
    /// Deletes the document; nothing happens when there is none.
    package func delete<F: KindFields>(_: View<F>.Type, _ name: String, in namespace: String? = nil) async throws {
        try await delete(F.kind, name, in: namespace)
    }
}
