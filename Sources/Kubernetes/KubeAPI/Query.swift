import KubeModel
import Network

/// The query parameters of a request, with the readings that Kubernetes' option types give them.
struct Query: Sendable, Hashable {
    private let items: [URLTarget.Item]
    /// No parameters.
    init() { items = [] }
    /// The text behind a target's `?`, percent-encoded.
    init(_ text: some StringProtocol) { items = text.isEmpty ? [] : URLTarget.items(of: String(text)) }

    /// The first value of each name counts; an empty one is none.
    subscript(name: String) -> String? { value(name).flatMap { $0.isEmpty ? nil : $0 } }
    private func value(_ name: String) -> String? { items.first { $0.name == name }?.value }
    /// Every parameter by name.
    var all: [String: String] { Dictionary(items.map { ($0.name, $0.value) }) { first, _ in first } }
    var isEmpty: Bool { items.isEmpty }

    /// A truth value as upstream's query conversion reads it: present and neither `0` nor `false`.
    func flag(_ name: String) -> Bool {
        guard let text = value(name) else { return false }
        return text != "0" && text.lowercased() != "false"
    }
    /// A whole number.
    /// - Throws: `KubeStatus` BadRequest when it is none.
    func number(_ name: String) throws(KubeStatus) -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text) else { throw .badRequest("strconv.ParseInt: parsing \(text.quoted): invalid syntax") }
        return number
    }
}

/// What a write asks of the pipeline besides the document.
struct WriteOptions: Sendable {
    var user: UserInfo
    var dryRun = false
    var fieldValidation = FieldValidation.warn
    /// Who owns what is written.
    var fieldManager = ""
    /// What authorities are asked about an update.
    var verb = "update"
    /// An apply has said already who owns what.
    var isApply = false

    /// Options of an in-process write, which is trusted to name known fields only.
    init(user: UserInfo, fieldManager: String) { (self.user, self.fieldManager, fieldValidation) = (user, fieldManager, .ignore) }

    /// Options as the query gives them.
    /// - Throws: `KubeStatus` Invalid or BadRequest.
    init(_ context: RequestContext) throws(KubeStatus) {
        let query = context.query
        user = context.user
        if context.request.method == "PATCH" { verb = "patch" }
        fieldManager = query["fieldManager"] ?? FieldManagers.name(userAgent: context.request.headers["user-agent"] ?? "")
        try FieldManagers.check(fieldManager, method: context.request.method)
        if let text = query["dryRun"] {
            guard text == "All" else {
                throw .badRequest("Invalid value: [\(text.quoted)]: dryRun: Unsupported value: \(text.quoted): supported values: \"All\"")
            }
            dryRun = true
        }
        if let text = query["fieldValidation"] {
            guard let choice = FieldValidation(rawValue: text) else {
                throw .badRequest(
                    "fieldValidation: Unsupported value: \(text.quoted): supported values: \"Ignore\", \"Warn\", \"Strict\"")
            }
            fieldValidation = choice
        }
    }
}
