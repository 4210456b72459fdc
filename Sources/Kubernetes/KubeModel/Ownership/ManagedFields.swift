package import Documents

/// Who owns which fields of a document: its `metadata.managedFields`. Source: upstream's managedfields package.
package struct ManagedFields: Sendable {
    var entries: [ManagedFieldsEntry]
    init(_ entries: [ManagedFieldsEntry]) { self.entries = entries }

    /// Reads the entries; nil when one is malformed.
    package init?(_ value: Value) {
        guard let entries = value.isNull ? [] : value.array else { return nil }
        self.entries = []
        for entry in entries {
            guard let entry = ManagedFieldsEntry(entry) else { return nil }
            self.entries.append(entry)
        }
    }
    /// Whether nobody owns anything.
    package var isEmpty: Bool { entries.isEmpty }
    /// The list as documents carry it; null when empty.
    package var value: Value { entries.isEmpty ? .null : .array(entries.sorted(by: ManagedFieldsEntry.precedes).map(\.value)) }
    /// What the client sent to be written, where it may write it: `[{}]` clears the list, an empty or malformed one counts as not sent.
    /// Source: upstream's decodeLiveOrNew.
    package static func sent(_ sent: Value, stored: Value) -> Value {
        guard sent != stored, !sent.items.isEmpty else { return stored }
        if sent == [[:]] { return .null }
        return ManagedFields(sent)?.value ?? stored
    }

    /// The list of a document that is new.
    package static func created(_ changes: FieldChanges, by manager: FieldManager, at time: String) -> Value {
        changes.touched.isEmpty ? .null : [ManagedFieldsEntry(manager, changes.touched, time: time).value]
    }

    /// The list after changes: what was touched is the manager's alone, what is gone is nobody's.
    ///
    /// Entries that the changes leave alone keep their values as they are.
    package static func updated(_ list: Value, _ changes: FieldChanges, by manager: FieldManager, at time: String) -> Value {
        guard !changes.isEmpty else { return list }
        var (result, own): ([ManagedFieldsEntry], ManagedFieldsEntry?) = ([], nil)
        for value in list.items {
            guard var entry = ManagedFieldsEntry(value) else { continue }
            if entry.manager.isSame(as: manager) {
                if entry.fields.overlaps(changes.removed) { entry.fields = entry.fields.subtracting(changes.removed) }
                own = entry
                continue
            }
            if entry.fields.overlaps(changes.touched) { entry.fields = entry.fields.subtracting(changes.touched) }
            if entry.fields.overlaps(changes.removed) { entry.fields = entry.fields.subtracting(changes.removed) }
            if !entry.fields.isEmpty { result.append(entry) }
        }
        if !changes.touched.isEmpty {
            var entry = own ?? ManagedFieldsEntry(manager, changes.touched, time: time)
            if !entry.fields.contains(changes.touched) { entry.fields = entry.fields.union(changes.touched) }
            entry.time = time
            own = entry
        }
        if let own, !own.fields.isEmpty { result.append(own) }
        return ManagedFields(capped(result)).value
    }

    /// So many updaters are told apart. Source: upstream's capmanagers.
    static let most = 10
    /// The oldest updaters of too many become one.
    private static func capped(_ entries: [ManagedFieldsEntry]) -> [ManagedFieldsEntry] {
        let updaters = entries.filter { $0.manager.operation == .update }.sorted { $0.time < $1.time }
        guard updaters.count > most else { return entries }
        let old = updaters.prefix(updaters.count - most + 1)
        var result = entries.filter { entry in !old.contains { $0.manager == entry.manager } }
        for version in Set(old.map(\.manager.apiVersion)).sorted() {
            let merged = old.filter { $0.manager.apiVersion == version }
            result.append(
                ManagedFieldsEntry(
                    FieldManager("ancient-changes", .update, apiVersion: version),
                    merged.reduce(FieldSet()) { $0.union($1.fields) }, time: merged.last?.time ?? ""))
        }
        return result
    }
}
