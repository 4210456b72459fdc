import Control
import Documents
import KubeModel
import Reconcile
import Storage

/// Takes in what happens in the cluster, and tells the queue whom it could help.
extension SchedulerLoop {
    /// The kinds that are followed, in the order in which they are read at the start.
    static let kinds: [String] = [
        SchedulerSettings.prefix,
        NamespaceFields.kind.prefix, ServiceFields.kind.prefix, StorageClassFields.kind.prefix, PersistentVolumeFields.kind.prefix,
        PersistentVolumeClaimFields.kind.prefix, "storage.k8s.io/csinodes/", "storage.k8s.io/csidrivers/",
        "storage.k8s.io/csistoragecapacities/", DeviceBook.classPrefix, DeviceBook.slicePrefix, DeviceBook.claimPrefix,
        NodeFields.kind.prefix, PodFields.kind.prefix,
    ]

    /// In pieces, so that a million pods hold no thread for long.
    mutating func load(_ snapshot: Snapshot, now: Timestamp) async {
        isLoading = true
        defer { isLoading = false }
        for prefix in Self.kinds {
            var piece = snapshot.range(prefix: prefix, limit: Self.piece)
            while let last = piece.last {
                for entry in piece { receive(entry, prefix: prefix, isGone: false, now: now) }
                piece = snapshot.range(prefix: prefix, after: last.key, limit: Self.piece)
                if !piece.isEmpty { await Task.yield() }
            }
        }
    }
    private static let piece = 64
    /// The tape of a document: the one that others read too, but for all documents at once one that nobody keeps.
    func document(of entry: Entry) -> Document? { isLoading ? try? Document(entry.bytes, limits: .own) : entry.document }

    /// Takes in what happened.
    mutating func receive(_ letters: [SchedulerLetter], current: (String) -> Entry?, now: Timestamp) {
        state.devices.now = now
        for letter in letters {
            switch letter {
            case .events(let events):
                for event in events {
                    guard let prefix = Self.kinds.last(where: event.entry.key.hasPrefix) else { continue }
                    if event.kind == .put, let (pod, node) = binding(event) {
                        placed(pod, on: node, now: now)
                    } else {
                        receive(event.entry, prefix: prefix, isGone: event.kind == .delete, now: now)
                    }
                }
            case .bound(let outcomes): for outcome in outcomes { bound(outcome.pod, outcome.error, .defaultBinder, current, now: now) }
            case .written(let pod):
                answered(pod)
                written(pod)
            case .unprepared(let pod, let plugin, let error):
                bound(pod, error, plugin, current, now: now)
                answered(pod)
            case .undone(let pod): undone(pod, current, now: now)
            case .spared(let victims, let pod): spared(victims, pod, now: now)
            case .woke: break
            }
        }
        settleDevices(current: current, now: now)
        for late in preparing.values where late.deadline <= now {
            let isVolumes = late.waitsForVolumes
            let text = isVolumes ? "binding volumes: context deadline exceeded" : "device binding timeout"
            bound(late.pod, .unavailable(text), isVolumes ? .volumeBinding : .dynamicResources, current, now: now)
        }
        settleAbandoned(current: current, now: now)
        queue.advance(now: now)
    }

