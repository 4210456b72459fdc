import Documents

// What a claim's status says of its devices and who uses them. Source: resource/validation, validateResourceClaimStatusUpdate.
extension KindRules {
    static func deviceClaimStatus(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (status, before, path) = (new["status"], old?["status"] ?? .null, FieldPath("status"))
        consumers(status, before, !new["metadata"]["deletionTimestamp"].isNull, path.child("reservedFor"), &faults)
        let allocation = status["allocation"]
        let results = allocation["devices"]["results"].items
        for (index, device) in status["devices"].items.enumerated() {
            deviceStatus(device, results, path.child("devices").index(index), &faults)
        }
        faults.unique(status["devices"].items.map(identity)) { path.child("devices").index($0) }
        if !before["allocation"].isNull, !allocation.isNull {
            faults.immutable(path.child("allocation"), allocation, before["allocation"])
        } else if !allocation.isNull {
            self.allocation(allocation["devices"], requestNames(new["spec"]["devices"]), path.child("allocation").child("devices"), &faults)
        }
    }
    private static func consumers(_ status: Value, _ before: Value, _ isDeleting: Bool, _ path: FieldPath, _ faults: inout Faults) {
        let list = status["reservedFor"].items
        if list.isEmpty { return }
        if list.count > 256 {
            faults.add(.tooMany(path, count: list.count, limit: 256))
        } else {
            for (index, consumer) in list.enumerated() {
                for name in ["resource", "name", "uid"] where consumer[name].isBlank {
                    faults.add(.required(path.index(index).child(name)))
                }
            }
            faults.unique(list.map { $0["uid"] }) { path.index($0) }
        }
        if status["allocation"].isNull {
            faults.add(.forbidden(path, "may not be specified when `allocated` is not set"))
        } else if isDeleting, list.contains(where: { !before["reservedFor"].items.contains($0) }) {
            let text = "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set"
            faults.add(.forbidden(path, text))
        }
    }
    private static func identity(_ device: Value) -> Value {
        .array(["driver", "pool", "device", "shareID"].map { device[$0] })
    }

    private static func allocation(_ devices: Value, _ known: Set<String>, _ path: FieldPath, _ faults: inout Faults) {
        let (results, config) = (devices["results"].items, devices["config"].items)
        if results.count > 32 { faults.add(.tooMany(path.child("results"), count: results.count, limit: 32)) }
        for (index, result) in results.prefix(32).enumerated() {
            let place = path.child("results").index(index)
            reference(result["request"], known, place.child("request"), &faults)
            deviceName(result, place, &faults)
            bindingConditions(result, place, &faults)
            share(result["shareID"], place.child("shareID"), &faults)
        }
        if config.count > 64 { return faults.add(.tooMany(path.child("config"), count: config.count, limit: 64)) }
        for (index, entry) in config.enumerated() {
            let place = path.child("config").index(index)
            let source = entry["source"]
            if source.isBlank {
                faults.add(.required(place.child("source")))
            } else if source != "FromClass", source != "FromClaim" {
                faults.add(.notSupported(place.child("source"), source, ["FromClaim", "FromClass"]))
            }
            references(entry["requests"], known, place.child("requests"), &faults)
        }
        configurations(devices["config"], path.child("config"), &faults)
    }
    private static func deviceName(_ part: Value, _ path: FieldPath, _ faults: inout Faults) {
        TypeRules.driverName(part["driver"], path.child("driver"), &faults)
        poolName(part["pool"], path.child("pool"), &faults)
        faults.invalid(path.child("device"), part["device"], Names.label(part["device"].string ?? ""))
    }
    private static func share(_ share: Value, _ path: FieldPath, _ faults: inout Faults) {
        guard let text = share.string else { return }
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        let isHexadecimal = groups.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) } }
        if !isHexadecimal || groups.map(\.utf8.count) != [8, 4, 4, 4, 12] {
            let words = "must be a lowercase UUID in 8-4-4-4-12 format"
            faults.add(.invalid(path, share, words))
        }
    }

    /// What a driver says of a device that the claim has.
    private static func deviceStatus(_ device: Value, _ results: [Value], _ path: FieldPath, _ faults: inout Faults) {
        deviceName(device, path, &faults)
        share(device["shareID"], path.child("shareID"), &faults)
        if !results.contains(where: { identity($0) == identity(device) }) {
            let name = ["driver", "pool", "device"].map { device[$0].string ?? "" }.joined(separator: "/")
            faults.add(.invalid(path, .string(name), "must be an allocated device in the claim"))
        }
        let conditions = device["conditions"].items
        if conditions.count > 8 { faults.add(.tooMany(path.child("conditions"), count: conditions.count, limit: 8)) }
        object(device["data"], path.child("data"), isRequired: false, &faults)
        let (network, place) = (device["networkData"], path.child("networkData"))
        for (name, limit) in [("interfaceName", 256), ("hardwareAddress", 128)] where (network[name].string?.utf8.count ?? 0) > limit {
            faults.add(.tooLong(place.child(name), limit: limit))
        }
        if network["ips"].items.count > 16 { faults.add(.tooMany(place.child("ips"), count: network["ips"].items.count, limit: 16)) }
        faults.unique(network["ips"].items) { place.child("ips").index($0) }
    }
}
