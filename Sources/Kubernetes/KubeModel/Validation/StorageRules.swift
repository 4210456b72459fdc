import Documents

// The rules of volumes, and of what tells of their drivers. Source: core/validation and storage/validation.
extension TypeRules {
    static let storage: [(String, FieldRules.TypeRule)] = [
        ("core.v1.NodeSelector", nodeSelector), ("core.v1.NodeSelectorTerm", nodeSelectorTerm),
        ("core.v1.VolumeNodeAffinity", volumeAffinity), ("core.v1.PersistentVolumeClaimSpec", claim),
        ("core.v1.CSIPersistentVolumeSource", driverVolume), ("core.v1.TopologySelectorLabelRequirement", topologyRequirement),
        ("storage.v1.CSIDriverSpec", driver), ("storage.v1.CSINodeSpec", nodeDrivers),
        ("storage.v1.VolumeAttachmentSpec", attachment), ("storage.v1.VolumeAttachmentSource", attachmentSource),
    ]
    private static let modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]

    /// Which ways of access there are; one of them goes with no other.
    static func accessModes(_ given: Value, _ path: FieldPath, _ faults: inout Faults) {
        for mode in given.items where !modes.contains(mode.string ?? "") { faults.add(.notSupported(path, mode, modes)) }
        if given.items.count > 1, given.items.contains("ReadWriteOncePod") {
            faults.add(.forbidden(path, "may not use ReadWriteOncePod with other access modes"))
        }
    }
    /// The name of a storage driver. Source: ValidateCSIDriverName.
    static func driverName(_ name: Value, _ path: FieldPath, _ faults: inout Faults) {
        let text = name.string ?? ""
        if text.isEmpty { return faults.add(.required(path)) }
        if text.utf8.count > 63 { faults.add(.tooLong(path, limit: 63)) }
        faults.invalid(path, name, Names.subdomain(text.lowercased()))
    }

    // MARK: Where volumes can be used

    private static func nodeSelector(_ selector: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard (selector["nodeSelectorTerms"] ?? .null).isBlank else { return }
        faults.add(.required(path.child("nodeSelectorTerms"), "must have at least one node selector term"))
    }
    private static func nodeSelectorTerm(_ term: Object, _ path: FieldPath, _ faults: inout Faults) {
        for (index, requirement) in (term["matchExpressions"]?.items ?? []).enumerated() {
            self.requirement(requirement, path.child("matchExpressions").index(index), comparesNumbers: true, &faults)
        }
        for (index, requirement) in (term["matchFields"]?.items ?? []).enumerated() {
            let path = path.child("matchFields").index(index)
            let values = requirement["values"].items
            if !["In", "NotIn"].contains(requirement["operator"].string ?? "") {
                faults.add(.invalid(path.child("operator"), requirement["operator"], "not a valid selector operator"))
            } else if values.count != 1 {
                let text = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
                faults.add(.required(path.child("values"), text))
            }
            guard requirement["key"] == "metadata.name" else {
                faults.add(.invalid(path.child("key"), requirement["key"], "not a valid field selector key"))
                continue
            }
            for (position, value) in values.enumerated() {
                faults.invalid(path.child("values").index(position), value, Names.subdomain(value.string ?? ""))
            }
        }
    }
    private static func volumeAffinity(_ affinity: Object, _ path: FieldPath, _ faults: inout Faults) {
        if affinity["required"] == nil { faults.add(.required(path.child("required"), "must specify required node constraints")) }
    }
    private static func topologyRequirement(_ requirement: Object, _ path: FieldPath, _ faults: inout Faults) {
        let values = requirement["values"]?.items ?? []
        if values.isEmpty { faults.add(.required(path.child("values"))) }
        faults.unique(values) { path.child("values").index($0) }
        faults.invalid(path.child("key"), requirement["key"] ?? "", Names.qualifiedName(requirement["key"]?.string ?? ""))
    }

    // MARK: Claims and volumes

    private static func claim(_ claim: Object, _ path: FieldPath, _ faults: inout Faults) {
        let modes = claim["accessModes"] ?? .null
        if modes.isBlank { faults.add(.required(path.child("accessModes"), "at least 1 access mode is required")) }
        accessModes(modes, path.child("accessModes"), &faults)
        let storage = claim["resources"]?["requests"]["storage"] ?? .null
        let place = path.child("resources").key("storage")
        if let amount = Quantity(storage) {
            if amount.sign <= 0 { faults.add(.invalid(place, storage, "must be greater than zero")) }
        } else {
            faults.add(.required(place))
        }
        let (source, reference) = (claim["dataSource"] ?? .null, claim["dataSourceRef"] ?? .null)
        for (name, given) in [("dataSource", source), ("dataSourceRef", reference)] where !given.isNull {
            dataSource(given, path.child(name), &faults)
        }
        let isSame = ["apiGroup", "kind", "name"].allSatisfy { source[$0] == reference[$0] }
        if !source.isNull, !reference.isNull, !isSame {
            faults.add(.invalid(path, .string("\(path).dataSource"), "must match dataSourceRef"))
        }
    }
    /// What a claim is filled from.
    private static func dataSource(_ source: Value, _ path: FieldPath, _ faults: inout Faults) {
        let (kind, group) = (source["kind"], source["apiGroup"].string ?? "")
        if source["name"].isBlank { faults.add(.required(path.child("name"))) }
        if kind.isBlank { faults.add(.required(path.child("kind"))) }
        if group.isEmpty, kind != "PersistentVolumeClaim" {
            faults.add(.invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
        } else if !group.isEmpty {
            faults.invalid(path.child("apiGroup"), .string(group), Names.subdomain(group))
        }
    }
    private static func driverVolume(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        driverName(source["driver"] ?? .null, path.child("driver"), &faults)
        for name in ["controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"] {
            guard let reference = source[name] else { continue }
            for member in ["name", "namespace"] where reference[member].isBlank {
                faults.add(.required(path.child(name).child(member)))
            }
        }
    }

    // MARK: Drivers

    private static func driver(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        var audiences: Set<Value> = []
        for (index, request) in (spec["tokenRequests"]?.items ?? []).enumerated() {
            let place = path.child("tokenRequests").index(index)
            guard audiences.insert(request["audience"]).inserted else {
                faults.add(.duplicate(place.child("audience"), request["audience"]))
                continue
            }
            guard let seconds = request["expirationSeconds"].int else { continue }
            let problem =
                seconds < 600
                ? "may not specify a duration less than 10 minutes"
                : seconds > 1 << 32 ? "may not specify a duration larger than 2^32 seconds" : nil
            if let problem { faults.add(.invalid(place.child("expirationSeconds"), request["expirationSeconds"], problem)) }
        }
        if let seconds = spec["nodeAllocatableUpdatePeriodSeconds"]?.int, seconds < 10 {
            let place = path.child("nodeAllocatableUpdatePeriodSeconds")
            faults.add(.invalid(place, .int(Int64(seconds)), "must be greater than or equal to 10 seconds"))
        }
    }
    private static func nodeDrivers(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        let drivers = spec["drivers"]?.items ?? []
        for (index, driver) in drivers.enumerated() {
            let path = path.child("drivers").index(index)
            driverName(driver["name"], path.child("name"), &faults)
            let id = driver["nodeID"].string ?? ""
            if id.isEmpty { faults.add(.required(path.child("nodeID"))) }
            if id.utf8.count > 256 { faults.add(.invalid(path.child("nodeID"), .string(id), "must be 256 characters or less")) }
            if let count = driver["allocatable"]["count"].int, count < 0 {
                let place = path.child("allocatable").child("count")
                faults.add(.invalid(place, .int(Int64(count)), "must be greater than or equal to 0"))
            }
            let keys = driver["topologyKeys"].items
            faults.unique(keys) { _ in path.child("topologyKeys") }
            for key in keys {
                if key == "" { faults.add(.required(path.child("topologyKeys"))) }
                faults.invalid(path.child("topologyKeys"), driver["topologyKeys"], Names.qualifiedName(key.string ?? ""))
            }
        }
        faults.unique(drivers.map { $0["name"] }) { path.child("drivers").index($0).child("name") }
    }
    private static func attachment(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        driverName(spec["attacher"] ?? .null, path.child("attacher"), &faults)
        faults.invalid(path.child("nodeName"), spec["nodeName"] ?? "", Names.subdomain(spec["nodeName"]?.string ?? ""))
    }
    private static func attachmentSource(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard let name = source["persistentVolumeName"] else { return }
        let place = path.child("persistentVolumeName")
        if name.isBlank { return faults.add(.required(place, "must specify non empty persistentVolumeName")) }
        faults.invalid(place, name, Names.subdomain(name.string ?? ""))
    }
}

