import Control
import Documents
import Glibc
import KubeModel
import Storage

/// Reads pods from the bytes of their documents, and lets those of one template share what they ask for.
///
/// A text's parts that scheduling reads are compared as they stand, so a pod of a known template costs no tree and little memory.
struct PodReader {
    private var shapes: [Text: PodShape] = [:]
    private var groups: [Text: PodGroup] = [:]
    private var crowds: [String: OwnerCrowd] = [:]
    /// When to look for shapes, groups and crowds that no pod has any more.
    private var sweepAt = 4096

    /// - Returns: nil for a document without metadata.
    mutating func read(_ document: Document, key: String) -> SeenPod? {
        let root = document.root
        guard let metadata = root["metadata"] else { return nil }
        let (spec, status) = (root["spec"], root["status"])
        let namespace = metadata["namespace"]?.string ?? ""
        let group = group(metadata, namespace)
        let affinity = spec?["affinity"]
        let pinned = affinity.flatMap(Self.pinned)
        var content = PodDemandsContent()
        content.pinned = pinned
        if let volumes = spec?["volumes"] { Self.read(volumes, of: metadata["name"]?.string ?? "", &content) }
        for entry in spec?["resourceClaims"]?.items ?? [] {
            let name = entry["name"]?.string ?? ""
            let made = status?["resourceClaimStatuses"]?.items.first { $0["name"]?.string == name }
            let named = entry["resourceClaimName"]?.string
            let claim = named ?? made.map { $0["resourceClaimName"]?.string ?? "" }
            content.devices.append(.init(name: name, claim: claim, isTemplated: named == nil))
        }
        let nodeName = spec?["nodeName"]?.string ?? ""
        // Where it may go no longer matters once it is there.
        if !nodeName.isEmpty { content.pinned = nil }
        let demands = content == PodDemandsContent() ? nil : PodDemands(content)
        let shape = shape(spec, status, affinity: pinned == nil ? affinity : nil, group)
        let created = metadata["creationTimestamp"]?.string.flatMap(Timestamp.init) ?? Timestamp(seconds: 0)
        let pod = SchedulingPod(
            key: key, uid: PodUID(metadata["uid"]?.string ?? ""), created: created, shape: shape, group: group, demands: demands,
            isDeleting: metadata["deletionTimestamp"].map { !$0.isNull } ?? false)
        let phase = status?["phase"]?.string
        return SeenPod(
            pod: pod, nodeName: nodeName, isTerminated: phase == "Succeeded" || phase == "Failed",
            isGated: (spec?["schedulingGates"]?.count ?? 0) > 0, nominatedNode: status?["nominatedNodeName"]?.string ?? "")
    }

    /// The pod with its node, where this version differs from the one before by a binding: by the node's name, and by labels, which a pod
    /// gets from its node. Nil where scheduling reads anything else that differs, or where that is not plain.
    mutating func bound(_ pod: SchedulingPod, _ entry: Entry, since previous: Entry) -> (pod: SchedulingPod, node: String)? {
        guard pod.demands == nil, let new = entry.document?.root, let old = previous.document?.root,
            let (before, after) = old["spec"].flatMap({ before in new["spec"].map { (before, $0) } }), before["nodeName"] == nil,
            let node = after["nodeName"], let name = node.string, !name.isEmpty, Self.isPlain(new["status"]), Self.isPlain(old["status"]),
            after.bytes.startIndex + Self.nodeMember.count + 1 == node.range.lowerBound,
            let metadata = new["metadata"], metadata["uid"]?.string.map(PodUID.init) == pod.uid
        else { return nil }
        // Behind the opening brace, and behind the node with its comma.
        let (rest, kept) = (before.bytes.dropFirst(), entry.bytes[(node.range.upperBound + 1)..<after.range.upperBound])
        guard rest.withUnsafeBytes({ rest in kept.withUnsafeBytes { kept in rest.elementsAreSame(as: kept) } }) else { return nil }
        if entry.hasSameMetadata(as: previous) { return (pod, name) }
        let isDeleting = metadata["deletionTimestamp"].map { !$0.isNull } ?? false
        // What a pod says of other pods may follow from its labels.
        guard isDeleting == pod.isDeleting, after["affinity"] == nil, (after["topologySpreadConstraints"]?.count ?? 0) == 0 else {
            return nil
        }
        let group = group(metadata, pod.namespace)
        return (group === pod.group ? pod : pod.with(group), name)
    }
    private static let nodeMember = Array("\"nodeName\":".utf8)
    /// Whether a status tells of no container, and of no end.
    private static func isPlain(_ status: Node?) -> Bool {
        guard let status else { return true }
        let phase = status["phase"]?.string
        return phase != "Succeeded" && phase != "Failed" && status["containerStatuses"] == nil && status["initContainerStatuses"] == nil
    }

