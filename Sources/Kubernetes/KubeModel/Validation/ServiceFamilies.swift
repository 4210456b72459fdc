package import Documents

/// What a Service asks of its addresses and their families.
package enum ServiceFamilies {
    /// What is wrong with it, before any is chosen. Clusters have addresses of one family, `family`.
    /// Source: core/validation, ValidateServiceClusterIPsRelatedFields; registry/core/service, initIPFamilyFields.
    package static func errors(_ service: Value, family: String = "IPv4") -> [FieldError] {
        var faults = Faults()
        let (spec, path) = (service["spec"], FieldPath("spec"))
        let (addresses, families, policy) = (spec["clusterIPs"].items, spec["ipFamilies"].items, spec["ipFamilyPolicy"])
        let place = path.child("clusterIPs")
        if let first = addresses.first, let address = spec["clusterIP"].string, !address.isEmpty, first.string != address {
            faults.add(.invalid(place, spec["clusterIPs"], "first value must match `clusterIP`"))
        }
        let known = ["IPv4", "IPv6"]
        for (index, item) in families.enumerated() where !known.contains(item.string ?? "") {
            faults.add(.notSupported(path.child("ipFamilies").index(index), item, known))
        }
        faults.unique(families) { path.child("ipFamilies").index($0) }
        if addresses.first == "None", addresses.count > 1 {
            faults.add(.invalid(place, spec["clusterIPs"], "'None' must be the first and only value"))
        }
        let texts = addresses.isEmpty && !spec["clusterIP"].isBlank ? [spec["clusterIP"]] : addresses
        for (index, item) in texts.enumerated() where item != "None" || index > 0 {
            faults.invalid(place.index(index), item, Names.address(item.string ?? ""))
        }
        if addresses.count > 2 { faults.add(.invalid(place, spec["clusterIPs"], "may only hold up to 2 values")) }
        guard faults.errors.isEmpty else { return faults.errors }
        let sixths = texts.map { AddressText($0.string ?? "")?.isSixth ?? false }
        if sixths.count == 2, sixths[0] == sixths[1] {
            faults.add(.invalid(place, spec["clusterIPs"], "may specify no more than one IP for each IP family"))
        }
        for (index, pair) in zip(families, sixths).enumerated() where texts[index] != "None" && (pair.0 == "IPv6") != pair.1 {
            let wanted = pair.0.string ?? ""
            faults.add(.invalid(place.index(index), texts[index], "expected an \(wanted) value as indicated by `ipFamilies[\(index)]`"))
        }
        for (index, item) in families.enumerated() where item.string != family {
            faults.add(.invalid(path.child("ipFamilies").index(index), item, "not configured on this cluster"))
        }
        let isSingle = policy == "SingleStack"
        for (count, what) in [(addresses.count, "clusterIPs"), (families.count, "ipFamilies")] where count > 1 && isSingle {
            let text = "must be RequireDualStack or PreferDualStack when multiple \(what) are specified"
            faults.add(.invalid(path.child("ipFamilyPolicy"), policy, text))
        }
        if policy == "RequireDualStack" {
            faults.add(.invalid(path.child("ipFamilyPolicy"), policy, "this cluster is not configured for dual-stack services"))
        }
        return faults.errors
    }
}
