import Documents
import KubeModel

/// A device of a node, by the driver and the pool that offer it.
struct DeviceID: Sendable, Hashable {
    let driver: String
    let pool: String
    let name: String
}

/// What one claim has of a device: all of it, or a share of one that many may use.
struct DeviceHolding: Sendable, Hashable {
    /// The share's identity; nil where the claim has the whole device.
    let share: String?
    /// How much of each capacity the share takes, by the capacity's full name.
    let consumed: [String: Quantity]
    static let whole = DeviceHolding(share: nil, consumed: [:])
}

/// Where a device or all devices of a slice can be used.
struct DevicePlace: Sendable {
    let nodeName: String
    /// The selector as documents write it, and its terms; nil for all nodes.
    let selector: Value?
    let terms: [NodeTerm]?

    init(_ document: Value) {
        nodeName = document["nodeName"].string ?? ""
        selector = document["nodeSelector"].isNull ? nil : document["nodeSelector"]
        terms = selector?["nodeSelectorTerms"].array?.map(NodeTerm.init)
    }
    func includes(_ node: SchedulingNode) -> Bool {
        if !nodeName.isEmpty { return nodeName == node.name }
        return terms?.contains { $0.matches(node) } ?? true
    }
}

/// A device as a slice offers it.
final class Device {
    /// What a device takes of the counters that its pool's devices share.
    struct Consumption: Sendable {
        let set: String
        let amounts: [String: Quantity]
    }
    /// Conditions that the device's status must reach before a pod may have its node, and those that rule it out.
    struct Binding: Sendable {
        let conditions: [String]
        let failures: [String]
        /// Whether a claim with it can be used on the chosen node only.
        let bindsToNode: Bool
    }
    let id: DeviceID
    /// What selectors see of it.
    let value: SelectorValue
    /// Attributes by name, with the driver's domain where they have none.
    let attributes: [String: SelectorValue]
    /// What keeps claims away that do not tolerate it.
    let taints: [SchedulingTaint]
    /// What it has of what can be measured, by full name.
    let capacities: [String: DeviceCapacity]
    /// Whether many claims may have shares of it.
    let isShared: Bool
    let consumptions: [Consumption]
    /// Its own place, where its slice leaves that to devices.
    let place: DevicePlace?
    let binding: Binding?
    /// The counters of its pool; nil when it takes nothing of them, or while its pool is being changed.
    private(set) var counters: DeviceCounters?
    /// Whether a claim has all of it.
    private(set) var isTaken = false
    /// How many claims have shares, and how much these take.
    private(set) var shares = 0
    private(set) var consumed: [String: Quantity] = [:]
    /// What selectors have said of it, by their numbers.
    private var verdicts: [Int: Result<Bool, SelectorFault>] = [:]
    /// The last selector that selected it: mostly one is asked again and again.
    private var latest = -1

    init(
        id: DeviceID, value: SelectorValue, attributes: [String: SelectorValue], capacities: [String: DeviceCapacity],
        consumptions: [Consumption], place: DevicePlace?, binding: Binding?, document: Value
    ) {
        (self.id, self.value, self.attributes, self.capacities) = (id, value, attributes, capacities)
        (self.consumptions, self.place, self.binding) = (consumptions, place, binding)
        taints = document["taints"].items.map(SchedulingTaint.init)
        isShared = document["allowMultipleAllocations"].bool ?? false
    }

    /// Whether anybody has any of it.
    var isInUse: Bool { isTaken || shares > 0 }

    /// Takes over who has it.
    fileprivate func setHoldings(_ holdings: [DeviceHolding]) {
        let wasInUse = isInUse
        isTaken = holdings.contains { $0.share == nil }
        shares = holdings.count { $0.share != nil }
        consumed = [:]
        for holding in holdings where holding.share != nil { consumed.merge(holding.consumed, uniquingKeysWith: +) }
        if wasInUse != isInUse { counters?.count(self, isInUse ? 1 : -1) }
    }
    fileprivate func join(_ counters: DeviceCounters?) {
        guard !consumptions.isEmpty, self.counters !== counters else { return }
        if isInUse { self.counters?.count(self, -1) }
        self.counters = counters
        if isInUse { counters?.count(self, 1) }
    }

