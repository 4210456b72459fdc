import Control
import Documents
import KubeModel

/// What the status of a definition says about its names. Source: apiextensions-apiserver, naming and establishing controllers.
struct DefinitionStatus {
    /// The definition with its status as it should be.
    private(set) var definition: Value
    private let now: Timestamp

    /// - Parameter rivals: the accepted names of the other definitions of the group.
    init(_ definition: Value, rivals: [Value], now: Timestamp) {
        (self.definition, self.now) = (definition, now)
        accept(definition["spec"]["names"], rivals)
        judgeApproval()
    }

    private mutating func accept(_ wanted: Value, _ rivals: [Value]) {
        let resources = Set(rivals.flatMap { [$0["plural"], $0["singular"]] + $0["shortNames"].items }.compactMap(\.string))
        let kinds = Set(rivals.flatMap { [$0["kind"], $0["listKind"]] }.compactMap(\.string))
        var accepted = definition["status"]["acceptedNames"]
        var conflict: (reason: String, message: String)?
        let rules = [
            ("plural", "PluralConflict", resources), ("singular", "SingularConflict", resources), ("kind", "KindConflict", kinds),
            ("listKind", "ListKindConflict", kinds),
        ]
        for (name, reason, taken) in rules {
            let text = wanted[name].string ?? ""
            if accepted[name].string != text, taken.contains(text) {
                conflict = (reason, "\(text.quoted) is already in use")
            } else {
                accepted[name] = wanted[name]
            }
        }
        let own = Set(accepted["shortNames"].items.compactMap(\.string))
        let clashes = wanted["shortNames"].items.compactMap(\.string).filter { !own.contains($0) && resources.contains($0) }
        if clashes.isEmpty {
            accepted["shortNames"] = wanted["shortNames"]
        } else {
            let texts = clashes.map { "\($0.quoted) is already in use" }
            conflict = ("ShortNamesConflict", texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]")
        }
        accepted["categories"] = wanted["categories"]
        definition["status"]["acceptedNames"] = accepted
        if let conflict {
            set("NamesAccepted", "False", conflict.reason, conflict.message)
            if !CustomDefinition.holds("Established", definition) {
                set("Established", "False", "NotAccepted", "not all names are accepted")
            }
        } else {
            set("NamesAccepted", "True", "NoConflicts", "no conflicts found")
            set("Established", "True", "InitialNamesAccepted", "the initial names have been accepted")
        }
    }

    /// Groups of Kubernetes itself need its approval. Source: apiextensions-apiserver, apiapproval controller.
    private mutating func judgeApproval() {
        guard DefinitionRules.isProtected(definition["spec"]["group"].string ?? "") else { return }
        let annotation = definition["metadata"]["annotations"][DefinitionRules.approval].string ?? ""
        let type = "KubernetesAPIApprovalPolicyConformant"
        if annotation.hasPrefix("unapproved") {
            set(type, "False", "UnapprovedAnnotation", "not approved: \(annotation.quoted)")
        } else if annotation.hasPrefix("https://") || annotation.hasPrefix("http://") {
            set(type, "True", "ApprovedAnnotation", "approved in \(annotation)")
        }
    }

    private mutating func set(_ type: String, _ status: String, _ reason: String, _ message: String) {
        Self.set(type, status, reason, message, in: &definition, now: now)
    }

    /// Sets a condition; its time tells when its status last changed.
    static func set(_ type: String, _ status: String, _ reason: String, _ message: String, in definition: inout Value, now: Timestamp) {
        var conditions = definition["status"]["conditions"].items
        let index = conditions.firstIndex { $0["type"].string == type }
        let since = index.flatMap { conditions[$0]["status"].string == status ? conditions[$0]["lastTransitionTime"].string : nil }
        let condition: Value = [
            "type": .string(type), "status": .string(status), "lastTransitionTime": .string(since ?? now.text), "reason": .string(reason),
            "message": .string(message),
        ]
        if let index { conditions[index] = condition } else { conditions.append(condition) }
        definition["status"]["conditions"] = .array(conditions)
    }
}

/// How the pipeline treats definitions. Source: apiextensions-apiserver, registry/customresourcedefinition.
enum DefinitionPipeline {
    /// Nothing is accepted yet; what is stored will have the storage version.
    static func prepareCreate(_ definition: inout Value, _ preparation: Preparation) {
        definition["status"] = ["conditions": [], "acceptedNames": ["kind": "", "plural": ""], "storedVersions": []]
        noteStorage(&definition)
    }
    static func prepareUpdate(_ new: inout Value, _ old: Value, _ preparation: Preparation) { noteStorage(&new) }

    private static func noteStorage(_ definition: inout Value) {
        let noted = definition["status"]["storedVersions"].items
        let stored = definition["spec"]["versions"].items.filter { $0["storage"] == true }.map { $0["name"] }
        definition["status"]["storedVersions"] = .array(noted + stored.filter { !noted.contains($0) })
    }

    /// A definition stays until its documents are gone.
    static func prepareDelete(_ definition: inout Value, _ now: Timestamp) {
        guard definition["metadata"]["deletionTimestamp"].isNull else { return }
        let finalizers = definition["metadata"]["finalizers"].items
        let own = Value.string(CustomDefinition.finalizer)
        if !finalizers.contains(own) { definition["metadata"]["finalizers"] = .array(finalizers + [own]) }
        DefinitionStatus.set(
            "Terminating", "True", "InstanceDeletionPending",
            "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon", in: &definition, now: now)
    }
}