    private mutating func receive(_ entry: Entry, prefix: String, isGone: Bool, now: Timestamp) {
        let name = String(entry.key.dropFirst(prefix.utf8.count))
        switch prefix {
        case PodFields.kind.prefix: isGone ? gone(entry.key, now: now) : put(pod: entry, now: now)
        case NodeFields.kind.prefix: isGone ? gone(node: name, now: now) : put(node: entry, now: now)
        case NamespaceFields.kind.prefix:
            if state.company.update(namespace: name, isGone ? nil : entry.value["metadata"]["labels"].strings) { wake(.room, now: now) }
        case ServiceFields.kind.prefix: put(service: entry.value, isGone: isGone)
        case SchedulerSettings.prefix:
            if let configuration = isGone ? standard : SchedulerSettings.configuration(entry.value, else: standard) {
                cycle.configure(configuration)
            }
        case PersistentVolumeClaimFields.kind.prefix:
            state.volumes.put(claim: name, isGone ? nil : entry.value)
            wake(.claim(name), now: now)
            prepared(name)
        case PersistentVolumeFields.kind.prefix:
            state.volumes.put(volume: name, isGone ? nil : entry.value)
            if !isGone { wake(.volume, now: now) }
        case StorageClassFields.kind.prefix:
            state.volumes.put(class: name, isGone ? nil : entry.value)
            if !isGone { wake(.storageClass, now: now) }
        case "storage.k8s.io/csinodes/":
            state.volumes.put(csiNode: name, isGone ? nil : entry.value)
            wake(.csiNode, now: now)
        case "storage.k8s.io/csidrivers/":
            state.volumes.put(csiDriver: name, isGone ? nil : entry.value)
            wake(.csiDriver, now: now)
        case DeviceBook.classPrefix:
            let resources = state.devices.put(class: name, isGone ? nil : entry.value)
            if !isGone { wake(.deviceClass(resources), now: now) }
        case DeviceBook.slicePrefix:
            state.devices.put(slice: name, isGone ? nil : entry.value)
            if !isGone { wake(.devices, now: now) }
        case DeviceBook.claimPrefix:
            if isOld(name, entry.revision) { return }
            state.devices.put(claim: name, isGone ? nil : entry.value)
            wake(.resourceClaim(name), now: now)
        default:
            state.volumes.put(capacity: name, isGone ? nil : entry.value)
            if !isGone { wake(.storageCapacity, now: now) }
        }
    }

    private mutating func put(node entry: Entry, now: Timestamp) {
        guard let seen = document(of: entry).flatMap(SeenNode.init) else { return }
        let (isNews, before) = state.update(node: seen)
        guard isNews, let node = state.node(seen.name) else { return }
        wake(before.map { .nodeChanged(node, before: $0) } ?? .nodeAdded(node), now: now)
    }
    private mutating func gone(node name: String, now: Timestamp) {
        state.remove(node: name)
        wake(.nodeGone, now: now)
    }

    private mutating func put(service document: Value, isGone: Bool) {
        let (metadata, labels) = (document["metadata"], document["spec"]["selector"].strings)
        state.company.update(
            service: metadata["name"].string ?? "", in: metadata["namespace"].string ?? "",
            isGone || labels.isEmpty ? nil : LabelSelector(labels: labels))
    }

    /// The pod has ended, or will never need a node of ours.
    private mutating func gone(_ key: String, now: Timestamp) {
        queue.remove(key)
        (assumed[key], nominated[key]) = (nil, nil)
        if let preparation = preparing.removeValue(forKey: key) { abandon(preparation) }
        state.victims.remove(key)
        if state.nominations.remove(key) != nil { wake(.room, now: now) }
        let pod = state.placed[key]?.pod
        if state.displace(key) != nil, let pod { wake(.podGone(pod), now: now) }
    }

    private mutating func put(pod entry: Entry, now: Timestamp) {
        let key = entry.key
        guard let seen = document(of: entry).flatMap({ reader.read($0, key: key) }) else { return gone(key, now: now) }
        let pod = seen.pod
        if seen.isAssigned {
            placed(pod, on: seen.nodeName, now: now)
        } else if seen.isWaiting, !seen.isGated, cycle.profile(of: pod) != nil {
            if assumed[key]?.uid == pod.uid {
                altered.insert(key)
                return
            }
            let documented = nominated[key] ?? ""
            nominated[key] = seen.nominatedNode.isEmpty ? nil : seen.nominatedNode
            if documented != seen.nominatedNode {
                if seen.nominatedNode.isEmpty { state.nominations.remove(key) } else { state.nominations.nominate(pod, seen.nominatedNode) }
            }
            if let known = queue.pod(key), known.counts(like: pod) { return }
            queue.add(pod)
        } else {
            gone(key, now: now)
        }
    }

    /// The pod and its node, where a change is a binding that was expected and nothing else: most are, and the pod need not be read anew.
    private mutating func binding(_ event: Event) -> (pod: SchedulingPod, node: String)? {
        guard let pod = assumed[event.entry.key], !altered.contains(event.entry.key), let previous = event.previous else { return nil }
        return reader.bound(pod, event.entry, since: previous)
    }

