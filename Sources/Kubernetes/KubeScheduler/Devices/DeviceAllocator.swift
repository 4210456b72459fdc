import KubeModel

/// Finds devices of one node for claims. Source: dynamic-resource-allocation, structured.Allocator: the first devices in the order of
/// slices that satisfy everything, by trying and taking back.
struct DeviceAllocator {
    /// A device, or a share of it, for a request.
    struct Chosen {
        /// The claim's place in the list.
        let claim: Int
        let request: DeviceBook.Request
        let device: Device
        /// What the share takes; empty for whole devices.
        let consumed: [String: Quantity]
    }
    private let demand: DeviceDemand
    private let devices: [Device]
    /// Why not all devices of the node are known; nil when they are.
    private let incompleteness: () -> String?
    private var chosen: [Chosen] = []
    /// How many devices may be tried before it counts as impossible.
    private var steps = 20_000
    /// Source: AllocationResultsMaxSize.
    private static let mostResults = 32

    init(_ demand: DeviceDemand, _ devices: [Device], incompleteness: @escaping () -> String?) {
        (self.demand, self.devices, self.incompleteness) = (demand, devices, incompleteness)
    }

    /// The devices of all claims; nil when the node has not enough.
    mutating func allocate() throws(SelectorFault) -> [Chosen]? { try satisfy(0) ? chosen : nil }

    private mutating func satisfy(_ index: Int) throws(SelectorFault) -> Bool {
        guard index < demand.slots.count else { return true }
        for alternative in demand.slots[index].alternatives {
            let before = chosen.count
            if let count = alternative.request.count {
                if try take(count, from: 0, alternative, index) { return true }
            } else if try takeAll(alternative, index), try satisfy(index + 1) {
                return true
            }
            chosen.removeLast(chosen.count - before)
        }
        return false
    }
    /// Takes so many of the devices from a place on for a request, and goes on with the next request.
    private mutating func take(
        _ count: Int, from start: Int, _ alternative: DeviceDemand.Alternative, _ index: Int
    ) throws(SelectorFault) -> Bool {
        if count == 0 { return try satisfy(index + 1) }
        let request = alternative.request
        for position in start..<max(start, devices.count) {
            let device = devices[position]
            guard isFree(device, request, index), try selected(device, alternative), request.tolerates(device),
                try choose(device, request, index)
            else { continue }
            steps -= 1
            // A shared device can be taken again.
            let next = device.isShared && !request.isAdministrative ? position : position + 1
            if steps > 0, try take(count - 1, from: next, alternative, index) { return true }
            chosen.removeLast()
            if steps <= 0 { return false }
        }
        return false
    }
    /// Takes all devices that match, if they can be had.
    private mutating func takeAll(_ alternative: DeviceDemand.Alternative, _ index: Int) throws(SelectorFault) -> Bool {
        let (request, claim) = (alternative.request, demand.claims[demand.slots[index].claim])
        if let text = incompleteness() {
            throw SelectorFault("claim \(claim.path), request \(request.name): asks for all devices, but \(text)")
        }
        let before = chosen.count
        for device in devices where try selected(device, alternative) {
            guard isFree(device, request, index), request.tolerates(device), try choose(device, request, index) else { return false }
        }
        return chosen.count > before
    }

    /// Whether nobody has the device, or it can be had besides.
    private func isFree(_ device: Device, _ request: DeviceBook.Request, _ index: Int) -> Bool {
        if request.isAdministrative {
            return !chosen.contains { $0.device === device && $0.claim == demand.slots[index].claim }
        }
        if device.isShared { return !device.isTaken }
        return !device.isInUse && !chosen.contains { $0.device === device && !$0.request.isAdministrative }
    }
    /// Adds a device if its capacities, its pool's counters and the claim's constraints allow it.
    private mutating func choose(_ device: Device, _ request: DeviceBook.Request, _ index: Int) throws(SelectorFault) -> Bool {
        let claim = demand.slots[index].claim
        guard chosen.count(where: { $0.claim == claim }) < Self.mostResults else { return false }
        var consumed: [String: Quantity] = [:]
        if device.isShared || !request.capacities.isEmpty {
            guard let amounts = device.consumption(request.capacities) else { return false }
            consumed = amounts
        }
        if !request.isAdministrative {
            let others = chosen.filter { !$0.request.isAdministrative }
            if device.isShared,
                !device.hasRoom(for: consumed, besides: others.filter { $0.device === device }.map(\.consumed))
            {
                return false
            }
            if let counters = device.counters, !device.isInUse, !others.contains(where: { $0.device === device }),
                !counters.allow(device, besides: rivals(others, counters))
            {
                return false
            }
        }
        guard agrees(device, request, claim) else { return false }
        chosen.append(Chosen(claim: claim, request: request, device: device, consumed: consumed))
        return true
    }
    /// The devices about to be taken from the same counters, each once.
    private func rivals(_ others: [Chosen], _ counters: DeviceCounters) -> [Device] {
        var devices: [Device] = []
        for other in others.map(\.device) where other.counters === counters && !other.isInUse {
            if !devices.contains(where: { $0 === other }) { devices.append(other) }
        }
        return devices
    }
    /// Whether the device agrees with the others in what constraints name, and differs where it must.
    private func agrees(_ device: Device, _ request: DeviceBook.Request, _ claim: Int) -> Bool {
        for constraint in demand.claims[claim].constraints where request.isNamed(in: constraint.requests) {
            guard let value = device.attributes[constraint.attribute] else { return false }
            for other in chosen where other.claim == claim && other.request.isNamed(in: constraint.requests) {
                if (other.device.attributes[constraint.attribute] == value) == constraint.isDistinct { return false }
            }
        }
        return true
    }

    private func selected(_ device: Device, _ alternative: DeviceDemand.Alternative) throws(SelectorFault) -> Bool {
        for selector in alternative.selectors {
            if case .failure(let fault) = selector.program.expression {
                throw SelectorFault("\(selector.place): CEL compile error: \(fault.message)")
            }
            do throws(SelectorFault) {
                if !(try device.satisfies(selector)) { return false }
            } catch { throw SelectorFault("\(selector.place): CEL runtime error: \(error.message)") }
        }
        return true
    }
}
