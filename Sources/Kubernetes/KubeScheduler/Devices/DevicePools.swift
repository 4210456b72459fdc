import KubeModel

/// A device of a node, by the driver and the pool that offer it.
struct DeviceID: Sendable, Hashable {
    let driver: String
    let pool: String
    let name: String
}

/// A device as a slice offers it.
final class Device {
    let id: DeviceID
    /// What selectors see of it.
    let value: SelectorValue
    /// Attributes by name, with the driver's domain where they have none.
    let attributes: [String: SelectorValue]
    /// What keeps claims away that do not tolerate it.
    let taints: [SchedulingTaint]
    /// The claim that has it, or is promised it; nil when it is free.
    fileprivate(set) var owner: String?
    /// What selectors have said of it, by their numbers.
    private var verdicts: [Int: Result<Bool, SelectorFault>] = [:]

    init(id: DeviceID, value: SelectorValue, attributes: [String: SelectorValue], taints: [SchedulingTaint]) {
        (self.id, self.value, self.attributes, self.taints) = (id, value, attributes, taints)
    }

    /// Whether a selector selects it.
    func satisfies(_ selector: DeviceSelector) throws(SelectorFault) -> Bool {
        if let known = verdicts[selector.program.number] { return try known.get() }
        let verdict: Result<Bool, SelectorFault>
        do throws(SelectorFault) {
            verdict = .success(try SelectorEvaluator(device: value).selects(try selector.program.expression.get()))
        } catch { verdict = .failure(error) }
        if verdicts.count >= 64 { verdicts = [:] }
        verdicts[selector.program.number] = verdict
        return try verdict.get()
    }
}

/// A ResourceSlice.
final class DeviceSlice {
    /// Slices of one pool belong together.
    struct PoolID: Hashable {
        let driver: String
        let name: String
    }
    let pool: PoolID
    let generation: Int
    /// How many slices the pool has in this generation.
    let siblings: Int
    let nodeName: String
    let nodeTerms: [NodeTerm]?
    let devices: [Device]
    /// How many of its devices nobody has.
    fileprivate(set) var free: Int

    init(_ pool: PoolID, generation: Int, siblings: Int, nodeName: String, nodeTerms: [NodeTerm]?, devices: [Device]) {
        (self.pool, self.generation, self.siblings, self.nodeName) = (pool, generation, siblings, nodeName)
        (self.nodeTerms, self.devices, free) = (nodeTerms, devices, devices.count)
    }
    /// Whether its devices can be used on the node.
    func serves(_ node: SchedulingNode) -> Bool {
        if !nodeName.isEmpty { return nodeName == node.name }
        return nodeTerms?.contains { $0.matches(node) } ?? true
    }
}

/// The devices that drivers offer, and who has them. Source: dynamic-resource-allocation, GatherPools.
struct DevicePools {
    private var slices: [String: DeviceSlice] = [:]
    private var byPool: [DeviceSlice.PoolID: Set<String>] = [:]
    /// Of complete pools, the slices of the newest generation: those of one node by its name, and those that several nodes may share.
    private var local: [String: [DeviceSlice]] = [:]
    private var shared: [DeviceSlice] = []
    private var places: [DeviceID: [(slice: DeviceSlice, device: Device)]] = [:]
    private var owners: [DeviceID: String] = [:]

    /// Takes over a slice, nil when it is gone.
    mutating func put(_ name: String, _ slice: DeviceSlice?) {
        let before = slices.removeValue(forKey: name)
        if let before {
            drop(before)
            byPool[before.pool]?.remove(name)
            for device in before.devices { places[device.id]?.removeAll { $0.device === device } }
        }
        if let slice {
            slices[name] = slice
            byPool[slice.pool, default: []].insert(name)
            for device in slice.devices {
                places[device.id, default: []].append((slice, device))
                if let owner = owners[device.id] { occupy(slice, device, owner) }
            }
        }
        for pool in Set([before?.pool, slice?.pool].compactMap { $0 }) { arrange(pool) }
    }
    private mutating func drop(_ slice: DeviceSlice) {
        if slice.nodeName.isEmpty { shared.removeAll { $0 === slice } } else { local[slice.nodeName]?.removeAll { $0 === slice } }
    }
    private mutating func arrange(_ pool: DeviceSlice.PoolID) {
        let all = (byPool[pool] ?? []).sorted().compactMap { slices[$0] }
        for slice in all { drop(slice) }
        guard let newest = all.map(\.generation).max() else {
            byPool[pool] = nil
            return
        }
        let current = all.filter { $0.generation == newest }
        // A pool of which slices are missing, or that has a name twice, is being changed: nothing is taken from it.
        let names = current.flatMap { $0.devices.map(\.id.name) }
        guard current.count == current.first?.siblings, Set(names).count == names.count else { return }
        for slice in current {
            if slice.nodeName.isEmpty { shared.append(slice) } else { local[slice.nodeName, default: []].append(slice) }
        }
    }

    /// How many devices of its own the node has free; others may be shared with it.
    func mayHave(_ count: Int, _ node: SchedulingNode) -> Bool {
        count == 0 || !shared.isEmpty || (local[node.name]?.reduce(0) { $0 + $1.free } ?? 0) >= count
    }
    /// The slices with devices for the node.
    func slices(for node: SchedulingNode) -> [DeviceSlice] {
        let own = local[node.name] ?? []
        return shared.isEmpty ? own : own + shared.filter { $0.serves(node) }
    }

    /// Notes who has a device; nil for nobody.
    mutating func give(_ id: DeviceID, to owner: String?) {
        owners[id] = owner
        for (slice, device) in places[id] ?? [] { occupy(slice, device, owner) }
    }
    /// Takes a device away from who has it, if it is that one.
    mutating func release(_ id: DeviceID, from owner: String) { if owners[id] == owner { give(id, to: nil) } }
    private func occupy(_ slice: DeviceSlice, _ device: Device, _ owner: String?) {
        slice.free += (device.owner == nil ? 0 : 1) - (owner == nil ? 0 : 1)
        device.owner = owner
    }
}
