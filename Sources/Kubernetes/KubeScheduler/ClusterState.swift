import Control
import Documents
import KubeModel

/// Nodes and the pods on them, as documents tell and as the scheduler assumes until they do.
struct ClusterState {
    struct Placement {
        let pod: SchedulingPod
        let slot: Int32
        /// Where the pod stands in the node's list.
        var place: Int32
    }
    /// By slot.
    private(set) var nodes: [SchedulingNode?] = []
    private(set) var loads: ContiguousArray<NodeLoad> = []
    /// Changes with a node's traits and with its load: what was found out about another number is void.
    private(set) var versions: ContiguousArray<UInt32> = []
    private var slots: [String: Int32] = [:]
    private var freeSlots: [Int32] = []
    private var seen: [String: SeenNode] = [:]
    /// The slots of the real nodes, zones by turns, so that the first ones looked at are spread.
    private(set) var order: ContiguousArray<Int32> = []
    private var orderIsStale = false
    private var zones: [String: [Int32]] = [:]
    /// Pods on nodes by key, assumed ones included.
    private(set) var placed: [String: Placement] = [:]
    /// Who is near whom.
    var company = CompanyBook()
    var volumes = VolumeBook()
    var devices = DeviceBook()
    /// Pods that wait for room on a node.
    var nominations = Nominations()
    /// Pods whose deletion was asked for to make room, until it shows.
    var victims: Set<String> = []
    /// On how many nodes each image is.
    private(set) var imageNodes: [String: Int] = [:]
    /// Counts changes of nodes: of which there are, and of their images.
    private(set) var nodeChanges = 0
    private var nextTrait: UInt32 = 1
    private var discouraging = 0
    /// Whether any node has taints that only discourage.
    var hasDiscouraging: Bool { discouraging > 0 }

    /// Takes over a Node document; tells whether something changed that matters to waiting pods, and what was known before.
    mutating func update(node: SeenNode) -> (isNews: Bool, before: SeenNode?) {
        let before = seen[node.name]
        guard before != node else { return (false, before) }
        seen[node.name] = node
        let slot = known(node.name)
        guard let present = nodes[Int(slot)] else { return (false, before) }
        uncount(present)
        let wasReal = present.isReal
        if wasReal { leaveZone(present) }
        count(traitsOf: present, -1)
        present.update(node)
        count(traitsOf: present, 1)
        zones[present.zone, default: []].append(slot)
        orderIsStale = true
        nodeChanges += 1
        recount(present)
        refresh(present)
        return (true, before)
    }
    mutating func remove(node name: String) {
        guard let slot = slots[name], let node = nodes[Int(slot)] else { return }
        seen[name] = nil
        uncount(node)
        if node.isReal { leaveZone(node) }
        count(traitsOf: node, -1)
        node.isReal = false
        company.update(node)
        orderIsStale = true
        nodeChanges += 1
        refresh(node)
        drop(node)
    }
    private mutating func count(traitsOf node: SchedulingNode, _ change: Int) {
        guard node.isReal else { return }
        if !node.discouraging.isEmpty { discouraging += change }
        for name in node.images.keys {
            let count = imageNodes[name, default: 0] + change
            imageNodes[name] = count == 0 ? nil : count
        }
    }
    private mutating func leaveZone(_ node: SchedulingNode) {
        if let index = zones[node.zone]?.firstIndex(of: node.slot) { zones[node.zone]?.remove(at: index) }
        if zones[node.zone]?.isEmpty == true { zones[node.zone] = nil }
    }
    /// Before labels or taints change: the node's pods count nowhere.
    private mutating func uncount(_ node: SchedulingNode) {
        guard node.isReal else { return }
        for pod in node.pods { company.count(pod, slot: node.slot, -1) }
        company.exclude(node)
    }
    private mutating func recount(_ node: SchedulingNode) {
        company.update(node)
        for pod in node.pods { company.count(pod, slot: node.slot, 1) }
    }
    /// Writes the node's row of numbers.
    private mutating func refresh(_ node: SchedulingNode) {
        nextTrait &+= 1
        let slot = Int(node.slot)
        loads[slot].traits = nextTrait
        (loads[slot].cpu, loads[slot].memory) = (node.allocatable.cpu, node.allocatable.memory)
        loads[slot].allowedPods = Int32(clamping: node.allowedPods)
        load(node)
    }
    private mutating func load(_ node: SchedulingNode) {
        let slot = Int(node.slot)
        (loads[slot].usedCPU, loads[slot].usedMemory) = (node.used.cpu, node.used.memory)
        (loads[slot].assumedCPU, loads[slot].assumedMemory) = node.assumed
        loads[slot].pods = Int32(clamping: node.pods.count)
        versions[slot] &+= 1
    }

