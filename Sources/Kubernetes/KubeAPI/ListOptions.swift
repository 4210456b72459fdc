import Documents
import KubeModel
import Storage

/// What a list, watch or deletion of a collection selects. Source: Kubernetes API concepts, ListOptions.
struct ListOptions: Sendable {
    enum Match: String, Sendable {
        case exact = "Exact"
        case notOlderThan = "NotOlderThan"
    }
    /// More documents than any store holds: a limit beyond it is no limit.
    private static let mostAtOnce = 1 << 32
    var filter: Filter
    var limit = 0
    var token: ContinueToken?
    /// nil when unset; 0 means any state.
    var revision: Revision?
    var match: Match?
    var bookmarks = false
    var initialEvents = false
    var timeoutSeconds: Int?

    /// - Throws: `KubeStatus` BadRequest or Invalid.
    init(_ query: Query, target: Target, watching: Bool) throws(KubeStatus) {
        filter = try Filter(query, target: target)
        limit = min(max(0, try query.number("limit") ?? 0), Self.mostAtOnce)
        timeoutSeconds = try query.number("timeoutSeconds")
        bookmarks = query.flag("allowWatchBookmarks")
        if let text = query["resourceVersion"] {
            guard let number = Revision(text), number >= 0 else {
                throw .badRequest(
                    "resourceVersion: Invalid value: \(text.quoted): strconv.ParseUint: parsing \(text.quoted): invalid syntax")
            }
            revision = number
        }
        if let text = query["continue"] {
            guard revision == nil || revision == 0 else {
                throw .badRequest("specifying resource version is not allowed when using continue")
            }
            token = try ContinueToken(text)
        }
        try readMatch(query, watching: watching)
    }

    private mutating func readMatch(_ query: Query, watching: Bool) throws(KubeStatus) {
        var faults: [FieldError] = []
        if watching, query["sendInitialEvents"] != nil {
            initialEvents = query.flag("sendInitialEvents")
            if query["resourceVersionMatch"] != Match.notOlderThan.rawValue {
                faults.append(
                    .forbidden(FieldPath("resourceVersionMatch"), "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
                )
            }
        } else if watching, query["resourceVersionMatch"] != nil {
            faults.append(
                .forbidden(
                    FieldPath("resourceVersionMatch"), "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
        }
        if !watching, query["sendInitialEvents"] != nil {
            faults.append(.forbidden(FieldPath("sendInitialEvents"), "sendInitialEvents is forbidden for list"))
        }
        if let text = query["resourceVersionMatch"] {
            match = Match(rawValue: text)
            if match == nil {
                faults.append(.notSupported(FieldPath("resourceVersionMatch"), .string(text), ["Exact", "NotOlderThan"]))
            } else if !watching, revision == nil {
                faults.append(
                    .forbidden(FieldPath("resourceVersionMatch"), "resourceVersionMatch is forbidden unless resourceVersion is provided"))
            } else if match == .exact, revision == 0 {
                faults.append(
                    .forbidden(FieldPath("resourceVersionMatch"), "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""))
            }
            if token != nil {
                faults.append(.forbidden(FieldPath("resourceVersionMatch"), "resourceVersionMatch is forbidden when continue is provided"))
            }
        }
        guard faults.isEmpty else { throw .invalid(group: "meta.k8s.io", kind: "ListOptions", name: "", faults) }
    }
}

/// Which documents of a collection a request is about.
struct Filter: Sendable {
    let labels: LabelSelector
    let fields: FieldSelector
    /// The one name that the field selector asks for, which makes one look-up of a list.
    let name: String?
    /// Whether everything passes.
    let everything: Bool
    /// The node whose pods pass, when nothing else is asked.
    private let node: String?

    /// - Throws: `KubeStatus` BadRequest for a selector that cannot be read or a field that cannot be selected by.
    init(_ query: Query, target: Target) throws(KubeStatus) {
        do {
            labels = try LabelSelector(parsing: query["labelSelector"] ?? "")
            fields = try FieldSelector(parsing: query["fieldSelector"] ?? "", for: target.info)
        } catch {
            throw .badRequest(error.message)
        }
        name = target.name.isEmpty ? fields.name : target.name
        let isPod = target.info.storage == PodFields.kind
        node = isPod && labels.isEverything && name == nil && fields.requirements.count == 1 ? fields.node : nil
        everything = labels.isEverything && fields.isEverything && name == nil
    }

    /// Whether a document is selected; decodes it only where a selector must look inside.
    func selects(_ entry: Entry) -> Bool {
        if everything { return true }
        if let node { return PodTopics.node(of: entry) == node }
        if let name, entry.key[(entry.key.lastIndex(of: "/").map { entry.key.index(after: $0) } ?? entry.key.startIndex)...] != name {
            return false
        }
        if labels.isEverything && fields.isEverything { return true }
        let value = entry.value
        return labels.matches(document: value) && fields.matches(value)
    }
}
