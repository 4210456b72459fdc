import Control
import Documents
import KubeModel
import Network

/// The names under which writers own fields.
enum FieldManagers {
    /// Source: upstream's FieldManagerMaxLength.
    static let limit = 128

    /// Who says nothing is called by the first part of its user agent. Source: upstream's managerOrUserAgent.
    static func name(userAgent: String) -> String {
        let text = String(userAgent.prefix { $0 != "/" }.map { $0.isASCII && $0.asciiValue ?? 0 >= 0x20 ? $0 : "?" })
        return String(decoding: text.utf8.prefix(limit), as: UTF8.self)
    }
    /// Controllers in this process write as the one program in which upstream runs them.
    static func name(actor: String) -> String { actor == "kube-scheduler" ? actor : "kube-controller-manager" }

    /// - Throws: `KubeStatus` Invalid for a name that is too long.
    static func check(_ name: String, method: String) throws(KubeStatus) {
        guard name.utf8.count > limit else { return }
        let kind = method == "POST" ? "CreateOptions" : method == "PUT" ? "UpdateOptions" : "PatchOptions"
        throw .invalid(group: "meta.k8s.io", kind: kind, name: "", [.tooLong(FieldPath("fieldManager"), limit: limit)])
    }
}

extension APIServer {
    /// The type of a kind's documents, with the types that it refers to; nil for a kind without one.
    func types(of info: KindInfo) -> (ObjectType, Schema)? {
        if let custom = info.custom { return (custom.objectType, custom.schema) }
        return schema.type(of: info).map { ($0, schema) }
    }

    /// The `managedFields` of a new document: its writer owns what was declared, before admission and without the status.
    func owned(created document: Value, _ target: Target, by manager: String) -> Value {
        guard let (type, schema) = types(of: target.info) else { return .null }
        var document = document
        if target.info.subresource("status") != nil { document["status"] = .null }
        let changes = FieldChanges(from: .null, to: document, type: type, schema: schema)
        let manager = FieldManager(manager, .update, apiVersion: target.info.apiVersion)
        return ManagedFields.created(changes, by: manager, at: clock.now.text)
    }

    /// Notes in an updated document who owns what has changed. A document without owners stays so until it is applied to.
    func noteOwners(_ new: inout Value, old: Value, _ target: Target, by manager: String) {
        let list = new["metadata"]["managedFields"]
        guard !list.isNull, target.subresource != "binding", let (type, schema) = types(of: target.info) else { return }
        let changes = FieldChanges(from: old, to: new, type: type, schema: schema)
        guard !changes.isEmpty else { return }
        let manager = FieldManager(manager, .update, apiVersion: target.info.apiVersion, subresource: target.subresource)
        new["metadata"]["managedFields"] = ManagedFields.updated(list, changes, by: manager, at: clock.now.text)
    }
}
