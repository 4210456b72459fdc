package import Documents
package import Storage

/// What a write does to a document. Source: Kubernetes admission, Operation.
package enum AdmissionOperation: String, Sendable, Hashable {
    case create = "CREATE"
    case update = "UPDATE"
    case delete = "DELETE"
    case connect = "CONNECT"
}

/// One write on its way to the store, after defaulting and before validation.
package struct AdmissionRequest: Sendable {
    package let operation: AdmissionOperation
    /// The stored kind that the request is for.
    package let kind: Kind
    /// The plural resource name, as in `pods`.
    package let resource: String
    /// Empty for the resource itself, else `status`, `binding`, `eviction`, …
    package let subresource: String
    /// Empty for cluster-scoped kinds.
    package let namespace: String
    package let name: String
    /// The document as it is to be; null for deletions. Plugins may edit it.
    package var object: Value
    /// The document as it is; null for creations.
    package let old: Value
    package let user: UserInfo
    package let dryRun: Bool
    /// The realm as the write found it.
    package let snapshot: Snapshot
    /// Texts for `Warning` headers.
    package var warnings: [String] = []
    package init(
        _ operation: AdmissionOperation, kind: Kind, resource: String, subresource: String = "", namespace: String, name: String,
        object: Value, old: Value, user: UserInfo, dryRun: Bool = false, snapshot: Snapshot
    ) {
        (self.operation, self.kind, self.resource, self.subresource) = (operation, kind, resource, subresource)
        (self.namespace, self.name, self.object, self.old, self.user, self.dryRun) = (namespace, name, object, old, user, dryRun)
        self.snapshot = snapshot
    }
}

/// One rule that may edit or refuse a write. Plugins run in order of the server's list.
package protocol AdmissionPlugin: Sendable {
    /// Lets the write pass, perhaps edited.
    /// - Throws: the `KubeStatus` that the client gets.
    func admit(_ request: inout AdmissionRequest) async throws
}
