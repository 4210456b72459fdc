import Documents

// What slices of devices say. Source: resource/validation, validateResourceSliceSpec.
extension KindRules {
    static func deviceSlice(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (spec, path) = (new["spec"], FieldPath("spec"))
        TypeRules.driverName(spec["driver"], path.child("driver"), &faults)
        poolName(spec["pool"]["name"], path.child("pool").child("name"), &faults)
        if (spec["pool"]["resourceSliceCount"].int ?? 0) <= 0 {
            let count = spec["pool"]["resourceSliceCount"]
            faults.add(.invalid(path.child("pool").child("resourceSliceCount"), count, "must be greater than zero"))
        }
        if let generation = spec["pool"]["generation"].int, generation < 0 {
            let text = "must be greater than or equal to zero"
            faults.add(.invalid(path.child("pool").child("generation"), spec["pool"]["generation"], text))
        }
        if let before = old?["spec"] {
            faults.immutable(path.child("pool").child("name"), spec["pool"]["name"], before["pool"]["name"])
            faults.immutable(path.child("driver"), spec["driver"], before["driver"])
            faults.immutable(path.child("nodeName"), spec["nodeName"], before["nodeName"])
        }
        slicePlace(spec, path, &faults)
        if !spec["sharedCounters"].isNull, !spec["devices"].isNull {
            faults.add(.invalid(path, "", "only one of `sharedCounters` or `devices` is allowed"))
        }
        let devices = spec["devices"].items
        let isAdvanced = devices.contains { !$0["taints"].items.isEmpty || !$0["consumesCounters"].items.isEmpty }
        let most = isAdvanced ? 64 : 128
        if devices.count > most {
            faults.add(.tooMany(path.child("devices"), count: devices.count, limit: most))
        } else {
            for (index, device) in devices.enumerated() {
                self.device(device, path.child("devices").index(index), spec["perDeviceNodeSelection"] == true, &faults)
            }
            faults.unique(devices.map { $0["name"] }) { path.child("devices").index($0) }
        }
        sets(spec["sharedCounters"].items, "name", 8, path.child("sharedCounters"), &faults)
    }
    /// A pool's name: subdomains with slashes between them.
    static func poolName(_ name: Value, _ path: FieldPath, _ faults: inout Faults) {
        guard let text = name.string, !text.isEmpty else { return faults.add(.required(path)) }
        if text.utf8.count > 253 { faults.add(.tooLong(path, limit: 253)) }
        for part in text.split(separator: "/", omittingEmptySubsequences: false) {
            faults.invalid(path, .string(String(part)), Names.subdomain(String(part)))
        }
    }
    private static func slicePlace(_ spec: Value, _ path: FieldPath, _ faults: inout Faults) {
        var given = place(spec, path, "must be either unset or set to a non-empty string", &faults)
        if !spec["nodeSelector"].isNull, spec["nodeSelector"]["nodeSelectorTerms"].items.count != 1 {
            let terms = spec["nodeSelector"]["nodeSelectorTerms"]
            let place = path.child("nodeSelector").child("nodeSelectorTerms")
            faults.add(.invalid(place, terms, "must have exactly one node selector term"))
        }
        switch spec["perDeviceNodeSelection"] {
        case true: given.append("`perDeviceNodeSelection`")
        case false:
            faults.add(.invalid(path.child("perDeviceNodeSelection"), false, "must be either unset or set to true"))
        default: break
        }
        let text = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"
        if given.isEmpty { faults.add(.required(path, text)) }
        if given.count > 1 {
            let all = "{\(given.joined(separator: ", "))}"
            faults.add(.invalid(path, .string(all), "\(text), but multiple fields are set"))
        }
    }
    /// Which of the fields that say where devices can be used are set.
    private static func place(_ part: Value, _ path: FieldPath, _ emptyName: String, _ faults: inout Faults) -> [String] {
        var given: [String] = []
        if let name = part["nodeName"].string {
            if name.isEmpty {
                faults.add(.invalid(path.child("nodeName"), "", emptyName))
            } else {
                given.append("`nodeName`")
                faults.invalid(path.child("nodeName"), part["nodeName"], Names.subdomain(name))
            }
        }
        if !part["nodeSelector"].isNull { given.append("`nodeSelector`") }
        switch part["allNodes"] {
        case true: given.append("`allNodes`")
        case false: faults.add(.invalid(path.child("allNodes"), false, "must be either unset or set to true"))
        default: break
        }
        return given
    }

