/// How many pods of an owner are on each node and in each zone.
struct OwnerTally {
    private(set) var total = 0
    private var hosts: [Int: Int] = [:]
    private var zones: [Int] = []

    mutating func add(_ change: Int, _ node: SchedulingNode) {
        total += change
        let count = hosts[node.slot, default: 0] + change
        hosts[node.slot] = count == 0 ? nil : count
        while zones.count <= node.zoneSlot { zones.append(0) }
        zones[node.zoneSlot] += change
    }
    func onHost(_ node: SchedulingNode) -> Int { hosts[node.slot] ?? 0 }
    func inZone(_ node: SchedulingNode) -> Int { node.zoneSlot < zones.count ? zones[node.zoneSlot] : 0 }
}
