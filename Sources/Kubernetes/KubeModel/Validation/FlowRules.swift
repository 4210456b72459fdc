import Documents

// The rules of flow schemas and priority levels. Source: flowcontrol/validation.
extension KindRules {
    static func flowSchema(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (spec, path) = (new["spec"], FieldPath("spec"))
        let precedence = spec["matchingPrecedence"].int ?? 0
        let place = path.child("matchingPrecedence")
        if precedence <= 0 { faults.add(.invalid(place, .int(Int64(precedence)), "must be a positive value")) }
        if precedence > 10_000 { faults.add(.invalid(place, .int(Int64(precedence)), "must not be greater than 10000")) }
        if precedence == 1, new["metadata"]["name"] != "exempt" {
            faults.add(.invalid(place, 1, "only the schema named 'exempt' may have matchingPrecedence 1"))
        }
        let method = spec["distinguisherMethod"]
        if !method.isNull, method["type"] != "ByNamespace", method["type"] != "ByUser" {
            faults.add(.notSupported(path.child("distinguisherMethod").child("type"), method, ["ByNamespace", "ByUser"]))
        }
        let level = spec["priorityLevelConfiguration"]["name"]
        let name = path.child("priorityLevelConfiguration").child("name")
        if level.isBlank { faults.add(.required(name, "must reference a priority level")) }
        if let text = level.string, !text.isEmpty { faults.invalid(name, level, Names.subdomain(text)) }
        for (index, rule) in spec["rules"].items.enumerated() { flowRule(rule, path.child("rules").index(index), &faults) }
    }

    private static func flowRule(_ rule: Value, _ path: FieldPath, _ faults: inout Faults) {
        let (subjects, resources, others) = (rule["subjects"].items, rule["resourceRules"].items, rule["nonResourceRules"].items)
        if subjects.isEmpty { faults.add(.required(path.child("subjects"), "subjects must contain at least one value")) }
        for (index, subject) in subjects.enumerated() { flowSubject(subject, path.child("subjects").index(index), &faults) }
        if resources.isEmpty, others.isEmpty {
            faults.add(.required(path, "at least one of resourceRules and nonResourceRules has to be non-empty"))
        }
        for (index, rule) in resources.enumerated() {
            let path = path.child("resourceRules").index(index)
            flowVerbs(rule["verbs"], path.child("verbs"), &faults)
            flowList(rule["apiGroups"], path.child("apiGroups"), ("api group", "api groups"), &faults)
            flowList(rule["resources"], path.child("resources"), ("resource", "resources"), &faults)
            flowNamespaces(rule, path.child("namespaces"), &faults)
        }
        for (index, rule) in others.enumerated() {
            let path = path.child("nonResourceRules").index(index)
            flowVerbs(rule["verbs"], path.child("verbs"), &faults)
            flowPaths(rule["nonResourceURLs"], path.child("nonResourceURLs"), &faults)
        }
    }

    private static func flowSubject(_ subject: Value, _ path: FieldPath, _ faults: inout Faults) {
        let parts = ["Group": "group", "ServiceAccount": "serviceAccount", "User": "user"]
        guard let kind = subject["kind"].string, let part = parts[kind] else {
            return faults.add(.notSupported(path.child("kind"), subject["kind"], parts.keys.sorted()))
        }
        let place = path.child(part)
        if subject[part].isNull {
            faults.add(.required(place, "\(part) is required when subject kind is '\(kind)'"))
        } else {
            if subject[part]["name"].isBlank { faults.add(.required(place.child("name"))) }
            if kind == "ServiceAccount", subject[part]["namespace"].isBlank {
                faults.add(.required(place.child("namespace"), "must specify namespace for service account"))
            }
        }
        for (other, name) in parts.sorted(by: { $0.key < $1.key }) where other != kind && !subject[name].isNull {
            faults.add(.forbidden(path.child(name), "\(name) is forbidden when subject kind is not '\(other)'"))
        }
    }

    private static let flowVerbNames = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"]
    private static func flowVerbs(_ verbs: Value, _ path: FieldPath, _ faults: inout Faults) {
        if verbs.items.isEmpty { return faults.add(.required(path, "verbs must contain at least one value")) }
        if verbs.items.contains("*") {
            if verbs.items.count > 1 { faults.add(.invalid(path, verbs, "if '*' is present, must not specify other verbs")) }
        } else if verbs.items.contains(where: { !flowVerbNames.contains($0.string ?? "") }) {
            faults.add(.notSupported(path, verbs, flowVerbNames))
        }
    }
    private static func flowList(_ list: Value, _ path: FieldPath, _ what: (one: String, many: String), _ faults: inout Faults) {
        if list.items.isEmpty { faults.add(.required(path, "resource rules must supply at least one \(what.one)")) }
        if list.items.count > 1, list.items.contains("*") {
            faults.add(.invalid(path, list, "if '*' is present, must not specify other \(what.many)"))
        }
    }
    private static func flowNamespaces(_ rule: Value, _ path: FieldPath, _ faults: inout Faults) {
        let names = rule["namespaces"].items
        if names.isEmpty, rule["clusterScope"].bool != true {
            let text = "resource rules that are not cluster scoped must supply at least one namespace"
            return faults.add(.required(path, text))
        }
        if names.contains("*") {
            if names.count > 1 { faults.add(.invalid(path, rule["namespaces"], "if '*' is present, must not specify other namespaces")) }
            return
        }
        for (index, name) in names.enumerated() {
            let problems = Names.label(name.string ?? "").map { "each member of this list must be '*' or a DNS-1123 label; \($0)" }
            faults.invalid(path.index(index), name, problems)
        }
    }
    private static func flowPaths(_ paths: Value, _ path: FieldPath, _ faults: inout Faults) {
        if paths.items.isEmpty { return faults.add(.required(path, "nonResourceURLs must contain at least one value")) }
        if paths.items.contains("*") {
            if paths.items.count > 1 {
                faults.add(.invalid(path, paths, "if '*' is present, must not specify other non-resource URLs"))
            }
            return
        }
        for (index, item) in paths.items.enumerated() {
            let text = item.string ?? ""
            let stars = text.utf8.count { $0 == UInt8(ascii: "*") }
            let problem: String? =
                text.isEmpty
                ? "must not be empty"
                : !text.hasPrefix("/")
                    ? "must start with slash"
                    : text.contains(" ")
                        ? "must not contain white-space"
                        : text.contains("//")
                            ? "must not contain double slash"
                            : stars > 1 || stars == 1 && !text.hasSuffix("/*") ? "wildcard can only do suffix matching" : nil
            if let problem { faults.add(.invalid(path.index(index), item, problem)) }
        }
    }
}