    /// Bytes that are compared and hashed as a whole, which arrays do one by one.
    private struct Text: Hashable {
        let bytes: [UInt8]
        func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
        static func == (left: Text, right: Text) -> Bool {
            left.bytes.withUnsafeBytes { left in right.bytes.withUnsafeBytes { left.elementsAreSame(as: $0) } }
        }
    }

    /// The one node that required affinity names, when it asks for nothing else.
    private static func pinned(_ affinity: Node) -> String? {
        guard affinity.count == 1, let nodes = affinity["nodeAffinity"], nodes.count == 1,
            let terms = nodes["requiredDuringSchedulingIgnoredDuringExecution"]?["nodeSelectorTerms"], terms.count == 1,
            let term = terms.items.first, term.count == 1, let fields = term["matchFields"], fields.count == 1,
            let field = fields.items.first, field["key"]?.string == "metadata.name", field["operator"]?.string == "In",
            let values = field["values"], values.count == 1
        else { return nil }
        return values.items.first?.string
    }

    /// Reads the volumes that decide where a pod may go; most do not.
    private static func read(_ volumes: Node, of pod: String, _ content: inout PodDemandsContent) {
        for volume in volumes.items {
            if let claim = volume["persistentVolumeClaim"]?["claimName"]?.string {
                content.claims.append(.init(name: claim, isEphemeral: false))
            } else if volume["ephemeral"] != nil {
                content.claims.append(.init(name: "\(pod)-\(volume["name"]?.string ?? "")", isEphemeral: true))
            } else if let disk = volume["gcePersistentDisk"] {
                content.disks.append(Self.disk("gce", [disk["pdName"]?.string ?? ""], disk))
                content.inlineDrivers.append("pd.csi.storage.gke.io")
            } else if let disk = volume["awsElasticBlockStore"] {
                content.disks.append(Self.disk("ebs", [disk["volumeID"]?.string ?? ""], disk))
                content.inlineDrivers.append("ebs.csi.aws.com")
            } else if let disk = volume["iscsi"] {
                content.disks.append(Self.disk("iscsi", [disk["iqn"]?.string ?? ""], disk))
            } else if let disk = volume["rbd"] {
                let place = "\(disk["pool"]?.string ?? "rbd")/\(disk["image"]?.string ?? "")"
                content.disks.append(Self.disk("rbd", (disk["monitors"]?.items ?? []).map { "\($0.string ?? "") \(place)" }, disk))
            }
        }
    }
    private static func disk(_ kind: String, _ names: [String], _ source: Node) -> PodDemandsContent.Disk {
        PodDemandsContent.Disk(kind: kind, names: Set(names), isReadOnly: source["readOnly"]?.bool ?? false)
    }

    private mutating func group(_ metadata: Node, _ namespace: String) -> PodGroup {
        let labels = metadata["labels"]
        var owner: String?
        for reference in metadata["ownerReferences"]?.items ?? [] where reference["controller"]?.bool == true {
            if let kind = reference["kind"]?.string, Self.spreadOwners.contains(kind) { owner = reference["uid"]?.string }
            break
        }
        var key = Array(namespace.utf8)
        key.append(0)
        if let labels { key += labels.bytes }
        key.append(0)
        if let owner { key += Array(owner.utf8) }
        if let known = groups[Text(bytes: key)] { return known }
        let crowd = owner.map { crowds[$0] ?? OwnerCrowd() }
        let group = PodGroup(namespace: namespace, labels: labels?.value.strings ?? [:], owner: owner, crowd: crowd)
        sweep()
        groups[Text(bytes: key)] = group
        if let owner { crowds[owner] = crowd }
        return group
    }
    /// Source: component-helpers, DefaultSelector: pods of Jobs and of daemon sets are not spread by default.
    private static let spreadOwners: Set = ["ReplicaSet", "StatefulSet", "ReplicationController"]