    /// Puts a pod on a node, or moves it there.
    mutating func place(_ pod: SchedulingPod, on name: String) { place(pod, slot: known(name)) }
    mutating func place(_ pod: SchedulingPod, slot: Int32) {
        if let present = placed[pod.key] {
            if present.slot == slot {
                if pod.counts(like: present.pod) { return }
                if pod.weighs(like: present.pod) { return regroup(pod, present) }
            }
            displace(pod.key)
        }
        guard let node = nodes[Int(slot)] else { return }
        placed[pod.key] = Placement(pod: pod, slot: slot, place: Int32(node.add(pod)))
        load(node)
        pod.group.add(1, slot: slot, isLeaving: pod.isDeleting)
        company.note(pod.group)
        if pod.demands != nil { volumes.count(pod, 1) }
        if node.isReal { company.count(pod, slot: slot, 1) }
    }
    /// A pod has other labels: the node is as full as it was.
    private mutating func regroup(_ pod: SchedulingPod, _ present: Placement) {
        guard let node = nodes[Int(present.slot)] else { return }
        for (pod, change) in [(present.pod, Int32(-1)), (pod, 1)] {
            pod.group.add(change, slot: present.slot, isLeaving: pod.isDeleting)
            if node.isReal { company.count(pod, slot: present.slot, change) }
        }
        company.forget(present.pod.group)
        company.note(pod.group)
        node.replace(at: Int(present.place), with: pod)
        placed[pod.key] = Placement(pod: pod, slot: present.slot, place: present.place)
    }
    /// Takes a pod off its node; tells which it was on.
    @discardableResult mutating func displace(_ key: String) -> SchedulingNode? {
        guard let placement = placed.removeValue(forKey: key), let node = nodes[Int(placement.slot)] else { return nil }
        if let moved = node.remove(at: Int(placement.place)) { placed[moved.key]?.place = placement.place }
        load(node)
        let pod = placement.pod
        pod.group.add(-1, slot: placement.slot, isLeaving: pod.isDeleting)
        if node.isReal { company.count(pod, slot: placement.slot, -1) }
        company.forget(pod.group)
        if pod.demands != nil { volumes.count(pod, -1) }
        if !node.isReal { drop(node) }
        return node
    }
    /// The slot of the node of that name; a new one when there is none yet.
    private mutating func known(_ name: String) -> Int32 {
        if let slot = slots[name] { return slot }
        let slot = freeSlots.popLast() ?? Int32(nodes.count)
        let node = SchedulingNode(name, slot: slot)
        if Int(slot) < nodes.count {
            nodes[Int(slot)] = node
        } else {
            nodes.append(node)
            loads.append(NodeLoad())
            versions.append(0)
        }
        slots[name] = slot
        refresh(node)
        return slot
    }
    /// Forgets a node without document and pods.
    private mutating func drop(_ node: SchedulingNode) {
        guard node.pods.isEmpty, !node.isReal else { return }
        slots[node.name] = nil
        nodes[Int(node.slot)] = nil
        freeSlots.append(node.slot)
    }
    /// The node of that name, if a document stands behind it.
    func node(_ name: String) -> SchedulingNode? {
        guard let slot = slots[name], let node = nodes[Int(slot)], node.isReal else { return nil }
        return node
    }
    func node(ofPod key: String) -> SchedulingNode? { placed[key].flatMap { nodes[Int($0.slot)] } }

    /// Brings `order` up to date.
    mutating func arrange() {
        guard orderIsStale else { return }
        orderIsStale = false
        let lists = zones.sorted { $0.key < $1.key }.map(\.value)
        order.removeAll(keepingCapacity: true)
        for index in 0..<(lists.map(\.count).max() ?? 0) { for list in lists where index < list.count { order.append(list[index]) } }
    }
}