    // MARK: Devices

    private static func device(_ device: Value, _ path: FieldPath, _ isPerDevice: Bool, _ faults: inout Faults) {
        faults.invalid(path.child("name"), device["name"], Names.label(device["name"].string ?? ""))
        let (attributes, capacities) = (device["attributes"].object ?? [:], device["capacity"].object ?? [:])
        if attributes.count + capacities.count > 32 {
            let text = "the total number of attributes and capacities must not exceed 32"
            faults.add(.invalid(path, .int(Int64(attributes.count + capacities.count)), text))
        }
        for member in attributes {
            let place = path.child("attributes").key(member.key)
            qualified(member.key, place, &faults)
            attribute(member.value, place, &faults)
        }
        for member in capacities {
            let place = path.child("capacity").key(member.key)
            qualified(member.key, place, &faults)
            guard !member.value["requestPolicy"].isNull else { continue }
            if device["allowMultipleAllocations"] == true {
                requestPolicy(member.value, place.child("requestPolicy"), &faults)
            } else {
                faults.add(.forbidden(place.child("requestPolicy"), "allowMultipleAllocations must be true"))
            }
        }
        taints(device["taints"].items, path.child("taints"), &faults)
        sets(device["consumesCounters"].items, "counterSet", 2, path.child("consumesCounters"), &faults)
        devicePlace(device, path, isPerDevice, &faults)
        bindingConditions(device, path, &faults)
    }
    private static func devicePlace(_ device: Value, _ path: FieldPath, _ isPerDevice: Bool, _ faults: inout Faults) {
        guard isPerDevice else {
            if !device["nodeName"].isNull || !device["nodeSelector"].isNull || !device["allNodes"].isNull {
                let text =
                    "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec"
                faults.add(.invalid(path, .null, text))
            }
            return
        }
        let given = place(device, path, "must not be empty", &faults)
        let text =
            "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec"
        if given.isEmpty { faults.add(.required(path, text)) }
        if given.count > 1 { faults.add(.invalid(path, .string("{\(given.joined(separator: ", "))}"), text)) }
    }
    private static func attribute(_ attribute: Value, _ path: FieldPath, _ faults: inout Faults) {
        let given = ["bool", "int", "string", "version"].filter { !attribute[$0].isNull }
        if given.count != 1 { faults.add(.invalid(path, given.isEmpty ? "" : attribute, "exactly one value must be specified")) }
        if let version = attribute["version"].string, !SemanticVersion.isValid(version) {
            let text = "must be a string compatible with semver.org spec 2.0.0"
            faults.add(.invalid(path.child("version"), attribute["version"], text))
        }
        for name in ["string", "version"] where (attribute[name].string?.utf8.count ?? 0) > 64 {
            faults.add(.tooLong(path.child(name), limit: 64))
        }
    }
    private static func taints(_ taints: [Value], _ path: FieldPath, _ faults: inout Faults) {
        if taints.count > 16 { return faults.add(.tooMany(path, count: taints.count, limit: 16)) }
        for (index, taint) in taints.enumerated() {
            let place = path.index(index)
            faults.invalid(place.child("key"), taint["key"].isNull ? "" : taint["key"], Names.qualifiedName(taint["key"].string ?? ""))
            faults.invalid(place.child("value"), taint["value"], Names.labelValue(taint["value"].string ?? ""))
            deviceEffect(taint["effect"], place.child("effect"), isRequired: true, &faults)
        }
    }
    /// What a taint does, or which taints a toleration is about.
    static func deviceEffect(_ effect: Value, _ path: FieldPath, isRequired: Bool, _ faults: inout Faults) {
        let effects = ["NoExecute", "NoSchedule", "None"]
        if effect.isBlank {
            if isRequired { faults.add(.required(path)) }
        } else if !effects.contains(effect.string ?? "") {
            faults.add(.notSupported(path, effect, effects))
        }
    }
    /// Conditions that a device has to reach, and those that rule it out.
    static func bindingConditions(_ device: Value, _ path: FieldPath, _ faults: inout Faults) {
        let (wanted, failures) = (device["bindingConditions"].items, device["bindingFailureConditions"].items)
        for (name, list) in [("bindingConditions", wanted), ("bindingFailureConditions", failures)] {
            let place = path.child(name)
            if list.count > 4 { faults.add(.tooMany(place, count: list.count, limit: 4)) }
            for (index, condition) in list.enumerated() {
                faults.invalid(place.index(index), condition, Names.qualifiedName(condition.string ?? ""))
            }
            faults.unique(list) { place.index($0) }
        }
        for (index, condition) in failures.enumerated() where wanted.contains(condition) {
            let text = "bindingFailureConditions must not overlap with bindingConditions"
            faults.add(.invalid(path.child("bindingFailureConditions").index(index), condition, text))
        }
        if wanted.isEmpty, !failures.isEmpty {
            let text = "bindingConditions are required to use bindingFailureConditions"
            faults.add(.invalid(path.child("bindingConditions"), device["bindingConditions"], text))
        }
        if failures.isEmpty, !wanted.isEmpty {
            let text = "bindingFailureConditions are required to use bindingConditions"
            faults.add(.invalid(path.child("bindingFailureConditions"), device["bindingFailureConditions"], text))
        }
    }

