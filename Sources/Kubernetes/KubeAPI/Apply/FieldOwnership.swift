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
        let bytes = userAgent.utf8.prefix { $0 != UInt8(ascii: "/") }
        if bytes.count <= limit, bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return String(Substring(bytes)) }
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
    func owned(created document: Value, _ target: Target, by manager: String, at now: Timestamp) -> [UInt8]? {
        guard let (type, schema) = types(of: target.info) else { return nil }
        return ManagedFields.text(
            created: document, type: type, schema: schema, without: target.info.subresource("status") == nil ? nil : "status",
            by: FieldManager(manager, .update, apiVersion: target.info.apiVersion), at: now.text)
    }

    /// The `managedFields` of an updated document, who owns what has changed noted in it. A document without owners stays so until it
    /// is applied to.
    func noted(_ owners: [UInt8]?, _ new: Value, old: Value, _ target: Target, by manager: String) -> [UInt8]? {
        guard let owners, target.subresource != "binding", let (type, schema) = types(of: target.info) else { return owners }
        let changes = FieldChanges(from: old, to: new, type: type, schema: schema)
        guard !changes.isEmpty else { return owners }
        let manager = FieldManager(manager, .update, apiVersion: target.info.apiVersion, subresource: target.subresource)
        return ManagedFields.updated(text: owners, changes, by: manager, at: clock.now.text)
    }
}

/// The text of `metadata.managedFields` beside the document that it belongs to.
enum Owners {
    /// The text of the list; nil for none.
    static func text(of list: Value) -> [UInt8]? { list.isNull ? nil : JSON.encode(list) }
    /// Takes the list out of a document and returns it; null when there is none.
    static func take(from document: inout Value) -> Value {
        guard case .object(var metadata) = document["metadata"], let list = metadata["managedFields"] else { return .null }
        metadata["managedFields"] = nil
        document["metadata"] = .object(metadata)
        return list
    }
    /// The whole document, for those who get it as a tree.
    static func join(_ document: Value, _ owners: [UInt8]?) -> Value {
        guard let owners else { return document }
        var document = document
        document["metadata"]["managedFields"] = (try? JSON.parse(owners, limits: .own)) ?? .null
        return document
    }
}
