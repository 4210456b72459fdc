import KubeModel

/// What a pod's volumes ask of its node: VolumeRestrictions, NodeVolumeLimits, VolumeBinding and VolumeZone.
struct VolumeFilters {
    private let pod: SchedulingPod
    private let content: PodDemandsContent
    private let filters: PluginSet
    private var waiting: [VolumeBook.Claim] = []
    /// Of the volumes that its claims have, those that not every node reaches.
    private var local: [VolumeBook.Volume] = []
    /// Whether a claim says that it has a volume of which there is no document.
    private var lacksVolume = false
    /// Where the labels of its claims' volumes say that they can be used.
    private var places: [VolumePlace] = []
    /// What it would have attached to its node.
    private var attachments: Set<Attachment> = []
    /// Whether a claim that one pod alone may use has a user.
    private var isClaimTaken = false
    /// What keeps the pod from all nodes.
    private(set) var refusal: Rejection?

    /// - Returns: nil for pods without such volumes.
    init?(_ pod: SchedulingPod, _ filters: PluginSet, _ book: VolumeBook) {
        guard let content = pod.demands?.content, content.hasVolumes else { return nil }
        (self.pod, self.content, self.filters) = (pod, content, filters)
        for reference in content.claims {
            if let refusal = read(reference, book) {
                self.refusal = refusal
                return
            }
        }
        waiting.sort { $0.request < $1.request }
        if filters.contains(.nodeVolumeLimits) { attachments = Self.attachments(pod, book) }
    }

    /// Source: VolumeBinding and VolumeRestrictions, PreFilter.
    private mutating func read(_ reference: PodDemandsContent.Claim, _ book: VolumeBook) -> Rejection? {
        func refuse(_ text: String) -> Rejection? {
            filters.contains(.volumeBinding) ? .other(.volumeBinding, text, isResolvable: false) : nil
        }
        let path = "\(pod.namespace)/\(reference.name)"
        guard let claim = book.claims[path] else {
            return refuse(
                reference.isEphemeral
                    ? "waiting for ephemeral volume controller to create the persistentvolumeclaim \(reference.name.quoted)"
                    : "persistentvolumeclaim \(reference.name.quoted) not found")
        }
        if claim.isLost {
            return refuse("persistentvolumeclaim \(claim.name.quoted) bound to non-existent persistentvolume \(claim.volumeName.quoted)")
        }
        if claim.isDeleting { return refuse("persistentvolumeclaim \(claim.name.quoted) is being deleted") }
        if reference.isEphemeral, claim.owner != pod.uid.text {
            return refuse("PVC \(path) was not created for pod \(pod.namespace)/\(pod.name) (pod is not owner)")
        }
        if filters.contains(.volumeRestrictions), claim.modes.contains("ReadWriteOncePod"), book.users[path] != nil { isClaimTaken = true }
        if claim.isBound {
            use(book.volumes[claim.volumeName])
        } else if claim.volumeName.isEmpty, book.classes[claim.className]?.waits == true {
            waiting.append(claim)
        } else if !claim.className.isEmpty, claim.volumeName.isEmpty, book.classes[claim.className] == nil {
            return refuse("storageclass.storage.k8s.io \(claim.className.quoted) not found")
        } else {
            return refuse("pod has unbound immediate PersistentVolumeClaims")
        }
        return nil
    }
    private mutating func use(_ volume: VolumeBook.Volume?) {
        guard let volume else {
            lacksVolume = true
            return
        }
        if volume.nodeTerms != nil { local.append(volume) }
        places += volume.places
    }

    /// What the node objects to.
    func rejections(_ node: SchedulingNode, _ book: VolumeBook) -> [Rejection] {
        if filters.contains(.volumeRestrictions) {
            if hasDiskConflict(node) { return [.other(.volumeRestrictions, "node(s) had no available disk", isResolvable: true)] }
            if isClaimTaken {
                let text = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
                return [.other(.volumeRestrictions, text, isResolvable: true)]
            }
        }
        if filters.contains(.nodeVolumeLimits), exceedsLimits(node, book) {
            return [.other(.nodeVolumeLimits, "node(s) exceed max volume count", isResolvable: true)]
        }
        if filters.contains(.volumeBinding) {
            var rejections: [Rejection] = []
            _ = plan(node, book, &rejections)
            if !rejections.isEmpty { return rejections }
        }
        if filters.contains(.volumeZone), isInAnotherZone(node) {
            return [.other(.volumeZone, "node(s) had no available volume zone", isResolvable: false)]
        }
        return []
    }

    /// Source: VolumeRestrictions, isVolumeConflict.
    private func hasDiskConflict(_ node: SchedulingNode) -> Bool {
        guard !content.disks.isEmpty else { return false }
        return node.pods.contains { other in
            (other.demands?.content.disks ?? []).contains { there in content.disks.contains { $0.conflicts(with: there) } }
        }
    }