    // MARK: Counters and names

    private static func sets(_ sets: [Value], _ name: String, _ most: Int, _ path: FieldPath, _ faults: inout Faults) {
        if sets.count > most { return faults.add(.tooMany(path, count: sets.count, limit: most)) }
        for (index, set) in sets.enumerated() {
            let place = path.index(index)
            if set[name].isBlank {
                faults.add(.required(place.child(name)))
            } else {
                faults.invalid(place.child(name), set[name], Names.label(set[name].string ?? ""))
            }
            let counters = set["counters"].object ?? [:]
            if counters.isEmpty { faults.add(.required(place.child("counters"))) }
            if counters.count > 32 { faults.add(.tooMany(place.child("counters"), count: counters.count, limit: 32)) }
            for member in counters { faults.invalid(place.child("counters").key(member.key), .string(member.key), Names.label(member.key)) }
        }
        faults.unique(sets.map { $0[name] }) { path.index($0) }
    }
    /// A name with or without a domain before it.
    static func qualified(_ name: String, _ path: FieldPath, _ faults: inout Faults) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1: identifier(parts[0], path, &faults)
        case 2:
            if parts[0].isEmpty {
                faults.add(.invalid(path, "", "the domain must not be empty"))
            } else {
                TypeRules.driverName(.string(parts[0]), path, &faults)
            }
            if parts[1].isEmpty {
                faults.add(.invalid(path, "", "the name must not be empty"))
            } else {
                identifier(parts[1], path, &faults)
            }
        default: break
        }
    }
    private static func identifier(_ text: String, _ path: FieldPath, _ faults: inout Faults) {
        if text.utf8.count > 32 { faults.add(.tooLong(path, limit: 32)) }
        let starts = text.utf8.first.map { $0 == UInt8(ascii: "_") || $0 > UInt8(ascii: "9") && Names.isAlphanumeric($0) } ?? false
        if starts, text.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || Names.isAlphanumeric($0) }) { return }
        let text_ =
            "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')"
        faults.add(.invalid(path, .string(text), text_))
    }
}
