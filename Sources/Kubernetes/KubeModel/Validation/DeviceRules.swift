import Documents

// What claims for devices and their classes say as a whole. Source: resource/validation.
extension KindRules {
    static let devices: [String: Rule] = [
        "ResourceClaim.resource.k8s.io": deviceClaim, "ResourceClaimTemplate.resource.k8s.io": deviceClaimTemplate,
        "DeviceClass.resource.k8s.io": deviceClass,
    ]

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
    }

    private static func devices(_ claim: Value, _ path: FieldPath, _ faults: inout Faults) {
        let requests = claim["requests"].items
        if requests.count > 32 { faults.add(.tooMany(path.child("requests"), count: requests.count, limit: 32)) }
        faults.unique(requests.map { $0["name"] }) { path.child("requests").index($0) }
        var known: Set<String> = []
        for (index, request) in requests.enumerated() {
            let place = path.child("requests").index(index)
            let name = request["name"].string ?? ""
            known.insert(name)
            let (exactly, choices) = (request["exactly"], request["firstAvailable"].items)
            let text = "exactly one of `exactly` or `firstAvailable` is required"
            switch (exactly.isNull, choices.isEmpty) {
            case (true, true): faults.add(.required(place, text))
            case (false, false): faults.add(.invalid(place, .null, "\(text), but multiple fields are set"))
            case (false, true): selectors(exactly["selectors"], place.child("exactly").child("selectors"), &faults)
            case (true, false):
                for (position, choice) in choices.enumerated() {
                    let place = place.child("firstAvailable").index(position)
                    let part = choice["name"].string ?? ""
                    known.insert("\(name)/\(part)")
                    selectors(choice["selectors"], place.child("selectors"), &faults)
                }
            }
        }
        for (index, constraint) in claim["constraints"].items.enumerated() {
            let place = path.child("constraints").index(index)
            references(constraint["requests"], known, place.child("requests"), &faults)
            if constraint["matchAttribute"].isBlank, constraint["distinctAttribute"].isBlank {
                faults.add(.required(place.child("matchAttribute")))
            }
        }
        for (index, config) in claim["config"].items.enumerated() {
            references(config["requests"], known, path.child("config").index(index).child("requests"), &faults)
        }
        configurations(claim["config"], path.child("config"), &faults)
    }
    private static func selectors(_ list: Value, _ path: FieldPath, _ faults: inout Faults) {
        if list.items.count > 32 { faults.add(.tooMany(path, count: list.items.count, limit: 32)) }
        for (index, selector) in list.items.enumerated() {
            if selector["cel"].isNull {
                faults.add(.required(path.index(index).child("cel")))
            } else if selector["cel"]["expression"].isBlank {
                faults.add(.required(path.index(index).child("cel").child("expression")))
            }
        }
    }
    private static func configurations(_ list: Value, _ path: FieldPath, _ faults: inout Faults) {
        for (index, config) in list.items.enumerated() {
            let place = path.index(index).child("opaque")
            guard !config["opaque"].isNull else {
                faults.add(.required(place))
                continue
            }
            TypeRules.driverName(config["opaque"]["driver"], place.child("driver"), &faults)
            if config["opaque"]["parameters"].isNull { faults.add(.required(place.child("parameters"))) }
        }
    }
    private static func references(_ names: Value, _ known: Set<String>, _ path: FieldPath, _ faults: inout Faults) {
        let text = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"
        for (index, name) in names.items.enumerated() {
            let parts = (name.string ?? "").split(separator: "/", omittingEmptySubsequences: false)
            if parts.count <= 2 { for part in parts { faults.invalid(path.index(index), name, Names.label(String(part))) } }
            if parts.count > 2 || !known.contains(name.string ?? "") { faults.add(.invalid(path.index(index), name, text)) }
        }
    }
}