extension KindRules {
    /// Kinds that tell of storage, with what an update may not change.
    static let storage: [String: Rule] = [
        "CSINode.storage.k8s.io": storageNode, "VolumeAttributesClass.storage.k8s.io": volumeAttributes,
        "CSIStorageCapacity.storage.k8s.io": storageCapacity,
    ]

    /// What a driver has said of itself on a node stays, but for how many volumes there may be.
    private static func storageNode(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        for before in old?["spec"]["drivers"].items ?? [] {
            guard var after = new["spec"]["drivers"].items.first(where: { $0["name"] == before["name"] }) else { continue }
            let shown = after
            after["allocatable"] = before["allocatable"]
            if after != before { faults.add(.invalid(FieldPath("CSINodeDriver"), shown, "field is immutable")) }
        }
    }
    private static func volumeAttributes(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (name, parameters) = (new["driverName"].string ?? "", FieldPath("parameters"))
        if name.isEmpty { faults.add(.required(FieldPath("driverName"))) }
        if !name.isEmpty { faults.invalid(FieldPath("driverName"), .string(name), Names.qualifiedName(name.lowercased())) }
        if new["parameters"].isBlank { faults.add(.required(parameters, "must contain at least one key/value pair")) }
        classParameters(new["parameters"], &faults)
        guard let old else { return }
        faults.immutable(FieldPath("driverName"), new["driverName"], old["driverName"])
        faults.immutable(parameters, new["parameters"], old["parameters"])
    }
    /// What a class tells its driver.
    static func classParameters(_ given: Value, _ faults: inout Faults) {
        let members = given.object ?? [:]
        let path = FieldPath("parameters")
        if members.count > 512 { faults.add(.tooLong(path, limit: 512)) }
        if members.contains(where: { $0.key.isEmpty }) { faults.add(.invalid(path, "", "field can not be empty.")) }
        let size = members.reduce(0) { $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0) }
        if size > 256 << 10 { faults.add(.tooLong(path, limit: 256 << 10)) }
    }
    private static func storageCapacity(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let name = new["storageClassName"]
        faults.invalid(FieldPath("storageClassName"), name.isNull ? "" : name, Names.subdomain(name.string ?? ""))
        for field in ["capacity", "maximumVolumeSize"] {
            guard let amount = Quantity(new[field]), amount.sign < 0 else { continue }
            faults.add(.invalid(FieldPath(field), new[field], "must be greater than or equal to 0"))
        }
        guard let old else { return }
        for field in ["nodeTopology", "storageClassName"] { faults.immutable(FieldPath(field), new[field], old[field]) }
    }
}
