import Documents

/// Who writes: the identity of an entry of `managedFields`. Source: meta/v1 ManagedFieldsEntry.
package struct FieldManager: Sendable, Hashable {
    /// How it writes: an applier says what it wants, anybody else what there is.
    package enum Operation: String, Sendable {
        case apply = "Apply"
        case update = "Update"
    }
    package var name: String
    /// Whether it applies.
    package var operation: Operation
    /// The group and version in which it writes.
    package var apiVersion: String
    /// Empty for the resource itself.
    package var subresource: String
    /// A writer without a name is called unknown.
    package init(_ name: String, _ operation: Operation, apiVersion: String, subresource: String = "") {
        (self.name, self.operation) = (name.isEmpty ? "unknown" : name, operation)
        (self.apiVersion, self.subresource) = (apiVersion, subresource)
    }
    /// As messages name it; with the time of its last update.
    func text(at time: String) -> String {
        var text = JSON.text(.string(name))
        if !subresource.isEmpty { text += " with subresource \(JSON.text(.string(subresource)))" }
        guard operation == .update else { return text }
        return text + " using \(apiVersion)" + (time.isEmpty ? "" : " at \(time)")
    }
    /// An applier is the same in every version.
    func isSame(as other: FieldManager) -> Bool {
        name == other.name && operation == other.operation && subresource == other.subresource
            && (operation == .apply || apiVersion == other.apiVersion)
    }
}

/// One entry of `metadata.managedFields`.
struct ManagedFieldsEntry {
    var manager: FieldManager
    var fields: FieldSet
    var time: String

    init(_ manager: FieldManager, _ fields: FieldSet, time: String) { (self.manager, self.fields, self.time) = (manager, fields, time) }
    /// Nil for an entry that says nothing or is malformed.
    init?(_ value: Value) {
        guard let operation = FieldManager.Operation(rawValue: value["operation"].string ?? "") else { return nil }
        guard value["fieldsType"] == "FieldsV1", let fields = FieldSet(value["fieldsV1"]) else { return nil }
        let version = value["apiVersion"].string ?? ""
        manager = FieldManager(
            value["manager"].string ?? "", operation, apiVersion: version, subresource: value["subresource"].string ?? "")
        (self.fields, time) = (fields, value["time"].string ?? "")
    }
    var value: Value {
        var object: Object = [
            "manager": .string(manager.name), "operation": .string(manager.operation.rawValue), "apiVersion": .string(manager.apiVersion),
        ]
        if !time.isEmpty { object.append(.init("time", .string(time))) }
        object.append(.init("fieldsType", "FieldsV1"))
        object.append(.init("fieldsV1", fields.value))
        if !manager.subresource.isEmpty { object.append(.init("subresource", .string(manager.subresource))) }
        return .object(object)
    }
    /// Appliers first, then by time. Source: upstream's sortEncodedManagedFields.
    static func precedes(_ left: ManagedFieldsEntry, _ right: ManagedFieldsEntry) -> Bool {
        left.order.lexicographicallyPrecedes(right.order)
    }
    /// What an entry's place in the list depends on, and the members that say so.
    var order: [String] { [manager.operation.rawValue, time, manager.name, manager.apiVersion, manager.subresource] }
    static let order: [StaticString] = ["operation", "time", "manager", "apiVersion", "subresource"]
}