// MARK: - Priority levels

extension KindRules {
    static func priorityLevel(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (spec, path) = (new["spec"], FieldPath("spec"))
        let type = spec["type"].string ?? ""
        if (new["metadata"]["name"] == "exempt") != (type == "Exempt") {
            faults.add(.invalid(path.child("type"), .string(type), "type must be 'Exempt' if and only if name is 'exempt'"))
        }
        switch type {
        case "Exempt":
            if !spec["limited"].isNull { faults.add(.forbidden(path.child("limited"), "must be nil if the type is not Limited")) }
            shares(spec["exempt"], path.child("exempt"), &faults)
        case "Limited":
            if !spec["exempt"].isNull { faults.add(.forbidden(path.child("exempt"), "must be nil if the type is Limited")) }
            if spec["limited"].isNull {
                return faults.add(.required(path.child("limited"), "must not be empty when type is Limited"))
            }
            shares(spec["limited"], path.child("limited"), &faults)
            limitResponse(spec["limited"]["limitResponse"], path.child("limited").child("limitResponse"), &faults)
        default: faults.add(.notSupported(path.child("type"), .string(type), ["Exempt", "Limited"]))
        }
    }
    private static func shares(_ level: Value, _ path: FieldPath, _ faults: inout Faults) {
        if let shares = level["nominalConcurrencyShares"].int, shares < 0 {
            faults.add(
                .invalid(path.child("nominalConcurrencyShares"), level["nominalConcurrencyShares"], "must be a non-negative integer"))
        }
        if let percent = level["lendablePercent"].int, !(0...100).contains(percent) {
            faults.add(.invalid(path.child("lendablePercent"), level["lendablePercent"], "must be between 0 and 100, inclusive"))
        }
        if let percent = level["borrowingLimitPercent"].int, percent < 0 {
            let text = "if specified, must be a non-negative integer"
            faults.add(.invalid(path.child("borrowingLimitPercent"), level["borrowingLimitPercent"], text))
        }
    }
    private static func limitResponse(_ response: Value, _ path: FieldPath, _ faults: inout Faults) {
        let queuing = response["queuing"]
        let place = path.child("queuing")
        switch response["type"].string ?? "" {
        case "Reject":
            if !queuing.isNull { faults.add(.forbidden(place, "must be nil if limited.limitResponse.type is not Limited")) }
        case "Queue":
            guard !queuing.isNull else {
                return faults.add(.required(place, "must not be empty if limited.limitResponse.type is Limited"))
            }
            let (queues, hand) = (queuing["queues"].int ?? 0, queuing["handSize"].int ?? 0)
            if (queuing["queueLengthLimit"].int ?? 0) <= 0 {
                faults.add(.invalid(place.child("queueLengthLimit"), queuing["queueLengthLimit"], "must be positive"))
            }
            if queues <= 0 { faults.add(.invalid(place.child("queues"), .int(Int64(queues)), "must be positive")) }
            if queues > 10_000_000 {
                faults.add(.invalid(place.child("queues"), .int(Int64(queues)), "must not be greater than 10000000"))
            }
            if let problem = handProblem(hand, of: queues) { faults.add(.invalid(place.child("handSize"), .int(Int64(hand)), problem)) }
        default: faults.add(.notSupported(path.child("type"), response["type"], ["Queue", "Reject"]))
        }
    }
    /// What is wrong with dealing a hand out of so many queues: it is told apart by 60 bits of a hash.
    private static func handProblem(_ hand: Int, of queues: Int) -> String? {
        if hand <= 0 { return "must be positive" }
        if hand > queues { return "should not be greater than queues (\(queues))" }
        var hands: UInt64 = 1
        for _ in 0..<hand where queues > 1 {
            let product = hands.multipliedReportingOverflow(by: UInt64(queues))
            if product.overflow || product.partialValue > 1 << 60 {
                return "required entropy bits of deckSize \(queues) and handSize \(hand) should not be greater than 60"
            }
            hands = product.partialValue
        }
        return nil
    }
}
