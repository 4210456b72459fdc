import Documents
import KubeModel
import Storage

/// How a document is to be deleted. Source: Kubernetes API reference, DeleteOptions.
struct DeleteOptions: Sendable, Hashable {
    enum Propagation: String, Sendable {
        case orphan = "Orphan"
        case background = "Background"
        case foreground = "Foreground"
    }
    var gracePeriodSeconds: Int?
    var uid: String?
    var resourceVersion: String?
    var propagation: Propagation?
    /// The old way to ask for orphans or a cascade.
    var orphanDependents: Bool?
    var dryRun = false
    /// Dependents go along even where the kind would orphan them unasked; controllers delete that way.
    var cascadesByDefault = false

    init() {}

    /// Whether dependents are to be orphaned or waited for.
    var keepsDependents: Bool { propagation == .orphan || propagation == .foreground || orphanDependents == true }

    /// - Throws: `KubeStatus` Invalid or BadRequest.
    init(_ query: Query) throws(KubeStatus) {
        gracePeriodSeconds = try query.number("gracePeriodSeconds")
        if query["orphanDependents"] != nil { orphanDependents = query.flag("orphanDependents") }
        try read(propagation: query["propagationPolicy"], dryRun: query["dryRun"].map { [$0] } ?? [])
    }
    /// - Throws: `KubeStatus` Invalid or BadRequest.
    init(_ body: Value, _ query: Query) throws(KubeStatus) {
        guard case .object = body, ["", "DeleteOptions"].contains(body["kind"].string ?? "") else {
            throw .badRequest("\(body["kind"].string ?? "") cannot be handled as a DeleteOptions")
        }
        gracePeriodSeconds = body["gracePeriodSeconds"].int
        orphanDependents = body["orphanDependents"].bool
        uid = body["preconditions"]["uid"].string
        resourceVersion = body["preconditions"]["resourceVersion"].string
        let dryRun = body["dryRun"].items.compactMap(\.string)
        try read(propagation: body["propagationPolicy"].string, dryRun: dryRun.isEmpty ? query["dryRun"].map { [$0] } ?? [] : dryRun)
    }

    private mutating func read(propagation text: String?, dryRun values: [String]) throws(KubeStatus) {
        var errors: [FieldError] = []
        if let text, !text.isEmpty {
            propagation = Propagation(rawValue: text)
            if propagation == nil {
                errors.append(
                    .notSupported(FieldPath("propagationPolicy"), .string(text), ["Background", "Foreground", "Orphan"]))
            }
        }
        if propagation != nil, orphanDependents != nil {
            errors.append(
                .invalid(FieldPath("propagationPolicy"), .string(text ?? ""), "orphanDependents and deletionPropagation cannot be both set")
            )
        }
        for value in values where value != "All" {
            errors.append(.notSupported(FieldPath("dryRun"), .array(values.map(Value.string)), ["All"]))
            break
        }
        dryRun = values.contains("All")
        guard errors.isEmpty else { throw .invalid(group: "meta.k8s.io", kind: "DeleteOptions", name: "", errors) }
    }

    /// - Throws: `KubeStatus` Conflict when the document is not the one that was meant.
    func check(_ document: Value, _ target: Target) throws(KubeStatus) {
        let metadata = document["metadata"]
        if let uid, metadata["uid"].string != uid {
            throw .conflict(
                target.info, target.name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(metadata["uid"].string ?? "")")
        }
        if let resourceVersion, metadata["resourceVersion"].string != resourceVersion {
            throw .conflict(
                target.info, target.name,
                "Precondition failed: ResourceVersion in precondition: \(resourceVersion), "
                    + "ResourceVersion in object meta: \(metadata["resourceVersion"].string ?? "")")
        }
    }
}