    private mutating func placed(_ pod: SchedulingPod, on node: String, now: Timestamp) {
        let key = pod.key
        let expected = assumed.removeValue(forKey: key)
        altered.remove(key)
        let before = state.placed[key]
        // Most changes are of a running pod's status: nothing to do then.
        let isSame = before.map { $0.pod.counts(like: pod) && state.nodes[Int($0.slot)]?.name == node } ?? false
        if isSame, expected == nil { return }
        queue.remove(key)
        nominated[key] = nil
        if let preparation = preparing.removeValue(forKey: key) { abandon(preparation) }
        if pod.isDeleting { state.victims.remove(key) }
        let nomination = state.nominations.remove(key)
        state.place(pod, on: node)
        wake(.podPlaced(pod), now: now)
        if let nomination, nomination != node { wake(.room, now: now) }
        // A pod that asks for less, has other labels or is going makes room of a kind.
        if let before, expected == nil { wake(.podGone(before.pod), now: now) }
    }

    /// A claim has changed: pods may have all the volumes that they wait for.
    private mutating func prepared(_ path: String) {
        for preparation in preparing.values where preparation.waits(for: path) { finish(preparation) }
    }
    /// What was to be written before a pod can have its node is written.
    private mutating func written(_ pod: SchedulingPod) {
        guard assumed[pod.key]?.uid == pod.uid else { return }
        preparing[pod.key]?.isWritten = true
        if let preparation = preparing[pod.key] { finish(preparation) }
    }
    mutating func finish(_ preparation: Preparation) {
        guard preparation.isWritten, isReady(preparation) else { return }
        let pod = preparation.pod
        if preparation.waitsForVolumes {
            let claims = (pod.demands?.content.claims ?? []).map { state.volumes.claims["\(pod.namespace)/\($0.name)"] }
            guard claims.allSatisfy({ $0?.isBound ?? false }) else { return }
        }
        preparing[pod.key] = nil
        untold.append(.bind(pod, node: preparation.node))
    }

    /// The outcome of a write that was to give a pod its node.
    mutating func bound(
        _ pod: SchedulingPod, _ error: ChangeError?, _ plugin: Plugin, _ current: (String) -> Entry?, now: Timestamp
    ) {
        // Once the binding has been seen, the outcome is old news.
        guard let error, assumed[pod.key]?.uid == pod.uid else { return }
        assumed[pod.key] = nil
        let preparation = preparing.removeValue(forKey: pod.key)
        if let preparation { abandon(preparation, undoing: true) }
        if preparation?.made == nil, let path = state.devices.leftovers[pod.uid.text] { untold.append(.discard(path, pod)) }
        if state.displace(pod.key) != nil { wake(.podGone(pod), now: now) }
        if case .notFound = error, plugin == .defaultBinder { return }
        guard let entry = current(pod.key), let present = document(of: entry).flatMap({ reader.read($0, key: pod.key) }) else { return }
        if present.isAssigned {
            state.place(present.pod, on: present.nodeName)
        } else if present.isWaiting, !present.isGated {
            queue.retry(present.pod, now: now)
            let point = plugin == .defaultBinder ? "Bind" : "PreBind"
            let message = "running \(point) plugin \"\(plugin.rawValue)\": \(error.message)"
            untold.append(.fail(present.pod, SchedulingFailure(reason: "SchedulerError", message: message)))
        }
    }

    /// Not all victims could be deleted: the pod looks for room anew.
    private mutating func spared(_ victims: [SchedulingPod], _ pod: SchedulingPod, now: Timestamp) {
        for victim in victims { state.victims.remove(victim.key) }
        guard state.nominations.remove(pod.key) != nil else { return }
        queue.activate(pod.key, afterError: true, now: now)
        untold.append(.endNomination(pod))
    }
}

extension SchedulerLoop.Preparation {
    /// Whether volumes are to be bound.
    var waitsForVolumes: Bool { !volumes.isEmpty }
    /// Whether the claim is one that the plan is about.
    func waits(for path: String) -> Bool { volumes.provisions.contains(path) || volumes.bindings.contains { $0.claim == path } }
}

extension ChangeError {
    /// What it says, without its kind.
    fileprivate var message: String {
        switch self {
        case .conflict(let text), .alreadyExists(let text), .notFound(let text), .invalid(let text), .forbidden(let text),
            .unavailable(let text):
            text
        }
    }
}
