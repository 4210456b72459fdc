import Documents

extension ComputedCells {
    static let access: [String: Cell] = [
        "roleRef": { binding, _ in .string("\(binding["roleRef"]["kind"].string ?? "")/\(binding["roleRef"]["name"].string ?? "")") },
        "users": { binding, _ in subjects(binding, "User") },
        "groups": { binding, _ in subjects(binding, "Group") },
        "serviceAccounts": { binding, _ in subjects(binding, "ServiceAccount") },
        "certificateDuration": { request, _ in
            .string(request["spec"]["expirationSeconds"].int.map { HumanDuration.text(.seconds($0)) } ?? "<none>")
        },
        "certificateStatus": { request, _ in
            let holds = { (type: String) in request["status"]["conditions"].items.contains { $0["type"].string == type } }
            var text = holds("Denied") ? "Denied" : holds("Approved") ? "Approved" : "Pending"
            if holds("Failed") { text += ",Failed" }
            if !request["status"]["certificate"].isBlank { text += ",Issued" }
            return .string(text)
        },
        "paramKind": { object, _ in
            let kind = object["spec"]["paramKind"]
            return .string(kind.isNull ? "<unset>" : "\(kind["apiVersion"].string ?? "")/\(kind["kind"].string ?? "")")
        },
        "paramRef": { object, _ in
            let reference = object["spec"]["paramRef"]
            if reference.isNull { return "<unset>" }
            if let name = reference["name"].string, !name.isEmpty {
                return .string(reference["namespace"].string.map { "\($0)/\(name)" } ?? "*/\(name)")
            }
            return .string(LabelSelector(reference["selector"]).description)
        },
        "missingPriorityLevel": { object, _ in
            let condition = object["status"]["conditions"].items.first { $0["type"] == "Dangling" }
            return .string(condition?["status"].string ?? "?")
        },
    ]

    private static func subjects(_ binding: Value, _ kind: String) -> Value {
        let names = binding["subjects"].items.filter { $0["kind"].string == kind }.map { subject in
            kind == "ServiceAccount" ? "\(subject["namespace"].string ?? "")/\(subject["name"].string ?? "")" : subject["name"].string ?? ""
        }
        return .string(names.joined(separator: ", "))
    }
}
