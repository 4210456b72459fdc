package import Documents
package import Storage

/// One intended write. Data, not an effect: the runner carries it out with optimistic concurrency.
package enum Change: Sendable, Hashable {
    /// A new document.
    case create(Kind, Value)
    /// A whole document as it should be; its `metadata.resourceVersion` guards against lost updates.
    case update(Kind, Value)
    /// The status part (for Pods, status only) of the document; guarded by `metadata.resourceVersion` when it is there.
    case updateStatus(Kind, Value)
    /// A JSON merge patch of the document, or of a subresource such as `status`.
    case patch(Kind, namespace: String?, name: String, Value, subresource: String? = nil)
    /// A strategic merge patch, whose lists are merged by their keys: for lists that several write. Clusters' documents only.
    case strategicPatch(Kind, namespace: String?, name: String, Value, subresource: String? = nil)
    /// Deletion; `uid` guards against deleting a namesake. `gracePeriodSeconds` nil means the kind's default.
    case delete(Kind, namespace: String?, name: String, uid: String?, gracePeriodSeconds: Int? = nil)
}

extension Change {
    /// The kind that it writes.
    package var kind: Kind {
        switch self {
        case .create(let kind, _), .update(let kind, _), .updateStatus(let kind, _): kind
        case .patch(let kind, _, _, _, _), .strategicPatch(let kind, _, _, _, _), .delete(let kind, _, _, _, _): kind
        }
    }
    /// The key that it writes; ends in a slash when the name is still to be generated.
    package var key: String {
        switch self {
        case .create(let kind, let document), .update(let kind, let document), .updateStatus(let kind, let document): kind.key(of: document)
        case .patch(let kind, let namespace, let name, _, _), .strategicPatch(let kind, let namespace, let name, _, _),
            .delete(let kind, let namespace, let name, _, _):
            kind.key(namespace, name)
        }
    }
}

/// Something to do outside the store (launch a machine, issue a certificate). Performing it twice must do no harm.
package struct Effect: Sendable, Hashable {
    /// Which performer takes it, as in `machine.launch`.
    package let name: String
    /// The key of the document concerned.
    package let subject: String
    package let arguments: Value
    package init(_ name: String, subject: String, _ arguments: Value = .null) {
        (self.name, self.subject, self.arguments) = (name, subject, arguments)
    }
}

/// What a reconcile decided; empty when the world already is as it should be.
package struct Plan: Sendable, Hashable {
    package var changes: [Change]
    /// Performed once the changes are made.
    package var effects: [Effect]
    /// When to look again even if nothing changes; nil waits for the next event.
    package var revisit: Duration?
    /// Changes that merely tell what happened (events); made last, and nothing is tried again when one is refused.
    package var notes: [Change]
    package init(_ changes: [Change] = [], effects: [Effect] = [], revisit: Duration? = nil, notes: [Change] = []) {
        (self.changes, self.effects, self.revisit, self.notes) = (changes, effects, revisit, notes)
    }
    /// Whether nothing is to be written or done.
    package var isEmpty: Bool { changes.isEmpty && effects.isEmpty && notes.isEmpty }
    /// Looks again after `delay`, or earlier when that was wanted already.
    package mutating func revisit(in delay: Duration) { revisit = min(revisit ?? delay, delay) }
}

/// Why a change was refused.
package enum ChangeError: Error, Sendable, Hashable {
    case conflict(String)
    case alreadyExists(String)
    case notFound(String)
    case invalid(String)
    case forbidden(String)
    case unavailable(String)
}

/// Carries out changes: for a cluster the API pipeline (defaults, validation, admission), for the region the realm itself.
package protocol ChangeWriter: Sendable {
    /// Applies one change on behalf of `actor` (a controller's name) and returns the document's new revision.
    /// - Throws: `ChangeError`.
    func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision
}

/// Performs effects and tells the outcome as a change to apply, if any.
package protocol EffectPerformer: Sendable {
    func perform(_ effect: Effect) async throws -> [Change]
}
