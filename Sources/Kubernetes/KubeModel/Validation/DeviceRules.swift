import Documents

// What claims for devices and their classes say as a whole. Source: resource/validation.
extension KindRules {
    static let devices: [String: Rule] = [
        "ResourceClaim.resource.k8s.io": deviceClaim, "ResourceClaimTemplate.resource.k8s.io": deviceClaimTemplate,
        "DeviceClass.resource.k8s.io": deviceClass, "ResourceSlice.resource.k8s.io": deviceSlice,
    ]
    /// The rules of status updates.
    static let statuses: [String: Rule] = ["ResourceClaim.resource.k8s.io": deviceClaimStatus, "Pod": podStatus]

    private static func deviceClaim(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        if let old { return faults.immutable(FieldPath("spec"), new["spec"], old["spec"]) }
        devices(new["spec"]["devices"], FieldPath("spec", "devices"), &faults)
    }
    private static func deviceClaimTemplate(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        if let old { return faults.immutable(FieldPath("spec"), new["spec"], old["spec"]) }
        devices(new["spec"]["spec"]["devices"], FieldPath("spec", "spec", "devices"), &faults)
    }
    private static func deviceClass(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        selectors(new["spec"]["selectors"], FieldPath("spec", "selectors"), &faults)
        configurations(new["spec"]["config"], FieldPath("spec", "config"), &faults)
        if let name = new["spec"]["extendedResourceName"].string, !ExtendedResources.isName(name) {
            faults.add(.invalid(FieldPath("spec", "extendedResourceName"), .string(name), "must be a valid extended resource name"))
        }
    }

