import Documents

/// What has to be sent so that the API server's status becomes the report.
enum StatusPatch {
    /// A strategic merge patch of the members that differ; nil when nothing does. Conditions of others are left alone.
    static func between(_ sent: Value, _ report: Value) -> Value? {
        var changes = Object()
        for member in report.object ?? [:] where member.key != "conditions" && sent[member.key] != member.value {
            switch member.key {
            case "podIPs": changes.append(.init(member.key, .array([["$patch": "replace"]] + member.value.items)))
            default: changes.append(.init(member.key, member.value))
            }
        }
        for key in ["reason", "message", "podIP", "podIPs", "initContainerStatuses"] where report[key].isNull && !sent[key].isNull {
            changes.append(.init(key, .null))
        }
        let conditions = report["conditions"].items.compactMap { changed($0, sent) }
        if !conditions.isEmpty { changes.append(.init("conditions", .array(conditions))) }
        return changes.isEmpty ? nil : .object(changes)
    }

    /// The condition with explicit nulls for what it no longer says; nil when it is as before.
    private static func changed(_ condition: Value, _ sent: Value) -> Value? {
        let old = sent["conditions"].items.first { $0["type"] == condition["type"] } ?? .null
        let members = ["status", "reason", "message", "observedGeneration"]
        if members.allSatisfy({ old[$0] == condition[$0] }) { return nil }
        guard var object = condition.object else { return nil }
        for name in ["reason", "message"] where condition[name].isNull && !old[name].isNull { object.append(.init(name, .null)) }
        return .object(object)
    }
}
