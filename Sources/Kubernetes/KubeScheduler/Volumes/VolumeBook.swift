import Documents
import KubeModel

/// Claims, volumes and what storage can do, as far as it decides where pods may go; with what the scheduler has decided but not yet seen.
struct VolumeBook {
    /// A PersistentVolumeClaim.
    struct Claim: Equatable {
        let namespace: String
        let name: String
        let uid: String
        let className: String
        let request: Int
        let modes: Set<String>
        let volumeMode: String
        let selector: LabelSelector?
        let volumeName: String
        /// Whether claim and volume are joined for good.
        let isBound: Bool
        let isLost: Bool
        let isDeleting: Bool
        let selectedNode: String
        /// The uid of the pod for whose ephemeral volume it was made.
        let owner: String
        var path: String { "\(namespace)/\(name)" }
    }
    /// A PersistentVolume.
    final class Volume {
        let name: String, className: String, capacity: Int, modes: Set<String>, volumeMode: String
        let labels: [String: String]
        let nodeTerms: [NodeTerm]?
        /// Where its labels say that it can be used.
        let places: [VolumePlace]
        /// Whose it is, as `namespace/name`, and that claim's uid; empty for nobody's.
        let claim: String, claimUID: String
        let isUsable: Bool
        /// What limits count it by.
        let driver: String, handle: String

        init(_ document: Value) {
            let (metadata, spec) = (document["metadata"], document["spec"])
            name = metadata["name"].string ?? ""
            className = metadata["annotations"]["volume.beta.kubernetes.io/storage-class"].string ?? spec["storageClassName"].string ?? ""
            capacity = Quantity(spec["capacity"]["storage"])?.units ?? 0
            modes = Set(spec["accessModes"].items.compactMap(\.string))
            volumeMode = spec["volumeMode"].string ?? "Filesystem"
            labels = metadata["labels"].strings
            places = VolumePlace.places(labels)
            nodeTerms = spec["nodeAffinity"]["required"]["nodeSelectorTerms"].array?.map(NodeTerm.init)
            let reference = spec["claimRef"]
            claim = reference.isNull ? "" : "\(reference["namespace"].string ?? "")/\(reference["name"].string ?? "")"
            claimUID = reference["uid"].string ?? ""
            isUsable = metadata["deletionTimestamp"].isNull && !["Released", "Failed"].contains(document["status"]["phase"].string ?? "")
            let migrated = VolumeBook.migrated(spec)
            driver = spec["csi"]["driver"].string ?? migrated?.driver ?? ""
            handle = spec["csi"]["volumeHandle"].string ?? migrated?.handle ?? ""
        }
        func suits(_ node: SchedulingNode) -> Bool { nodeTerms?.contains { $0.matches(node) } ?? true }
    }
    /// A StorageClass.
    struct Class {
        let provisioner: String
        let waits: Bool
        /// In which places it can make volumes; nil for all.
        let topologies: [[(key: String, values: Set<String>)]]?
    }
    /// What is left in a part of the cluster: a CSIStorageCapacity.
    struct Capacity {
        let className: String
        let capacity: Int
        let largest: Int
        let topology: LabelSelector
    }

    private(set) var claims: [String: Claim] = [:]
    private(set) var volumes: [String: Volume] = [:]
    private var volumesByClass: [String: Set<String>] = [:]
    private(set) var classes: [String: Class] = [:]
    /// How many volumes of a driver a node takes, by node and driver.
    private(set) var limits: [String: [String: Int]] = [:]
    /// No node takes fewer volumes of any driver.
    private(set) var leastLimit = Int.max
    private(set) var capacityDrivers: Set<String> = []
    private(set) var capacities: [String: Capacity] = [:]
    /// Volumes promised to claims, and nodes for which claims are provisioned, until documents say so.
    private(set) var promised: [String: String] = [:]
    private(set) var chosen: [String: String] = [:]
    /// How many pods on nodes use each claim.
    private(set) var users: [String: Int] = [:]

    static let selectedNode = "volume.kubernetes.io/selected-node"
    static let bound = "pv.kubernetes.io/bind-completed"

    /// The driver that serves a volume of an older kind, and its handle there. Source: csi-translation-lib.
    static func migrated(_ source: Value) -> (driver: String, handle: String)? {
        if let id = source["awsElasticBlockStore"]["volumeID"].string { return ("ebs.csi.aws.com", id) }
        if let name = source["gcePersistentDisk"]["pdName"].string { return ("pd.csi.storage.gke.io", name) }
        if let uri = source["azureDisk"]["diskURI"].string { return ("disk.csi.azure.com", uri) }
        return nil
    }

