import Documents

// The rules of Endpoints. Source: core/validation, ValidateEndpoints.
extension KindRules {
    static func endpoints(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        // The API server itself may answer on the host's loopback.
        let isOwn = new["metadata"]["name"] == "kubernetes" && new["metadata"]["namespace"] == "default"
        for (index, subset) in new["subsets"].items.enumerated() {
            let path = FieldPath("subsets").index(index)
            if subset["addresses"].isBlank, subset["notReadyAddresses"].isBlank {
                faults.add(.required(path, "must specify `addresses` or `notReadyAddresses`"))
            }
            for list in ["addresses", "notReadyAddresses"] {
                for (position, address) in subset[list].items.enumerated() {
                    endpoint(address, path.child(list).index(position), isOwn: isOwn, &faults)
                }
            }
            let ports = subset["ports"].items
            for (position, port) in ports.enumerated() {
                let place = path.child("ports").index(position)
                if ports.count > 1, port["name"].isBlank { faults.add(.required(place.child("name"))) }
                if let name = port["name"].string, !name.isEmpty { faults.invalid(place.child("name"), port["name"], Names.label(name)) }
                if !(1...65535).contains(port["port"].int ?? 0) {
                    faults.add(.invalid(place.child("port"), port["port"], "must be between 1 and 65535, inclusive"))
                }
                if let transport = port["protocol"].string, !["SCTP", "TCP", "UDP"].contains(transport) {
                    faults.add(.notSupported(place.child("protocol"), port["protocol"], ["SCTP", "TCP", "UDP"]))
                }
            }
        }
    }
    private static func endpoint(_ address: Value, _ path: FieldPath, isOwn: Bool, _ faults: inout Faults) {
        let text = address["ip"].string ?? ""
        faults.invalid(path.child("ip"), .string(text), Names.address(text))
        if !isOwn, let given = AddressText(text) { faults.invalid(path.child("ip"), .string(text), TypeRules.special(given, text)) }
        if let name = address["hostname"].string, !name.isEmpty {
            faults.invalid(path.child("hostname"), .string(name), Names.label(name))
        }
        if let node = address["nodeName"].string { faults.invalid(path.child("nodeName"), .string(node), Names.subdomain(node)) }
    }
}