    private mutating func shape(_ spec: Node?, _ status: Node?, affinity: Node?, _ group: PodGroup) -> PodShape {
        guard let spec else { return PodShape(.null, namespace: group.namespace, labels: [:], allocated: Allocation()) }
        var key: [UInt8] = []
        key.reserveCapacity(1024)
        func add(_ part: Node?) {
            if let part { key += part.bytes }
            key.append(0)
        }
        for list in [spec["containers"], spec["initContainers"]] {
            for container in list?.items ?? [] {
                for part in [
                    container["image"], container["resources"], container["ports"], container["restartPolicy"],
                    container["restartPolicyRules"],
                ] { add(part) }
            }
            key.append(1)
        }
        for part in [
            spec["nodeSelector"], affinity, spec["tolerations"], spec["topologySpreadConstraints"], spec["overhead"], spec["resources"],
            spec["priority"], spec["preemptionPolicy"], spec["schedulerName"],
        ] { add(part) }
        let allocated = Self.allocated(spec, status)
        for part in allocated { add(part) }
        let isRefused = !allocated.isEmpty && Self.isResizeRefused(status)
        key.append(isRefused ? 1 : 0)
        // Terms speak of the pod's own namespace, and of its labels by key.
        if affinity != nil || (spec["topologySpreadConstraints"]?.count ?? 0) > 0 {
            key += Array(group.namespace.utf8)
            if Self.namesLabelKeys(spec) {
                for label in group.labels.sorted(by: { $0.key < $1.key }) { key += Array("\(label.key)=\(label.value),".utf8) }
            }
        }
        if let known = shapes[Text(bytes: key)] { return known }
        var value = spec.value
        if affinity == nil { value["affinity"] = .null }
        let shape = PodShape(
            value, namespace: group.namespace, labels: group.labels,
            allocated: Allocation(allocated.map(\.value), isResizeRefused: isRefused))
        sweep()
        shapes[Text(bytes: key)] = shape
        return shape
    }

    private static func namesLabelKeys(_ spec: Node) -> Bool {
        let constraints = spec["topologySpreadConstraints"]?.items ?? []
        if constraints.contains(where: { ($0["matchLabelKeys"]?.count ?? 0) > 0 }) { return true }
        for side in [spec["affinity"]?["podAffinity"], spec["affinity"]?["podAntiAffinity"]] {
            let required = side?["requiredDuringSchedulingIgnoredDuringExecution"]?.items ?? []
            let preferred = side?["preferredDuringSchedulingIgnoredDuringExecution"]?.items.compactMap { $0["podAffinityTerm"] } ?? []
            for term in required + preferred where term["matchLabelKeys"] != nil || term["mismatchLabelKeys"] != nil { return true }
        }
        return false
    }

    /// The statuses of containers whose node holds other amounts for them than they ask for: a resize is under way.
    private static func allocated(_ spec: Node, _ status: Node?) -> [Node] {
        guard let statuses = status?["containerStatuses"], statuses.count > 0 else { return [] }
        var asked: [String: ArraySlice<UInt8>] = [:]
        for container in (spec["containers"]?.items ?? []) + (spec["initContainers"]?.items ?? []) {
            if let name = container["name"]?.string { asked[name] = container["resources"]?["requests"]?.bytes }
        }
        let all = statuses.items + (status?["initContainerStatuses"]?.items ?? [])
        return all.filter { status in
            let wanted = status["name"]?.string.flatMap { asked[$0] }
            return [status["allocatedResources"], status["resources"]?["requests"]].contains { held in
                held.map { $0.bytes != wanted } ?? false
            }
        }
    }

    private static func isResizeRefused(_ status: Node?) -> Bool {
        (status?["conditions"]?.items ?? []).contains {
            $0["type"]?.string == "PodResizePending" && $0["reason"]?.string == "Infeasible"
        }
    }

    /// Forgets what no pod has, now and then.
    private mutating func sweep() {
        guard shapes.count + groups.count >= sweepAt else { return }
        for key in Array(shapes.keys) {
            if let index = shapes.index(forKey: key), isKnownUniquelyReferenced(&shapes.values[index]) { shapes.remove(at: index) }
        }
        for key in Array(groups.keys) {
            if let index = groups.index(forKey: key), isKnownUniquelyReferenced(&groups.values[index]) { groups.remove(at: index) }
        }
        for key in Array(crowds.keys) {
            if let index = crowds.index(forKey: key), isKnownUniquelyReferenced(&crowds.values[index]) { crowds.remove(at: index) }
        }
        sweepAt = max(4096, 2 * (shapes.count + groups.count))
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func elementsAreSame(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count, let mine = baseAddress, let theirs = other.baseAddress else { return count == other.count }
        return memcmp(mine, theirs, count) == 0
    }
}