    private static func devices(_ claim: Value, _ path: FieldPath, _ faults: inout Faults) {
        let requests = claim["requests"].items
        for (name, limit) in [("requests", 32), ("constraints", 32), ("config", 32)] where claim[name].items.count > limit {
            faults.add(.tooMany(path.child(name), count: claim[name].items.count, limit: limit))
        }
        faults.unique(requests.map { $0["name"] }) { path.child("requests").index($0) }
        for (index, request) in requests.enumerated() { self.request(request, path.child("requests").index(index), &faults) }
        let known = requestNames(claim)
        for (index, constraint) in claim["constraints"].items.enumerated() {
            let place = path.child("constraints").index(index)
            references(constraint["requests"], known, place.child("requests"), &faults)
            let names = ["matchAttribute", "distinctAttribute"].filter { !constraint[$0].isNull }
            guard let name = names.first else {
                let text = "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set"
                faults.add(.required(place, text))
                continue
            }
            let attribute = constraint[name].string ?? ""
            qualified(attribute, place.child(name), &faults)
            if !attribute.utf8.contains(UInt8(ascii: "/")) {
                let text = "a fully qualified name must be a domain and a name separated by a slash"
                faults.add(.invalid(place.child(name), constraint[name], text))
            }
        }
        for (index, config) in claim["config"].items.enumerated() {
            references(config["requests"], known, path.child("config").index(index).child("requests"), &faults)
        }
        configurations(claim["config"], path.child("config"), &faults)
    }
    private static func request(_ request: Value, _ path: FieldPath, _ faults: inout Faults) {
        let (exactly, choices) = (request["exactly"], request["firstAvailable"].items)
        let text = "exactly one of `exactly` or `firstAvailable` is required"
        switch (exactly.isNull, choices.isEmpty) {
        case (true, true): faults.add(.required(path, text))
        case (false, false): faults.add(.invalid(path, .null, "\(text), but multiple fields are set"))
        case (false, true):
            selectors(exactly["selectors"], path.child("exactly").child("selectors"), &faults)
            tolerations(exactly["tolerations"], path.child("exactly").child("tolerations"), &faults)
        case (true, false):
            let place = path.child("firstAvailable")
            if choices.count > 8 { return faults.add(.tooMany(place, count: choices.count, limit: 8)) }
            faults.unique(choices.map { $0["name"] }) { place.index($0) }
            for (position, choice) in choices.enumerated() {
                selectors(choice["selectors"], place.index(position).child("selectors"), &faults)
                tolerations(choice["tolerations"], place.index(position).child("tolerations"), &faults)
            }
        }
    }
    private static func tolerations(_ list: Value, _ path: FieldPath, _ faults: inout Faults) {
        if list.items.count > 16 { return faults.add(.tooMany(path, count: list.items.count, limit: 16)) }
        for (index, toleration) in list.items.enumerated() {
            let (place, value) = (path.index(index), toleration["value"].string ?? "")
            if let key = toleration["key"].string, !key.isEmpty {
                faults.invalid(place.child("key"), toleration["key"], Names.qualifiedName(key))
            }
            switch toleration["operator"].string {
            case "Exists":
                if !value.isEmpty { faults.add(.invalid(place.child("value"), toleration["value"], "must be empty for operator `Exists`")) }
            case "Equal": faults.invalid(place.child("value"), toleration["value"], Names.labelValue(value))
            case nil, "": faults.add(.required(place.child("operator")))
            default: faults.add(.notSupported(place.child("operator"), toleration["operator"], ["Equal", "Exists"]))
            }
            deviceEffect(toleration["effect"], place.child("effect"), isRequired: false, &faults)
        }
    }
    /// The names by which a claim's requests can be meant, alternatives included.
    static func requestNames(_ claim: Value) -> Set<String> {
        var known: Set<String> = []
        for request in claim["requests"].items {
            let name = request["name"].string ?? ""
            known.insert(name)
            for choice in request["firstAvailable"].items { known.insert("\(name)/\(choice["name"].string ?? "")") }
        }
        return known
    }
    private static func selectors(_ list: Value, _ path: FieldPath, _ faults: inout Faults) {
        if list.items.count > 32 { faults.add(.tooMany(path, count: list.items.count, limit: 32)) }
        for (index, selector) in list.items.enumerated() {
            if selector["cel"].isNull {
                faults.add(.required(path.index(index).child("cel")))
            } else if selector["cel"]["expression"].isBlank {
                faults.add(.required(path.index(index).child("cel").child("expression")))
            } else if (selector["cel"]["expression"].string?.utf8.count ?? 0) > 10 * 1024 {
                faults.add(.tooLong(path.index(index).child("cel").child("expression"), limit: 10 * 1024))
            }
        }
    }
    static func configurations(_ list: Value, _ path: FieldPath, _ faults: inout Faults) {
        for (index, config) in list.items.enumerated() {
            let place = path.index(index).child("opaque")
            guard !config["opaque"].isNull else {
                faults.add(.required(place))
                continue
            }
            TypeRules.driverName(config["opaque"]["driver"], place.child("driver"), &faults)
            object(config["opaque"]["parameters"], place.child("parameters"), isRequired: true, &faults)
        }
    }
    /// An object of any content, at most 10 KiB of it. Source: validateRawExtension.
    static func object(_ value: Value, _ path: FieldPath, isRequired: Bool, _ faults: inout Faults) {
        if value.isNull {
            if isRequired { faults.add(.required(path)) }
        } else if value.object == nil {
            faults.add(.invalid(path, "<value omitted>", "must be a valid JSON object"))
        } else if JSON.encode(value).count > 10 * 1024 {
            faults.add(.tooLong(path, limit: 10 * 1024))
        }
    }
    static func references(_ names: Value, _ known: Set<String>, _ path: FieldPath, _ faults: inout Faults) {
        if names.items.count > 32 { return faults.add(.tooMany(path, count: names.items.count, limit: 32)) }
        faults.unique(names.items) { path.index($0) }
        for (index, name) in names.items.enumerated() { reference(name, known, path.index(index), &faults) }
    }
    /// A request's name, or that of an alternative behind it and a slash.
    static func reference(_ name: Value, _ known: Set<String>, _ path: FieldPath, _ faults: inout Faults) {
        let text = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"
        let parts = (name.string ?? "").split(separator: "/", omittingEmptySubsequences: false)
        if parts.count <= 2 { for part in parts { faults.invalid(path, name, Names.label(String(part))) } }
        if parts.count > 2 || !known.contains(name.string ?? "") { faults.add(.invalid(path, name, text)) }
    }
}
