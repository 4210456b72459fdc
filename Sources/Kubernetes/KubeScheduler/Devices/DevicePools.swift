import KubeModel

/// The devices that drivers offer, and who has them. Source: dynamic-resource-allocation, GatherPools.
struct DevicePools {
    private var slices: [String: DeviceSlice] = [:]
    /// All slices by the node that they name; empty for the others.
    private var byNode: [String: [DeviceSlice]] = [:]
    private var byPool: [DeviceSlice.PoolID: Set<String>] = [:]
    /// Of complete pools, the slices of the newest generation: those of one node by its name, and those that several nodes may share.
    private var local: [String: [DeviceSlice]] = [:]
    private var shared: [DeviceSlice] = []
    /// Of other pools, the slices of the newest generation: who asks for all devices has to wait for them.
    private var unready: [DeviceSlice.PoolID: (slices: [DeviceSlice], isInvalid: Bool)] = [:]
    private var places: [DeviceID: [(slice: DeviceSlice, device: Device)]] = [:]
    private var holdings: [DeviceID: [(owner: String, holding: DeviceHolding)]] = [:]

    /// Takes over a slice, nil when it is gone.
    mutating func put(_ name: String, _ slice: DeviceSlice?) {
        let before = slices.removeValue(forKey: name)
        if let before {
            drop(before)
            byPool[before.pool]?.remove(name)
            byNode[before.nodeName]?.removeAll { $0 === before }
            if byNode[before.nodeName]?.isEmpty == true { byNode[before.nodeName] = nil }
            for device in before.devices { places[device.id]?.removeAll { $0.device === device } }
        }
        if let slice {
            slices[name] = slice
            byPool[slice.pool, default: []].insert(name)
            byNode[slice.nodeName, default: []].append(slice)
            for device in slice.devices {
                places[device.id, default: []].append((slice, device))
                if let known = holdings[device.id] { slice.setHoldings(device, known.map(\.holding)) }
            }
        }
        for pool in Set([before?.pool, slice?.pool].compactMap { $0 }) { arrange(pool) }
    }
    private mutating func drop(_ slice: DeviceSlice) {
        slice.join(nil)
        if slice.nodeName.isEmpty { shared.removeAll { $0 === slice } } else { local[slice.nodeName]?.removeAll { $0 === slice } }
    }
    private mutating func arrange(_ pool: DeviceSlice.PoolID) {
        let all = (byPool[pool] ?? []).sorted().compactMap { slices[$0] }
        for slice in all { drop(slice) }
        unready[pool] = nil
        guard let newest = all.map(\.generation).max() else {
            byPool[pool] = nil
            return
        }
        let current = all.filter { $0.generation == newest }
        // A pool of which slices are missing is being changed: nothing is taken from it, nor from one that contradicts itself.
        let isComplete = current.count == current.first?.siblings
        let counters = Self.counters(current)
        let devices = current.flatMap(\.devices)
        let isValid =
            Set(devices.map(\.id.name)).count == devices.count
            && devices.allSatisfy { $0.consumptions.isEmpty || counters?.know($0) ?? false }
        guard isComplete, isValid else {
            unready[pool] = (current, isComplete)
            return
        }
        for slice in current {
            slice.join(counters)
            if slice.devices.isEmpty { continue }
            if slice.nodeName.isEmpty { shared.append(slice) } else { local[slice.nodeName, default: []].append(slice) }
        }
    }
    /// The counters of a pool; nil when two of its slices have a set of one name.
    private static func counters(_ slices: [DeviceSlice]) -> DeviceCounters? {
        var sets: [String: [String: Quantity]] = [:]
        for (name, set) in slices.flatMap(\.counters) where sets.updateValue(set, forKey: name) != nil { return nil }
        return DeviceCounters(sets)
    }

    /// The devices that can be used on the node, those last that take time until they can be used; nil when it cannot have so many free.
    func devices(for node: SchedulingNode, atLeast count: Int) -> [Device]? {
        let own = local[node.name] ?? []
        if shared.isEmpty {
            if own.reduce(0, { $0 + $1.free }) < count, !own.contains(where: \.hasShared) { return nil }
            if own.count == 1, !own[0].hasBindings, !own[0].isPerDevice { return own[0].devices }
        }
        let all = own + shared.filter { $0.place.includes(node) }
        var devices: [Device] = []
        for slice in all.filter({ !$0.hasBindings }) + all.filter(\.hasBindings) {
            devices += slice.isPerDevice ? slice.devices.filter { $0.place?.includes(node) ?? false } : slice.devices
        }
        return devices
    }
    /// What slices offer on the node, whether or not their pools are complete.
    func offered(on node: SchedulingNode) -> [Device] {
        let all = (byNode[node.name] ?? []) + (byNode[""] ?? []).filter { $0.isPerDevice || $0.place.includes(node) }
        return all.flatMap { slice in
            slice.isPerDevice ? slice.devices.filter { $0.place?.includes(node) ?? false } : slice.devices
        }
    }
    /// Why not all devices for the node are known now, as an error says it; nil when they are.
    func incompleteness(for node: SchedulingNode) -> String? {
        for (pool, state) in unready where state.slices.contains(where: { $0.place.includes(node) }) {
            return "resource pool \(pool.driver)/\(pool.name) is currently \(state.isInvalid ? "invalid" : "being updated")"
        }
        return nil
    }
    /// Where a device can be used by its document; nil when no slice offers it any more.
    func place(of id: DeviceID) -> DevicePlace? {
        guard let (slice, device) = places[id]?.first else { return nil }
        return slice.isPerDevice ? device.place : slice.place
    }

    /// Notes what a claim has of a device.
    mutating func give(_ id: DeviceID, _ holding: DeviceHolding, to owner: String) {
        holdings[id, default: []].append((owner, holding))
        update(id)
    }
    /// Takes away all that a claim has of a device.
    mutating func release(_ id: DeviceID, from owner: String) {
        guard var known = holdings[id], known.contains(where: { $0.owner == owner }) else { return }
        known.removeAll { $0.owner == owner }
        holdings[id] = known.isEmpty ? nil : known
        update(id)
    }
    private func update(_ id: DeviceID) {
        let known = holdings[id]?.map(\.holding) ?? []
        for (slice, device) in places[id] ?? [] { slice.setHoldings(device, known) }
    }
}