    /// Whether a selector selects it.
    func satisfies(_ selector: DeviceSelector) throws(SelectorFault) -> Bool {
        if latest == selector.program.number { return true }
        if let known = verdicts[selector.program.number] {
            let isSelected = try known.get()
            if isSelected { latest = selector.program.number }
            return isSelected
        }
        let verdict: Result<Bool, SelectorFault>
        do throws(SelectorFault) {
            verdict = .success(try SelectorEvaluator(device: value).selects(try selector.program.expression.get()))
        } catch { verdict = .failure(error) }
        if verdicts.count >= 64 { verdicts = [:] }
        verdicts[selector.program.number] = verdict
        return try verdict.get()
    }
}

/// Counters that the devices of a pool share, and how much of them the devices that somebody has take.
/// Source: KEP-4815, partitionable devices.
final class DeviceCounters {
    private let sets: [String: [String: Quantity]]
    private var used: [String: [String: Quantity]] = [:]

    init(_ sets: [String: [String: Quantity]]) { self.sets = sets }

    /// Whether there are all the counters that the device names.
    func know(_ device: Device) -> Bool {
        device.consumptions.allSatisfy { consumption in
            sets[consumption.set].map { set in consumption.amounts.keys.allSatisfy { set[$0] != nil } } ?? false
        }
    }
    fileprivate func count(_ device: Device, _ sign: Int) {
        for consumption in device.consumptions {
            for (name, amount) in consumption.amounts {
                let before = used[consumption.set]?[name] ?? .zero
                used[consumption.set, default: [:]][name] = sign > 0 ? before + amount : before - amount
            }
        }
    }
    /// Whether the counters allow one device more besides others that are about to be taken.
    func allow(_ device: Device, besides others: [Device]) -> Bool {
        for consumption in device.consumptions {
            for (name, amount) in consumption.amounts {
                var sum = (used[consumption.set]?[name] ?? .zero) + amount
                for other in others {
                    for taken in other.consumptions where taken.set == consumption.set { sum += taken.amounts[name] ?? .zero }
                }
                if sum > sets[consumption.set]?[name] ?? .zero { return false }
            }
        }
        return true
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
    let place: DevicePlace
    let devices: [Device]
    /// Counters that the pool's devices share, by set and name.
    let counters: [String: [String: Quantity]]
    /// Whether devices say each for itself where they can be used.
    let isPerDevice: Bool
    let hasShared: Bool
    let hasBindings: Bool
    /// How many of its devices nobody has whole.
    private(set) var free: Int

    init(_ spec: Value, _ pool: PoolID, _ devices: [Device], counters: [String: [String: Quantity]]) {
        (self.pool, self.devices, self.counters) = (pool, devices, counters)
        generation = spec["pool"]["generation"].int ?? 0
        siblings = spec["pool"]["resourceSliceCount"].int ?? 1
        place = DevicePlace(spec)
        isPerDevice = spec["perDeviceNodeSelection"].bool ?? false
        hasShared = devices.contains(where: \.isShared)
        hasBindings = devices.contains { $0.binding != nil }
        free = devices.count
    }
    var nodeName: String { place.nodeName }

    func setHoldings(_ device: Device, _ holdings: [DeviceHolding]) {
        let before = device.isTaken
        device.setHoldings(holdings)
        free += (before ? 1 : 0) - (device.isTaken ? 1 : 0)
    }
    /// Lets its devices count in the pool's counters; nil while the pool is being changed.
    func join(_ counters: DeviceCounters?) { for device in devices { device.join(counters) } }
}
