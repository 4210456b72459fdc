import Control
import Documents
import KubeModel

/// How the server treats the metadata that clients send. Source: upstream's registry/rest BeforeCreate, BeforeUpdate and meta validation.
enum Metadata {
    /// Makes the metadata of a new document: identity by the server, the rest by the client.
    /// - Throws: `KubeStatus` BadRequest or Invalid.
    static func create(_ sent: Value, target: Target, name: String, uid: String, now: Timestamp, generation: Bool) -> Value {
        var metadata: Object = ["name": .string(name)]
        if let prefix = sent["generateName"].string, !prefix.isEmpty { metadata.append(.init("generateName", .string(prefix))) }
        if target.info.namespaced { metadata.append(.init("namespace", .string(target.namespace))) }
        metadata.append(.init("uid", .string(uid)))
        if generation { metadata.append(.init("generation", 1)) }
        metadata.append(.init("creationTimestamp", .string(now.text)))
        for member in sent.object ?? [:] where !owned.contains(member.key) { metadata.append(member) }
        return .object(metadata)
    }
    /// Fields that the server alone sets; what a client sends in them at creation is dropped.
    private static let owned: Set = [
        "name", "generateName", "namespace", "uid", "generation", "creationTimestamp", "resourceVersion", "selfLink", "deletionTimestamp",
        "deletionGracePeriodSeconds", "managedFields",
    ]

    /// The metadata of a document that is updated: what the server owns comes from the stored one when the client leaves it out.
    static func update(_ sent: Value, old: Value) -> Value {
        var metadata = sent
        metadata["selfLink"] = .null
        metadata["generation"] = old["generation"]
        for field in ["deletionTimestamp", "deletionGracePeriodSeconds"] { metadata[field] = old[field] }
        for field in ["name", "namespace", "uid", "creationTimestamp", "resourceVersion"] {
            let value = metadata[field]
            if value.isNull || value == "" || (field == "resourceVersion" && value == "0") { metadata[field] = old[field] }
        }
        if metadata["generateName"].isNull { metadata["generateName"] = old["generateName"] }
        return metadata
    }
}
