package import Control
package import Linux

/// The addresses of a node's network interfaces, and which pod has which. Pure: time comes in, steps for EC2 come out.
package struct AddressPool: Sendable, Hashable {
    /// An attached elastic network interface.
    package struct Interface: Sendable, Hashable {
        package var id: String
        package var deviceIndex: Int
        package var mac: MACAddress
        package var primary: IPv4Address
        /// The subnet's block.
        package var subnet: IPv4Prefix
        package var attachmentID = ""
        package var attachedAt = Timestamp(seconds: 0)
        package init(id: String, deviceIndex: Int, mac: MACAddress, primary: IPv4Address, subnet: IPv4Prefix) {
            (self.id, self.deviceIndex, self.mac, self.primary, self.subnet) = (id, deviceIndex, mac, primary, subnet)
        }
        /// The route table of its pods: the main one for the first interface.
        package var table: UInt32 { deviceIndex == 0 ? 254 : UInt32(deviceIndex + 1) }
    }
    /// An address for pods.
    private struct Slot: Sendable, Hashable {
        var interface: String
        var owner: Allocation?
        /// Not given out again before, so that late packets for its last owner reach nobody else.
        var restsUntil = Timestamp(seconds: 0)
    }
    /// How long a freed address rests. Source: VPC CNI, datastore's addressCoolingPeriod.
    static let rest = Duration.seconds(30)
    /// Interfaces younger than this are not given back. Source: VPC CNI, datastore's minENILifeTime.
    static let youth = Duration.seconds(60)

    package private(set) var interfaces: [String: Interface] = [:]
    private var slots: [IPv4Address: Slot] = [:]
    package init() {}

    /// Addresses for pods, those given to pods, and those free but resting.
    package var total: Int { slots.count }
    package var assigned: Int { slots.values.count { $0.owner != nil } }
    func resting(at now: Timestamp) -> Int { slots.values.count { $0.owner == nil && $0.restsUntil > now } }
    /// What pods have, in the order of addresses.
    package var allocations: [Allocation] { slots.sorted { $0.key < $1.key }.compactMap(\.value.owner) }
    func addresses(of interface: String) -> [IPv4Address] { slots.filter { $0.value.interface == interface }.keys.sorted() }

    // MARK: Pods

    /// The address of a sandbox's interface: the one it has, else a free one; nil when none is free.
    package mutating func assign(_ owner: PodInterface, hostPorts: [HostPort] = [], now: Timestamp) -> Allocation? {
        if let known = slots.values.first(where: { $0.owner?.pod.isSame(as: owner) == true })?.owner { return known }
        let free = slots.filter { $0.value.owner == nil && $0.value.restsUntil <= now }
        let best = free.min { left, right in
            let (first, second) = (order(left.value), order(right.value))
            return first == second ? left.key < right.key : first < second
        }
        guard let address = best?.key, let interface = best.flatMap({ interfaces[$0.value.interface] }) else { return nil }
        let allocation = Allocation(
            pod: owner, address: address, interface: interface.id, table: interface.table, hostPorts: hostPorts, since: now)
        slots[address]?.owner = allocation
        return allocation
    }
    /// Frees the address of a sandbox's interface; nil when it has none.
    package mutating func release(_ owner: PodInterface, now: Timestamp) -> Allocation? {
        guard let (address, slot) = slots.first(where: { $0.value.owner?.pod.isSame(as: owner) == true }) else { return nil }
        slots[address]?.owner = nil
        slots[address]?.restsUntil = now + Self.rest
        return slot.owner
    }
    /// Takes an allocation of before a restart; false when its address is not here or somebody else's.
    package mutating func restore(_ allocation: Allocation) -> Bool {
        guard let slot = slots[allocation.address], slot.owner == nil, let interface = interfaces[slot.interface] else { return false }
        var allocation = allocation
        (allocation.interface, allocation.table) = (interface.id, interface.table)
        slots[allocation.address]?.owner = allocation
        return true
    }
    /// Pods fill the interfaces in the order of their devices, so that late ones can be given back; long rested addresses come first.
    private func order(_ slot: Slot) -> (Int, Timestamp) { (interfaces[slot.interface]?.deviceIndex ?? .max, slot.restsUntil) }

    // MARK: EC2's truth

    /// Takes what EC2 says of an attached interface. Addresses that EC2 took away while a pod has them stay until the pod goes.
    package mutating func take(_ interface: Interface, addresses: [IPv4Address]) {
        var interface = interface
        if let known = interfaces[interface.id] { interface.attachedAt = known.attachedAt }
        interfaces[interface.id] = interface
        for address in addresses where slots[address] == nil { slots[address] = Slot(interface: interface.id) }
        let present = Set(addresses)
        for (address, slot) in slots where slot.interface == interface.id && !present.contains(address) && slot.owner == nil {
            slots[address] = nil
        }
    }
    /// Forgets an interface that is not attached any more.
    package mutating func drop(interface id: String) {
        interfaces[id] = nil
        slots = slots.filter { $0.value.interface != id }
    }
    /// Forgets free addresses, before they are given back to EC2.
    package mutating func withdraw(_ addresses: [IPv4Address]) {
        for address in addresses where slots[address]?.owner == nil { slots[address] = nil }
    }
}