    /// Takes over a claim's document, nil when it is gone.
    mutating func put(claim path: String, _ document: Value?) {
        guard let document else {
            (claims[path], chosen[path]) = (nil, nil)
            return
        }
        let (metadata, spec) = (document["metadata"], document["spec"])
        let annotations = metadata["annotations"]
        let claim = Claim(
            namespace: metadata["namespace"].string ?? "", name: metadata["name"].string ?? "", uid: metadata["uid"].string ?? "",
            className: annotations["volume.beta.kubernetes.io/storage-class"].string ?? spec["storageClassName"].string ?? "",
            request: Quantity(spec["resources"]["requests"]["storage"])?.units ?? 0,
            modes: Set(spec["accessModes"].items.compactMap(\.string)), volumeMode: spec["volumeMode"].string ?? "Filesystem",
            selector: spec["selector"].isNull ? nil : LabelSelector(spec["selector"]), volumeName: spec["volumeName"].string ?? "",
            isBound: spec["volumeName"].string?.isEmpty == false && !annotations[Self.bound].isNull,
            isLost: document["status"]["phase"].string == "Lost", isDeleting: !metadata["deletionTimestamp"].isNull,
            selectedNode: annotations[Self.selectedNode].string ?? "",
            owner: metadata["ownerReferences"].items.first { $0["controller"].bool == true && $0["kind"].string == "Pod" }?["uid"].string
                ?? "")
        if claims[path]?.selectedNode != claim.selectedNode || claim.isBound { chosen[path] = nil }
        claims[path] = claim
    }
    mutating func put(volume name: String, _ document: Value?) {
        if let before = volumes.removeValue(forKey: name) { volumesByClass[before.className]?.remove(name) }
        guard let document else {
            promised[name] = nil
            return
        }
        let volume = Volume(document)
        if !volume.claim.isEmpty { promised[name] = nil }
        volumes[name] = volume
        volumesByClass[volume.className, default: []].insert(name)
    }
    mutating func put(class name: String, _ document: Value?) {
        guard let document else {
            classes[name] = nil
            return
        }
        let topologies = document["allowedTopologies"].items.map { term in
            term["matchLabelExpressions"].items.map { (key: $0["key"].string ?? "", values: Set($0["values"].items.compactMap(\.string))) }
        }
        classes[name] = Class(
            provisioner: document["provisioner"].string ?? "", waits: document["volumeBindingMode"].string == "WaitForFirstConsumer",
            topologies: topologies.isEmpty ? nil : topologies)
    }
    mutating func put(csiNode name: String, _ document: Value?) {
        guard let document else {
            limits[name] = nil
            if limits.isEmpty { leastLimit = .max }
            return
        }
        var counts: [String: Int] = [:]
        for driver in document["spec"]["drivers"].items {
            if let name = driver["name"].string, let count = driver["allocatable"]["count"].int { counts[name] = count }
        }
        limits[name] = counts.isEmpty ? nil : counts
        leastLimit = min(leastLimit, counts.values.min() ?? .max)
    }
    mutating func put(csiDriver name: String, _ document: Value?) {
        if document?["spec"]["storageCapacity"].bool == true { capacityDrivers.insert(name) } else { capacityDrivers.remove(name) }
    }
    mutating func put(capacity path: String, _ document: Value?) {
        guard let document else {
            capacities[path] = nil
            return
        }
        let capacity = Quantity(document["capacity"])?.units ?? 0
        capacities[path] = Capacity(
            className: document["storageClassName"].string ?? "", capacity: capacity,
            largest: Quantity(document["maximumVolumeSize"])?.units ?? capacity, topology: LabelSelector(document["nodeTopology"]))
    }

    /// A pod with claims comes to a node or leaves it.
    mutating func count(_ pod: SchedulingPod, _ change: Int) {
        for claim in pod.demands?.content.claims ?? [] {
            let path = "\(pod.namespace)/\(claim.name)"
            let count = users[path, default: 0] + change
            users[path] = count == 0 ? nil : count
        }
    }

    /// The scheduler has decided: these are taken until documents say so.
    mutating func assume(_ plan: VolumePlan, node: String) {
        for binding in plan.bindings { promised[binding.volume] = binding.claim }
        for claim in plan.provisions { chosen[claim] = node }
    }
    /// The decision is void.
    mutating func revert(_ plan: VolumePlan) {
        for binding in plan.bindings where promised[binding.volume] == binding.claim { promised[binding.volume] = nil }
        for claim in plan.provisions { chosen[claim] = nil }
    }

    /// The smallest free volume that holds what the claim asks for on the node. Source: component-helpers, FindMatchingVolume.
    func match(_ claim: Claim, on node: SchedulingNode, besides taken: Set<String>) -> Volume? {
        var best: Volume?
        for name in volumesByClass[claim.className] ?? [] where !taken.contains(name) {
            guard let volume = volumes[name], volume.isUsable, volume.volumeMode == claim.volumeMode, volume.suits(node) else { continue }
            let owner = promised[name] ?? volume.claim
            if owner == claim.path, volume.claimUID.isEmpty || volume.claimUID == claim.uid { return volume }
            guard owner.isEmpty, volume.capacity >= claim.request, claim.modes.isSubset(of: volume.modes),
                claim.selector?.matches(volume.labels) ?? true
            else { continue }
            if let known = best, (known.capacity, known.name) <= (volume.capacity, volume.name) { continue }
            best = volume
        }
        return best
    }
}

/// What has to be written before a pod can have its node.
struct VolumePlan: Sendable, Equatable {
    struct Binding: Sendable, Equatable {
        let volume: String
        /// As `namespace/name`, and its uid.
        let claim: String
        let uid: String
    }
    var bindings: [Binding] = []
    /// Claims for which volumes are to be made near the node, as `namespace/name`.
    var provisions: [String] = []
    var isEmpty: Bool { bindings.isEmpty && provisions.isEmpty }
}