    /// Source: NodeVolumeLimits: volumes that are on the node already count once.
    private func exceedsLimits(_ node: SchedulingNode, _ book: VolumeBook) -> Bool {
        // Most nodes have so few volumes that none has to be looked at.
        let most = node.volumeUses + attachments.count
        if attachments.isEmpty || most <= book.leastLimit { return false }
        guard let limits = book.limits[node.name], limits.values.contains(where: { most > $0 }) else { return false }
        let new = attachments.filter { limits[$0.driver] != nil }
        guard !new.isEmpty else { return false }
        var present: Set<Attachment> = []
        for other in node.pods where other.demands?.content.hasVolumes == true { present.formUnion(Self.attachments(other, book)) }
        for (driver, count) in Dictionary(grouping: new.subtracting(present), by: \.driver).mapValues(\.count) {
            if let limit = limits[driver], present.count(where: { $0.driver == driver }) + count > limit { return true }
        }
        return false
    }
    private struct Attachment: Hashable {
        let driver: String
        let handle: String
    }
    private static func attachments(_ pod: SchedulingPod, _ book: VolumeBook) -> Set<Attachment> {
        var result: Set<Attachment> = []
        guard let content = pod.demands?.content else { return result }
        for (index, driver) in content.inlineDrivers.enumerated() {
            result.insert(Attachment(driver: driver, handle: "\(pod.key)#\(index)"))
        }
        for reference in content.claims {
            let path = "\(pod.namespace)/\(reference.name)"
            guard let claim = book.claims[path] else { continue }
            if let volume = book.volumes[claim.volumeName] {
                if !volume.driver.isEmpty { result.insert(Attachment(driver: volume.driver, handle: volume.handle)) }
            } else if let provisioner = book.classes[claim.className]?.provisioner {
                result.insert(Attachment(driver: provisioner == "kubernetes.io/aws-ebs" ? "ebs.csi.aws.com" : provisioner, handle: path))
            }
        }
        return result
    }

    /// Source: VolumeZone, Filter: a node that names no place is in every one.
    private func isInAnotherZone(_ node: SchedulingNode) -> Bool {
        guard !places.isEmpty, VolumePlace.keys.contains(where: { node.labels[$0] != nil }) else { return false }
        return places.contains { place in
            guard let own = node.labels[place.key] ?? node.labels[place.modernKey] else { return true }
            return !place.values.contains(own)
        }
    }
}

extension VolumeFilters {
    /// What to bind and to provision so that the pod can run on the node; notes why it cannot. Source: FindPodVolumes.
    func plan(_ node: SchedulingNode, _ book: VolumeBook, _ rejections: inout [Rejection]) -> VolumePlan {
        func refuse(_ text: String) { rejections.append(.other(.volumeBinding, text, isResolvable: false)) }
        var plan = VolumePlan()
        if lacksVolume {
            refuse("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)")
            return plan
        }
        if !local.allSatisfy({ $0.suits(node) }) {
            refuse("node(s) had volume node affinity conflict")
            return plan
        }
        guard !waiting.isEmpty else { return plan }
        var taken: Set<String> = []
        for claim in waiting {
            let selected = book.chosen[claim.path] ?? claim.selectedNode
            if !selected.isEmpty {
                if selected != node.name {
                    refuse("node(s) didn't find available persistent volumes to bind")
                    return plan
                }
            } else if let volume = book.match(claim, on: node, besides: taken) {
                taken.insert(volume.name)
                plan.bindings.append(VolumePlan.Binding(volume: volume.name, claim: claim.path, uid: claim.uid))
                continue
            }
            guard let storage = book.classes[claim.className], canProvision(storage, node) else {
                refuse("node(s) didn't find available persistent volumes to bind")
                return plan
            }
            guard hasCapacity(claim, storage, node, book) else {
                refuse("node(s) did not have enough free storage")
                return plan
            }
            plan.provisions.append(claim.path)
        }
        return plan
    }
    private func canProvision(_ storage: VolumeBook.Class, _ node: SchedulingNode) -> Bool {
        if storage.provisioner.isEmpty || storage.provisioner == "kubernetes.io/no-provisioner" { return false }
        return storage.topologies?.contains { term in term.allSatisfy { node.labels[$0.key].map($0.values.contains) ?? false } } ?? true
    }
    /// Source: hasEnoughCapacity: only drivers that tell their capacity are asked for it.
    private func hasCapacity(_ claim: VolumeBook.Claim, _ storage: VolumeBook.Class, _ node: SchedulingNode, _ book: VolumeBook) -> Bool {
        guard book.capacityDrivers.contains(storage.provisioner) else { return true }
        return book.capacities.values.contains {
            $0.className == claim.className && $0.largest >= claim.request && $0.topology.matches(node.labels)
        }
    }
}
