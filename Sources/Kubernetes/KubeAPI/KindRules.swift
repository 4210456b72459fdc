import Control
import Documents
import KubeModel

/// What a rule knows of the write that it prepares.
struct Preparation: Sendable {
    let user: UserInfo
    let now: Timestamp
}

/// How one kind differs from the others in the pipeline. Source: upstream's registry strategies.
struct KindRules: Sendable {
    /// What counts as a new generation.
    enum Generation: Sendable {
        /// The kind has no generation.
        case none
        /// A change of the spec.
        case spec
        /// A change of the spec or of annotations.
        case specAndAnnotations
        /// A change of anything but metadata; labels count too.
        case content
        /// A change of anything but metadata, and but the status where that has a path of its own.
        case custom
        /// Set at creation, never changed.
        case fixed
    }
    var generation = Generation.none
    /// PUT of a document that is not there creates it.
    var createsOnUpdate = false
    /// PUT without a resource version is refused.
    var needsVersion = false
    /// A deletion answers with the document rather than a Status.
    var returnsDeleted = false
    /// Dependents are orphaned unless the client asks otherwise.
    var orphansByDefault = false
    var keepsStatusOnCreate = false
    /// What new documents may differ in without the pipeline making anything else of them; nil where names have a meaning.
    var blanks: [Blank]?
    /// A status update takes the labels of the stored document.
    var statusKeepsLabels = false
    /// A status update takes the owner references of the stored document.
    var statusKeepsOwnerReferences = false
    /// A status update takes all metadata of the stored document but who owns its fields. Source: ResetObjectMetaForStatus.
    var statusKeepsMetadata = false
    /// The warning that every answer carries.
    var deprecation: String?
    var prepareCreate: (@Sendable (inout Value, Preparation) -> Void)?
    var prepareUpdate: (@Sendable (inout Value, _ old: Value, Preparation) -> Void)?
    var prepareStatus: (@Sendable (inout Value, _ old: Value) -> Void)?
    /// What a deletion that is not at once leaves behind.
    var prepareDelete: (@Sendable (inout Value, Timestamp) -> Void)?
    /// The rules of a kind.
    static func of(_ info: KindInfo) -> KindRules {
        if let custom = info.custom {
            return KindRules(generation: .custom, needsVersion: true, statusKeepsMetadata: true, deprecation: custom.deprecation)
        }
        return table[info.storage.group.isEmpty ? info.plural : "\(info.plural).\(info.storage.group)"] ?? KindRules()
    }

    /// Keeps the parts apart that the resource and its subresources own.
    func separate(_ new: inout Value, old: Value, _ target: Target) {
        switch target.subresource {
        case "":
            if target.info.subresource("status") != nil { new["status"] = old["status"] }
        case "status":
            let (metadata, status) = (new["metadata"], new["status"])
            new = old
            new["status"] = status
            new["metadata"] = metadata
            if statusKeepsOwnerReferences { new["metadata"]["ownerReferences"] = old["metadata"]["ownerReferences"] }
            if statusKeepsMetadata {
                new["metadata"] = old["metadata"]
                new["metadata"]["managedFields"] = metadata["managedFields"]
            }
            if statusKeepsLabels { new["metadata"]["labels"] = old["metadata"]["labels"] }
            prepareStatus?(&new, old)
        default: SubresourceRules.restrict(&new, old: old, target)
        }
    }

    /// Counts a new generation when the document asks for something new.
    func bumpGeneration(_ new: inout Value, old: Value, _ target: Target) {
        guard target.subresource != "status", target.subresource != "binding" else { return }
        let changed =
            switch generation {
            case .none, .fixed: false
            case .spec: new["spec"] != old["spec"]
            case .specAndAnnotations:
                new["spec"] != old["spec"] || new["metadata"]["annotations"] != old["metadata"]["annotations"]
            case .custom: Self.body(new, target.info) != Self.body(old, target.info)
            case .content: Self.content(new) != Self.content(old)
            }
        guard changed else { return }
        new["metadata"]["generation"] = Self.generation(after: old["metadata"]["generation"].int ?? 0)
    }
    /// The generation that follows; it stays at the last number that there is.
    static func generation(after old: Int) -> Value { .int(Int64(min(old, Int.max - 1)) + 1) }
    private static func body(_ document: Value, _ info: KindInfo) -> Value {
        var document = document
        for member in ["apiVersion", "kind", "metadata"] { document[member] = .null }
        if info.subresource("status") != nil { document["status"] = .null }
        return document
    }
    private static func content(_ document: Value) -> Value {
        var document = document
        document["metadata"] = document["metadata"]["labels"]
        document["status"] = .null
        return document
    }

    /// Whether a document that is being deleted has nothing left to wait for.
    func isGone(_ document: Value) -> Bool {
        let metadata = document["metadata"]
        guard !metadata["deletionTimestamp"].isNull, metadata["finalizers"].items.isEmpty else { return false }
        if document["kind"] == "Namespace", document["apiVersion"] == "v1" { return document["spec"]["finalizers"].items.isEmpty }
        return (metadata["deletionGracePeriodSeconds"].int ?? 0) == 0
    }
}
