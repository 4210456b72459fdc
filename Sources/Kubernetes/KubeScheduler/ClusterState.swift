import Control
import Documents
import KubeModel

/// Nodes and the pods on them, as documents tell and as the scheduler assumes until they do.
struct ClusterState {
    private(set) var nodes: [String: SchedulingNode] = [:]
    /// The real nodes, zones by turns, so that the first ones looked at are spread.
    private(set) var order: [SchedulingNode] = []
    /// Pods on nodes by key, assumed ones included.
    private(set) var placed: [String: SchedulingPod] = [:]
    private var nodeOf: [String: String] = [:]
    /// Pods on nodes that refuse company.
    private(set) var lonely: [String: SchedulingPod] = [:]
    /// Pods on nodes that ask for company, or would rather have or avoid some.
    private(set) var drawing: [String: SchedulingPod] = [:]
    private(set) var namespaces: NamespaceLabels = [:]
    /// The selectors of Services, by namespace and name.
    private var services: [String: [String: LabelSelector]] = [:]
    /// Pods that wait for room on a node.
    var nominations = Nominations()
    /// Pods whose deletion was asked for to make room, until it shows.
    var victims: Set<String> = []
    /// Where the pods of each owner are, by its uid.
    private(set) var owners: [String: OwnerTally] = [:]
    private var zoneSlots: [String: Int] = [:]
    private var nextSlot = 0
    private var counts: [CountedPods: [String: Int]] = [:]
    private let mostCounts = 256

    /// Takes over a Node document; tells whether something changed that matters to waiting pods.
    mutating func update(node document: Value) -> Bool {
        let name = document["metadata"]["name"].string ?? ""
        let node = known(name)
        let (wasReal, zone) = (node.isReal, node.zone)
        guard node.update(document) else { return false }
        if !wasReal || zone != node.zone {
            reorder()
            recountZones()
        }
        counts = [:]
        return true
    }
    mutating func remove(node name: String) {
        guard let node = nodes[name] else { return }
        node.isReal = false
        if node.pods.isEmpty { nodes[name] = nil }
        counts = [:]
        reorder()
        recountZones()
    }

    /// Takes over the labels of a namespace, nil when it is gone; tells whether they are others than before.
    mutating func update(namespace name: String, _ labels: [String: String]?) -> Bool {
        guard namespaces[name] != labels else { return false }
        namespaces[name] = labels
        counts = counts.filter { !$0.key.selectsNamespaces }
        return true
    }

    /// Takes over the selector of a Service, nil when it has none or is gone.
    mutating func update(service name: String, in namespace: String, _ selector: LabelSelector?) {
        services[namespace, default: [:]][name] = selector
        if services[namespace]?.isEmpty == true { services[namespace] = nil }
    }
    /// The pods that share every Service of this one; empty when it belongs to none.
    func companions(of pod: SchedulingPod) -> [PodSelection] {
        guard let services = services[pod.namespace] else { return [] }
        return services.sorted { $0.key < $1.key }.map(\.value).filter { $0.matches(pod.labels) }.map {
            PodSelection(namespaces: [pod.namespace], namespaceSelector: nil, selector: $0)
        }
    }

    /// Puts a pod on a node, or moves it there.
    mutating func place(_ pod: SchedulingPod, on name: String) {
        if let present = nodeOf[pod.key] {
            if present == name, placed[pod.key].map(pod.counts(like:)) == true { return }
            displace(pod.key)
        }
        let node = known(name)
        node.add(pod)
        (placed[pod.key], nodeOf[pod.key]) = (pod, name)
        if !pod.far.isEmpty { lonely[pod.key] = pod }
        if !pod.near.isEmpty || !pod.preferred.isEmpty { drawing[pod.key] = pod }
        count(pod, on: node, 1)
    }
    /// Takes a pod off its node; tells whether it was on one.
    @discardableResult mutating func displace(_ key: String) -> Bool {
        guard let pod = placed.removeValue(forKey: key), let name = nodeOf.removeValue(forKey: key), let node = nodes[name] else {
            return false
        }
        node.remove(key)
        (lonely[key], drawing[key]) = (nil, nil)
        count(pod, on: node, -1)
        if !node.isReal, node.pods.isEmpty { nodes[name] = nil }
        return true
    }
    /// The node of that name; a new one when there is none yet.
    private mutating func known(_ name: String) -> SchedulingNode {
        if let node = nodes[name] { return node }
        let node = SchedulingNode(name, slot: nextSlot)
        // Until its document comes it is in no zone, which is one too.
        node.zoneSlot = zoneSlots[""] ?? zoneSlots.count
        zoneSlots[""] = node.zoneSlot
        nextSlot += 1
        nodes[name] = node
        return node
    }
    func node(ofPod key: String) -> SchedulingNode? { nodeOf[key].flatMap { nodes[$0] } }

    private mutating func count(_ pod: SchedulingPod, on node: SchedulingNode, _ change: Int) {
        if let owner = pod.owner {
            owners[owner, default: OwnerTally()].add(change, node)
            if owners[owner]?.total == 0 { owners[owner] = nil }
        }
        guard node.isReal else { return }
        for counted in counts.keys where counted.counts(pod, namespaces) {
            guard let domain = node.domain(counted.topologyKey) else { continue }
            counts[counted]?[domain, default: 0] += change
        }
    }
    private mutating func recountZones() {
        zoneSlots = [:]
        for node in nodes.values {
            node.zoneSlot = zoneSlots[node.zone] ?? zoneSlots.count
            zoneSlots[node.zone] = node.zoneSlot
        }
        owners = [:]
        for (key, pod) in placed {
            if let owner = pod.owner, let node = node(ofPod: key) { owners[owner, default: OwnerTally()].add(1, node) }
        }
    }

    /// How many of these pods each domain has; counted once, then kept up to date.
    mutating func domains(_ counted: CountedPods) -> [String: Int] {
        if let known = counts[counted] { return known }
        var domains: [String: Int] = [:]
        for (key, pod) in placed where counted.counts(pod, namespaces) {
            guard let node = node(ofPod: key), node.isReal, let domain = node.domain(counted.topologyKey) else { continue }
            domains[domain, default: 0] += 1
        }
        if counts.count >= mostCounts { counts = [:] }
        counts[counted] = domains
        return domains
    }

    private mutating func reorder() {
        var zones: [String: [SchedulingNode]] = [:]
        for node in nodes.values where node.isReal { zones[node.zone, default: []].append(node) }
        var lists = zones.sorted { $0.key < $1.key }.map { $0.value.sorted { $0.name < $1.name }[...] }
        order = []
        while !lists.isEmpty {
            for index in lists.indices { if let node = lists[index].popFirst() { order.append(node) } }
            lists.removeAll(where: \.isEmpty)
        }
    }
}
