/// Claims that wait for devices, made ready to be tried on one node after the other.
final class DeviceDemand {
    /// Alternatives of one request.
    struct Slot {
        /// The claim's place in the list.
        let claim: Int
        let alternatives: [Alternative]
    }
    struct Alternative {
        let request: DeviceBook.Request
        /// The class' selectors and those of the request.
        let selectors: [DeviceSelector]
    }
    let claims: [DeviceBook.Claim]
    /// All requests of all claims, one after the other.
    let slots: [Slot]
    /// How many free devices they need at least.
    let least: Int

    /// Whether any request has alternatives.
    var hasAlternatives: Bool { slots.contains { $0.alternatives.first?.request.isAlternative ?? false } }
    /// The most alternatives that a request may have. Source: FirstAvailableDeviceRequestMaxSize.
    private static let mostAlternatives = 8
    /// How good the alternatives are that devices were chosen for. Source: DynamicResources, computeScore.
    func worth(of chosen: [DeviceAllocator.Chosen]) -> Int {
        slots.reduce(0) { sum, slot in
            let index = slot.alternatives.firstIndex { alternative in chosen.contains { $0.request === alternative.request } }
            guard let index, slot.alternatives[index].request.isAlternative else { return sum }
            return sum + Self.mostAlternatives - index
        }
    }

    init(_ claims: [DeviceBook.Claim], _ classes: [String: DeviceBook.Class]) {
        self.claims = claims
        least = claims.reduce(0) { $0 + $1.least }
        slots = claims.indices.flatMap { index in
            claims[index].requests.map { alternatives in
                Slot(
                    claim: index,
                    alternatives: alternatives.map {
                        Alternative(request: $0, selectors: (classes[$0.className]?.selectors ?? []) + $0.selectors)
                    })
            }
        }
    }
}
