package import Documents

/// One server-side apply. Source: structured-merge-diff, merge.Updater.
package struct Applying: Sendable {
    /// What an apply makes of a document.
    package struct Outcome: Sendable {
        /// The document, not defaulted, with its `managedFields`.
        package let document: Value
        /// Who is in the way, one a place; empty when the apply was forced.
        package let conflicts: [Conflict]
    }
    /// A place that another manager owns with another value.
    package struct Conflict: Sendable, Hashable {
        /// As messages name it.
        package let manager: String
        /// As messages write it: `.spec.replicas`.
        package let path: String
    }
    let configuration: AppliedConfiguration
    let manager: FieldManager
    let time: String

    /// - Parameter time: now, as documents write it.
    package init(_ configuration: AppliedConfiguration, by manager: FieldManager, at time: String) {
        (self.configuration, self.manager, self.time) = (configuration, manager, time)
    }

    /// The `managedFields` of a document that the configuration creates.
    package var created: Value {
        configuration.fields.isEmpty ? .null : ManagedFields([ManagedFieldsEntry(manager, configuration.fields, time: time)]).value
    }

    /// Applies the configuration to a document of its type.
    /// - Parameters:
    ///   - forced: takes the fields of others instead of reporting conflicts; places in `yielding` count as no conflict.
    package func apply(to live: Value, forced: Bool, yielding: FieldSet = FieldSet()) -> Outcome {
        let (type, schema) = (configuration.type, configuration.schema)
        let list = live["metadata"]["managedFields"]
        var others = owners(of: live, list)
        let last = others.firstIndex { $0.manager.isSame(as: manager) }.map { others.remove(at: $0) }
        let merge = AppliedMerge(schema: schema)
        var new = merge.merge(live, configuration.value, .fields(type))
        if let last {
            let kept = others.reduce(configuration.fields) { $0.union($1.fields) }
            new = merge.prune(new, .fields(type), last: last.fields.root, kept: kept.root)
        }
        let changes = FieldChanges(from: live, to: new, type: type, schema: schema)
        var conflicts: [Conflict] = []
        for index in others.indices {
            let overlap = others[index].fields.intersection(changes.touched)
            if !forced {
                let entry = others[index]
                conflicts += overlap.subtracting(yielding).paths.map { Conflict(manager: entry.manager.text(at: entry.time), path: $0) }
            }
            others[index].fields = others[index].fields.subtracting(overlap).subtracting(changes.removed)
        }
        var own = ManagedFieldsEntry(manager, configuration.fields, time: last?.time ?? time)
        let same = changes.isEmpty && own.fields == last?.fields && own.manager == last?.manager
        if !same { own.time = time }
        let all = ManagedFields((others + [own]).filter { !$0.fields.isEmpty }).value
        new["metadata"]["managedFields"] = same && !list.isNull ? list : all
        return Outcome(document: new, conflicts: conflicts)
    }

    /// The owners before; of a document that nobody owned yet all is owned by one who came before.
    private func owners(of live: Value, _ list: Value) -> [ManagedFieldsEntry] {
        let entries = list.items.compactMap(ManagedFieldsEntry.init)
        guard entries.isEmpty else { return entries }
        let all = FieldChanges(from: .null, to: live, type: configuration.type, schema: configuration.schema).touched
        return [ManagedFieldsEntry(FieldManager("before-first-apply", .update, apiVersion: manager.apiVersion), all, time: "")]
    }
}
