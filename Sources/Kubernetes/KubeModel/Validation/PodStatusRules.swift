import Documents

// What a pod's status says of its claims to devices. Source: core/validation, validatePodResourceClaimStatuses and
// validatePodExtendedResourceClaimStatus.
extension KindRules {
    static func podStatus(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (spec, status, path) = (new["spec"], new["status"], FieldPath("status"))
        let claims = status["resourceClaimStatuses"].items
        if !claims.isEmpty { podClaims(claims, spec, path.child("resourceClaimStatuses"), &faults) }
        let extended = status["extendedResourceClaimStatus"]
        if !extended.isNull { extendedClaim(extended, spec, path.child("extendedResourceClaimStatus"), &faults) }
    }

    private static func podClaims(_ claims: [Value], _ spec: Value, _ path: FieldPath, _ faults: inout Faults) {
        let known = Set(spec["resourceClaims"].items.map { $0["name"] })
        for (index, claim) in claims.enumerated() {
            let place = path.index(index).child("name")
            if !known.contains(claim["name"]) {
                faults.add(.invalid(place, claim["name"], "must match the name of an entry in `spec.resourceClaims`"))
            }
            if let name = claim["resourceClaimName"].string { faults.invalid(place, .string(name), Names.subdomain(name)) }
        }
        faults.unique(claims.map { $0["name"] }) { path.index($0).child("name") }
    }

    private static func extendedClaim(_ claim: Value, _ spec: Value, _ path: FieldPath, _ faults: inout Faults) {
        let mappings = claim["requestMappings"].items
        let place = path.child("requestMappings")
        if mappings.isEmpty { faults.add(.required(place, "at least one request mapping is required")) }
        let containers = spec["initContainers"].items + spec["containers"].items
        var seen: Set<Value> = []
        for (index, mapping) in mappings.enumerated() {
            let place = place.index(index)
            if let container = containers.first(where: { $0["name"] == mapping["containerName"] }) {
                if container["resources"]["requests"][mapping["resourceName"].string ?? ""].isNull {
                    let text = "must match the extended resource name of an entry in "
                    let lists = "spec.initContainers.resources.requests or spec.containers.resources.requests"
                    faults.add(.invalid(place.child("resourceName"), mapping["resourceName"], text + lists))
                }
            } else {
                let text = "must match the name of an entry in spec.initContainers.name or spec.containers.name"
                faults.add(.invalid(place.child("containerName"), mapping["containerName"], text))
            }
            faults.invalid(path.child("requestName"), mapping["requestName"], Names.label(mapping["requestName"].string ?? ""))
            let names = ["containerName", "resourceName", "requestName"]
            if !seen.insert(.array(names.map { mapping[$0] })).inserted {
                for name in names { faults.add(.duplicate(place.child(name), mapping[name])) }
            }
        }
        let name = path.child("resourceClaimName")
        if claim["resourceClaimName"].isBlank { return faults.add(.required(name)) }
        faults.invalid(name, claim["resourceClaimName"], Names.subdomain(claim["resourceClaimName"].string ?? ""))
    }
}
