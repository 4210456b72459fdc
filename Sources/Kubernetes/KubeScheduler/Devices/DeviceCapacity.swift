import Documents
import KubeModel

/// How much a device has of something, and how requests for shares of it are rounded. Source: KEP-5075, consumable capacity.
struct DeviceCapacity: Sendable {
    /// The name as the slice writes it.
    let name: String
    let value: Quantity
    /// What a share takes that asks for nothing; nil for all of it.
    private let standard: Quantity?
    private let values: [Quantity]
    private let range: (least: Quantity, most: Quantity?, step: Quantity?)?

    init?(_ name: String, _ capacity: Value) {
        guard let value = Quantity(capacity["value"]) else { return nil }
        (self.name, self.value) = (name, value)
        let policy = capacity["requestPolicy"]
        standard = Quantity(policy["default"])
        values = policy["validValues"].items.compactMap { Quantity($0) }
        range = Quantity(policy["validRange"]["min"]).map {
            ($0, Quantity(policy["validRange"]["max"]), Quantity(policy["validRange"]["step"]))
        }
    }

    /// How much a share takes that asks for so much; nil when the policy does not allow it.
    func consumption(_ wanted: Quantity?) -> Quantity? {
        guard let wanted else { return standard ?? value }
        if let range {
            let amount = Self.round(wanted, range.least, range.step)
            guard let amount, range.most.map({ amount <= $0 }) ?? true else { return nil }
            return amount
        }
        if values.isEmpty { return wanted }
        return values.first { wanted <= $0 }
    }
    /// The next amount that is so many steps more than the least; nil beyond what numbers hold.
    private static func round(_ wanted: Quantity, _ least: Quantity, _ step: Quantity?) -> Quantity? {
        guard wanted > least else { return least }
        guard let step, step.units > 0 else { return wanted }
        let above = wanted.units - least.units
        let steps = above / step.units + (above % step.units == 0 ? 0 : 1)
        let (product, overflows) = steps.multipliedReportingOverflow(by: step.units)
        let (sum, exceeds) = least.units.addingReportingOverflow(product)
        return overflows || exceeds ? nil : Quantity(sum, format: step.format)
    }
}

extension Device {
    /// How much a request takes of each capacity, by full name; nil when the device has no such capacity or its policy says no.
    func consumption(_ wanted: [(name: String, amount: Quantity)]) -> [String: Quantity]? {
        var asked: [String: Quantity] = [:]
        for (name, amount) in wanted {
            let full = name.utf8.contains(UInt8(ascii: "/")) ? name : "\(id.driver)/\(name)"
            guard capacities[full] != nil, asked.updateValue(amount, forKey: full) == nil else { return nil }
        }
        var result: [String: Quantity] = [:]
        for (name, capacity) in capacities {
            guard let amount = capacity.consumption(asked[name]) else { return nil }
            if !isShared {
                // The whole device is given: it must have what is asked for.
                if asked[name].map({ $0 > capacity.value }) ?? false { return nil }
                continue
            }
            result[name] = amount
        }
        return result
    }
    /// Whether a share fits beside those that there are and others that are about to be made.
    func hasRoom(for share: [String: Quantity], besides others: [[String: Quantity]]) -> Bool {
        share.allSatisfy { name, amount in
            var sum = (consumed[name] ?? .zero) + amount
            for other in others { sum += other[name] ?? .zero }
            return capacities[name].map { sum <= $0.value } ?? false
        }
    }
}
