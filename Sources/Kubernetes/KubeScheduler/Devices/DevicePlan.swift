import Documents
import KubeModel

/// What is written into claims before a pod that has them can have its node.
struct DevicePlan: Sendable, Equatable {
    struct Result: Sendable, Equatable {
        let device: DeviceID
        /// What the claim has of it; nil for access that leaves the device to others.
        let holding: DeviceHolding?
        /// The result as the claim's status has it.
        let document: Value
    }
    struct Allocation: Sendable, Equatable {
        /// As `namespace/name`, and its uid; none for a claim that is to be made.
        private(set) var claim: String
        private(set) var uid: String?
        let results: [Result]
        /// Whether the claim has its devices already and is only reserved for the pod.
        let isReservation: Bool
        /// The allocation as the claim's status has it, without the time; null for a reservation.
        let document: Value
        /// The nodes that can use all the devices; nil for all.
        let nodeTerms: [NodeTerm]?
        /// Whether the pod has to wait for conditions of the devices.
        let isConditional: Bool
        /// How the claim is made; nil for one that is there.
        private(set) var creation: Creation?

        /// Lets the claim be made first, under that path.
        mutating func become(_ creation: Creation, at path: String) { (claim, uid, self.creation) = (path, nil, creation) }
    }
    var allocations: [Allocation] = []
}

/// Puts together what a claim's status says of its devices. Source: structured.Allocator, Allocate and createNodeSelector.
struct DeviceAllocationWriter {
    let book: DeviceBook
    let node: SchedulingNode

    func allocation(_ claim: DeviceBook.Claim, _ chosen: [DeviceAllocator.Chosen], _ share: () -> String) -> DevicePlan.Allocation {
        let results = chosen.map { result($0, share) }
        var devices: Value = ["results": .array(results.map(\.document))]
        let config = configurations(claim, chosen)
        if !config.isEmpty { devices["config"] = .array(config) }
        var document: Value = ["devices": devices]
        let selector = nodeSelector(chosen)
        if let selector { document["nodeSelector"] = selector }
        return DevicePlan.Allocation(
            claim: claim.path, uid: claim.uid, results: results, isReservation: false, document: document,
            nodeTerms: selector?["nodeSelectorTerms"].items.map(NodeTerm.init),
            isConditional: chosen.contains { !($0.device.binding?.conditions.isEmpty ?? true) })
    }

    private func result(_ chosen: DeviceAllocator.Chosen, _ share: () -> String) -> DevicePlan.Result {
        let (device, request) = (chosen.device, chosen.request)
        var document: Value = [
            "request": .string(request.name), "driver": .string(device.id.driver), "pool": .string(device.id.pool),
            "device": .string(device.id.name),
        ]
        if request.isAdministrative { document["adminAccess"] = true }
        if !request.tolerationDocuments.isEmpty { document["tolerations"] = .array(request.tolerationDocuments) }
        var holding = DeviceHolding.whole
        if device.isShared {
            let share = share()
            document["shareID"] = .string(share)
            let consumed = chosen.consumed.sorted { $0.key < $1.key }.compactMap { full, amount in
                device.capacities[full].map { Object.Member($0.name, .string(amount.description)) }
            }
            if !consumed.isEmpty { document["consumedCapacity"] = .object(Object(consumed)) }
            holding = DeviceHolding(share: share, consumed: chosen.consumed)
        }
        if let binding = device.binding {
            document["bindingConditions"] = .array(binding.conditions.map(Value.string))
            document["bindingFailureConditions"] = .array(binding.failures.map(Value.string))
        }
        return DevicePlan.Result(device: device.id, holding: request.isAdministrative ? nil : holding, document: document)
    }

    /// What drivers are told: by the classes of the requests first, then by the claim.
    private func configurations(_ claim: DeviceBook.Claim, _ chosen: [DeviceAllocator.Chosen]) -> [Value] {
        var list: [Value] = []
        var names: [String] = []
        for request in chosen.map(\.request) where !names.contains(request.name) {
            names.append(request.name)
            for configuration in book.classes[request.className]?.configurations ?? [] {
                list.append(["source": "FromClass", "requests": [.string(request.name)], "opaque": configuration["opaque"]])
            }
        }
        for configuration in claim.configurations {
            var entry: Value = ["source": "FromClaim", "opaque": configuration["opaque"]]
            let wanted = configuration["requests"].items
            if !wanted.isEmpty {
                // Of alternatives, only what was chosen is told.
                let present = wanted.filter { name in
                    names.contains { $0 == name.string || String($0.prefix { $0 != "/" }) == name.string }
                }
                if present.isEmpty { continue }
                entry["requests"] = .array(present)
            }
            list.append(entry)
        }
        return list
    }

    private func nodeSelector(_ chosen: [DeviceAllocator.Chosen]) -> Value? {
        var (labels, fields) = ([Value](), [Value]())
        for device in chosen.map(\.device) {
            let place = book.pools.place(of: device.id)
            if device.binding?.bindsToNode ?? false || !(place?.nodeName.isEmpty ?? true) {
                let field: Value = ["key": "metadata.name", "operator": "In", "values": [.string(node.name)]]
                return ["nodeSelectorTerms": [["matchFields": [field]]]]
            }
            let term = place?.selector?["nodeSelectorTerms"].items.first
            for label in term?["matchExpressions"].items ?? [] where !labels.contains(label) { labels.append(label) }
            for field in term?["matchFields"].items ?? [] where !fields.contains(field) { fields.append(field) }
        }
        if labels.isEmpty, fields.isEmpty { return nil }
        var term: Value = [:]
        if !labels.isEmpty { term["matchExpressions"] = .array(labels) }
        if !fields.isEmpty { term["matchFields"] = .array(fields) }
        return ["nodeSelectorTerms": [term]]
    }
}