extension AddressPool {
    /// The next step that brings the pool to its targets; nil when all is well or nothing can be done.
    package func step(_ targets: WarmTargets, _ limits: AddressLimits, now: Timestamp) -> PoolStep? {
        let missing = shortage(targets, limits, now)
        if missing > 0 {
            let ordered = interfaces.values.sorted { $0.deviceIndex < $1.deviceIndex }
            for interface in ordered {
                let room = limits.addressesPerInterface - addresses(of: interface.id).count
                if room > 0 { return .assign(interface: interface.id, count: targets.countsAddresses ? min(room, missing) : room) }
            }
            guard interfaces.count < limits.interfaces(targets) else { return nil }
            let used = Set(interfaces.values.map(\.deviceIndex))
            guard let index = (0..<limits.interfaces).first(where: { !used.contains($0) }) else { return nil }
            let count = targets.countsAddresses ? min(limits.addressesPerInterface, missing) : limits.addressesPerInterface
            return .attach(deviceIndex: index, count: count)
        }
        return surplus(targets, limits, now)
    }

    private func shortage(_ targets: WarmTargets, _ limits: AddressLimits, _ now: Timestamp) -> Int {
        let available = total - assigned - resting(at: now)
        guard targets.countsAddresses else { return limits.addressesPerInterface * targets.interfaces - available }
        return max((targets.addresses ?? 0) - available, targets.minimum - total)
    }

    private func surplus(_ targets: WarmTargets, _ limits: AddressLimits, _ now: Timestamp) -> PoolStep? {
        let available = total - assigned - resting(at: now)
        for interface in interfaces.values.sorted(by: { $0.deviceIndex > $1.deviceIndex }) where interface.deviceIndex > 0 {
            let own = slots.values.filter { $0.interface == interface.id }
            let idle = own.allSatisfy { $0.owner == nil && $0.restsUntil <= now } && now - interface.attachedAt >= Self.youth
            guard idle else { continue }
            let left = available - own.count
            let isPlenty =
                targets.countsAddresses
                ? left >= (targets.addresses ?? 0) && total - own.count >= targets.minimum
                : left >= limits.addressesPerInterface * targets.interfaces
            if isPlenty { return .detach(interface: interface.id) }
        }
        guard targets.countsAddresses else { return nil }
        let excess = min(available - (targets.addresses ?? 0), total - targets.minimum)
        guard excess > 0 else { return nil }
        for interface in interfaces.values.sorted(by: { $0.deviceIndex > $1.deviceIndex }) {
            let free = slots.filter { $0.value.interface == interface.id && $0.value.owner == nil && $0.value.restsUntil <= now }
            if !free.isEmpty { return .unassign(interface: interface.id, addresses: Array(free.keys.sorted().suffix(excess))) }
        }
        return nil
    }
}

/// What EC2 shall do next.
package enum PoolStep: Sendable, Hashable {
    case attach(deviceIndex: Int, count: Int)
    case assign(interface: String, count: Int)
    case unassign(interface: String, addresses: [IPv4Address])
    case detach(interface: String)
}

/// How many addresses are kept ready. Source: VPC CNI, docs/eni-and-ip-target.md.
package struct WarmTargets: Sendable, Hashable {
    /// WARM_ENI_TARGET; counts only without the other two.
    package var interfaces = 1
    /// WARM_IP_TARGET.
    package var addresses: Int?
    /// MINIMUM_IP_TARGET.
    package var minimum = 0
    /// MAX_ENI; 0 leaves it to the instance type.
    package var maximumInterfaces = 0
    package init() {}
    /// Whether single addresses are counted, rather than whole interfaces.
    var countsAddresses: Bool { addresses != nil || minimum > 0 }
}

/// What the instance type allows.
package struct AddressLimits: Sendable, Hashable {
    package var interfaces: Int
    /// Without the primary one, which is the interface's own.
    package var addressesPerInterface: Int
    package init(interfaces: Int, addressesPerInterface: Int) {
        (self.interfaces, self.addressesPerInterface) = (interfaces, addressesPerInterface)
    }
    func interfaces(_ targets: WarmTargets) -> Int {
        targets.maximumInterfaces > 0 ? min(targets.maximumInterfaces, interfaces) : interfaces
    }
}
