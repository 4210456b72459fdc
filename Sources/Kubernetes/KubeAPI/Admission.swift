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
    private var content: Content
    private let before: Content
    /// Who writes.
    package let user: UserInfo
    /// Whether nothing is to be kept.
    package let dryRun: Bool
    /// The realm as it is when a plugin looks. Not kept: while there is a snapshot, every write copies its path in the index.
    package var snapshot: Snapshot { look() }
    private let look: @Sendable () -> Snapshot
    /// Texts for `Warning` headers.
    package var warnings: [String] = []
    /// What must still stand when the document is written; a plugin sets it.
    package var premise: Premise?
    /// Random texts that plugins have put into the document.
    var drawn: [Drawn] = []

    /// A random text: letters behind a prefix, as in `kube-api-access-x7q2d`.
    struct Drawn: Sendable {
        let prefix: String
        let letters: String
        /// How many letters there are.
        static let length = 5
    }

    /// A write of a whole document.
    package init(
        _ operation: AdmissionOperation, kind: Kind, resource: String, subresource: String = "", namespace: String, name: String,
        object: Value, old: Value, user: UserInfo, dryRun: Bool = false, snapshot: @autoclosure @escaping @Sendable () -> Snapshot
    ) {
        (self.operation, self.kind, self.resource, self.subresource) = (operation, kind, resource, subresource)
        (self.namespace, self.name, self.user, self.dryRun) = (namespace, name, user, dryRun)
        (content, before) = (.tree(object), .tree(old))
        look = snapshot
    }

    /// An update of a status alone, whose documents become trees when a plugin looks at them.
    init(
        statusUpdate update: StatusUpdate, kind: Kind, resource: String, namespace: String, name: String, user: UserInfo,
        snapshot: @autoclosure @escaping @Sendable () -> Snapshot
    ) {
        (operation, self.kind, self.resource, subresource) = (.update, kind, resource, "status")
        (self.namespace, self.name, self.user, dryRun) = (namespace, name, user, false)
        (content, before) = (.updated(update), .stored(update.entry))
        look = snapshot
    }

    /// A deletion, whose document becomes a tree when a plugin looks at it.
    init(
        deletionOf entry: Entry, kind: Kind, resource: String, subresource: String, namespace: String, name: String, user: UserInfo,
        snapshot: @autoclosure @escaping @Sendable () -> Snapshot
    ) {
        (operation, self.kind, self.resource, self.subresource) = (.delete, kind, resource, subresource)
        (self.namespace, self.name, self.user, dryRun) = (namespace, name, user, false)
        (content, before) = (.tree(.null), .stored(entry))
        look = snapshot
    }

    /// An update of a whole document by its bytes, which become a tree when a plugin looks at them.
    init(
        updateOf entry: Entry, _ document: Encoded, kind: Kind, resource: String, namespace: String, name: String, user: UserInfo,
        snapshot: @autoclosure @escaping @Sendable () -> Snapshot
    ) {
        (operation, self.kind, self.resource, subresource) = (.update, kind, resource, "")
        (self.namespace, self.name, self.user, dryRun) = (namespace, name, user, false)
        (content, before) = (.encoded(document), .stored(entry))
        look = snapshot
    }

    /// The document as it is to be; null for deletions. Plugins may edit it.
    package var object: Value {
        get { content.value }
        _modify {
            var value = content.value
            content = .taken
            defer { content = .tree(value) }
            yield &value
        }
    }
    /// The document as it is; null for creations.
    package var old: Value { before.value }
    /// Whether a plugin has written a document that came as a status alone or as bytes.
    var isEdited: Bool {
        switch content {
        case .updated, .encoded: false
        case .tree, .stored, .taken: true
        }
    }

    private enum Content: Sendable {
        case tree(Value)
        case updated(StatusUpdate)
        case encoded(Encoded)
        case stored(Entry)
        case taken

        var value: Value {
            switch self {
            case .tree(let value): value
            case .updated(let update): update.value
            case .encoded(let document): Self.tree(document)
            case .stored(let entry): entry.value
            case .taken: .null
            }
        }
        /// The document without its managed fields, as plugins see it.
        private static func tree(_ document: Encoded) -> Value {
            var value = (try? JSON.parse(document.bytes, limits: .own)) ?? .null
            value["metadata"]["managedFields"] = .null
            return value
        }
    }
}

/// A stored document with another status.
struct StatusUpdate: Sendable {
    let entry: Entry
    let status: Value
    /// The document as a tree.
    var value: Value {
        var document = entry.value
        document["status"] = status
        return document
    }
}

/// One rule that may edit or refuse a write. Plugins run in order of the server's list.
package protocol AdmissionPlugin: Sendable {
    /// Whether there may be anything to say about such a write, by what the request names; the others are not bothered with it.
    func concerns(_ request: AdmissionRequest) -> Bool
    /// Lets the write pass, perhaps edited. Does nothing with a write that does not concern it.
    /// - Throws: the `KubeStatus` that the client gets.
    func admit(_ request: inout AdmissionRequest) async throws
    /// The documents of the realm that the outcome for a creation rests on, besides what the request holds but for the document's name.
    /// Nil when it rests on more than that, or the plugin keeps account, so that it has to be asked each time.
    func ground(of request: AdmissionRequest) -> [AdmissionGround]?
}
