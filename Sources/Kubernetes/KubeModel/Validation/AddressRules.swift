import Documents

// The rules of addresses and their ranges. Source: networking/validation and discovery/validation.
extension KindRules {
    static func serviceRange(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let path = FieldPath("spec", "cidrs")
        let ranges = new["spec"]["cidrs"].items
        if let old { faults.immutable(path, new["spec"]["cidrs"], old["spec"]["cidrs"]) }
        if ranges.isEmpty { return faults.add(.required(path, "at least one CIDR required")) }
        if ranges.count > 2 { return faults.add(.invalid(path, new["spec"], "may only hold up to 2 values")) }
        let sixths = ranges.map { ($0.string ?? "").contains(":") }
        if sixths.count == 2, sixths[0] == sixths[1] {
            let text = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"
            return faults.add(.invalid(path, new["spec"], text))
        }
        for (index, range) in ranges.enumerated() { faults.invalid(path.index(index), range, Names.block(range.string ?? "")) }
    }

    static func ipAddress(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (parent, path) = (new["spec"]["parentRef"], FieldPath("spec", "parentRef"))
        let name = new["metadata"]["name"]
        faults.invalid(FieldPath("metadata", "name"), name, Names.address(name.string ?? ""))
        if let old { faults.immutable(path, parent, old["spec"]["parentRef"]) }
        if parent.isNull { return faults.add(.required(path)) }
        if let group = parent["group"].string, !group.isEmpty {
            faults.invalid(path.child("group"), parent["group"], Names.subdomain(group))
        }
        for field in ["resource", "name"] where parent[field].isBlank { faults.add(.required(path.child(field))) }
        for field in ["resource", "name", "namespace"] {
            faults.invalid(path.child(field), parent[field], Names.pathSegment(parent[field].string ?? ""))
        }
    }

    /// The addresses of an EndpointSlice's endpoints, each of the slice's type.
    static func endpointAddresses(_ slice: Value, _ faults: inout Faults) {
        let isSixth = slice["addressType"] == "IPv6"
        guard isSixth || slice["addressType"] == "IPv4" else { return }
        for (index, endpoint) in slice["endpoints"].items.enumerated() {
            let path = FieldPath("endpoints").index(index).child("addresses")
            for (place, item) in endpoint["addresses"].items.enumerated() {
                let text = item.string ?? ""
                if AddressText(text)?.isSixth != isSixth {
                    faults.add(.invalid(path.index(place), item, "must be a valid \(isSixth ? "IPv6" : "IPv4") address"))
                }
                // The slice of the API server itself has the address on which the server listens, be it one that only the host reaches.
                guard let address = AddressText(text), slice["metadata"]["name"] != "kubernetes" else { continue }
                faults.invalid(path.index(place), item, TypeRules.special(address, text))
            }
        }
    }

    static func volumeAttachment(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (source, path) = (new["spec"]["source"], FieldPath("spec", "source"))
        if source["inlineVolumeSpec"].isNull, source["persistentVolumeName"].isNull {
            faults.add(.required(path, "must specify exactly one of inlineVolumeSpec and persistentVolumeName"))
        }
        if !source["inlineVolumeSpec"].isNull, !source["persistentVolumeName"].isNull {
            faults.add(.forbidden(path, "must specify exactly one of inlineVolumeSpec and persistentVolumeName"))
        }
        if let old { faults.immutable(FieldPath("spec"), new["spec"], old["spec"]) }
    }

    static func driver(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let modes = ["Ephemeral", "Persistent"]
        for mode in new["spec"]["volumeLifecycleModes"].items where !modes.contains(mode.string ?? "") {
            faults.add(.notSupported(FieldPath("spec", "volumeLifecycleModes"), mode, modes))
        }
        guard let old else { return }
        for (field, name) in [("attachRequired", "attachedRequired"), ("volumeLifecycleModes", "volumeLifecycleModes")] {
            faults.immutable(FieldPath("spec", name), new["spec"][field], old["spec"][field])
        }
    }
}
