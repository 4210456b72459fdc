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
    /// The company that pods on nodes refuse.
    private(set) var refusals = TermTally()
    /// The company that pods on nodes ask for, or would rather have or avoid.
    private(set) var wishes = TermTally()
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
    private var freeSlots: [Int] = []
    private var topologies: [String: Topology] = [:]
    private var counts: [(counted: CountedPods, domains: DomainCounts)] = []
    private var countsIndex: [CountedPods: Int] = [:]
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
        forgetCounts()
        topologies = [:]
        return true
    }
    mutating func remove(node name: String) {
        guard let node = nodes[name] else { return }
        node.isReal = false
        drop(node)
        forgetCounts()
        topologies = [:]
        reorder()
        recountZones()
    }

    /// Takes over the labels of a namespace, nil when it is gone; tells whether they are others than before.
    mutating func update(namespace name: String, _ labels: [String: String]?) -> Bool {
        guard namespaces[name] != labels else { return false }
        namespaces[name] = labels
        if counts.contains(where: { $0.counted.selectsNamespaces }) { forgetCounts() }
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
        count(pod, on: node, 1)
    }
    /// Takes a pod off its node; tells whether it was on one.
    @discardableResult mutating func displace(_ key: String) -> Bool {
        guard let pod = placed.removeValue(forKey: key), let name = nodeOf.removeValue(forKey: key), let node = nodes[name] else {
            return false
        }
        node.remove(key)
        count(pod, on: node, -1)
        if !node.isReal { drop(node) }
        return true
    }
    /// The node of that name; a new one when there is none yet.
    private mutating func known(_ name: String) -> SchedulingNode {
        if let node = nodes[name] { return node }
        let slot = freeSlots.popLast() ?? nextSlot
        if slot == nextSlot { nextSlot += 1 }
        let node = SchedulingNode(name, slot: slot)
        // Until its document comes it is in no zone, which is one too.
        node.zoneSlot = zoneSlots[""] ?? zoneSlots.count
        zoneSlots[""] = node.zoneSlot
        nodes[name] = node
        return node
    }
    /// Forgets a node without document and pods.
    private mutating func drop(_ node: SchedulingNode) {
        guard node.pods.isEmpty else { return }
        nodes[node.name] = nil
        freeSlots.append(node.slot)
    }
    func node(ofPod key: String) -> SchedulingNode? { nodeOf[key].flatMap { nodes[$0] } }

    private mutating func count(_ pod: SchedulingPod, on node: SchedulingNode, _ change: Int) {
        if let owner = pod.owner {
            owners[owner, default: OwnerTally()].add(change, node)
            if owners[owner]?.total == 0 { owners[owner] = nil }
        }
        for term in pod.far { refusals.add(term, change, node) }
        for term in pod.preferred { wishes.add(term, change * term.weight, node) }
        for term in pod.near { wishes.add(term, change, node) }
        guard node.isReal else { return }
        for index in counts.indices where counts[index].counted.counts(pod, namespaces) {
            counts[index].domains.add(change, slot: node.slot)
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
    mutating func domains(_ counted: CountedPods) -> DomainCounts {
        if let index = countsIndex[counted] { return counts[index].domains }
        var domains = DomainCounts(topology(counted.topologyKey))
        for (key, pod) in placed where counted.counts(pod, namespaces) {
            if let node = node(ofPod: key), node.isReal { domains.add(1, slot: node.slot) }
        }
        if counts.count >= mostCounts { forgetCounts() }
        countsIndex[counted] = counts.count
        counts.append((counted, domains))
        return domains
    }
    /// The domains of a topology key; found once for a set of nodes and their labels.
    mutating func topology(_ key: String) -> Topology {
        if let known = topologies[key] { return known }
        let topology = Topology(key, order)
        topologies[key] = topology
        return topology
    }
    private mutating func forgetCounts() { (counts, countsIndex) = ([], [:]) }

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
