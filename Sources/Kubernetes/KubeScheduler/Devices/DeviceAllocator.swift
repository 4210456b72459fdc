import KubeModel

/// Finds devices of one node for claims. Source: dynamic-resource-allocation, structured.Allocator: the first devices in the order of
/// slices that satisfy everything, by trying and taking back.
struct DeviceAllocator {
    private let book: DeviceBook
    private let slices: [DeviceSlice]
    private var used: Set<DeviceID> = []
    /// How many devices may be tried before it counts as impossible.
    private var steps = 20_000

    init(_ book: DeviceBook, _ node: SchedulingNode) { (self.book, slices) = (book, book.pools.slices(for: node)) }

    /// The devices of each claim, in their order; nil when the node has not enough.
    mutating func allocate(_ claims: [DeviceBook.Claim]) throws(SelectorFault) -> [[DevicePlan.Result]]? {
        var all: [[DevicePlan.Result]] = []
        for claim in claims {
            var chosen: [Chosen] = []
            guard try satisfy(claim, 0, &chosen) else { return nil }
            for device in chosen where !device.request.isAdministrative { used.insert(device.device.id) }
            all.append(
                chosen.map {
                    DevicePlan.Result(request: $0.request.name, device: $0.device.id, isAdministrative: $0.request.isAdministrative)
                })
        }
        return all
    }
    private struct Chosen {
        let request: DeviceBook.Request
        let device: Device
    }

    private mutating func satisfy(_ claim: DeviceBook.Claim, _ index: Int, _ chosen: inout [Chosen]) throws(SelectorFault) -> Bool {
        guard index < claim.requests.count else { return true }
        for request in claim.requests[index] {
            // A request alone, whose devices need not agree, takes the first that fit.
            let isAlone = claim.requests.count == 1 && claim.constraints.isEmpty
            let fitting = try candidates(request, most: isAlone ? request.count ?? .max : .max)
            let wanted = request.count ?? fitting.count
            guard wanted > 0, fitting.count >= wanted else { continue }
            if try take(wanted, of: fitting[...], request, claim, index, &chosen) { return true }
        }
        return false
    }
    /// Takes so many of the devices for a request, and goes on with the next request.
    private mutating func take(
        _ count: Int, of devices: ArraySlice<Device>, _ request: DeviceBook.Request, _ claim: DeviceBook.Claim, _ index: Int,
        _ chosen: inout [Chosen]
    ) throws(SelectorFault) -> Bool {
        if count == 0 { return try satisfy(claim, index + 1, &chosen) }
        var rest = devices
        while rest.count >= count, let device = rest.popFirst() {
            steps -= 1
            guard steps > 0 else { return false }
            if !request.isAdministrative, chosen.contains(where: { $0.device.id == device.id && !$0.request.isAdministrative }) { continue }
            chosen.append(Chosen(request: request, device: device))
            if agrees(chosen, claim), try take(count - 1, of: rest, request, claim, index, &chosen) { return true }
            chosen.removeLast()
        }
        return false
    }
    /// Whether the last device agrees with the others in what constraints name.
    private func agrees(_ chosen: [Chosen], _ claim: DeviceBook.Claim) -> Bool {
        guard let last = chosen.last else { return true }
        for constraint in claim.constraints where Self.concerns(constraint.requests, last.request.name) {
            guard let value = last.device.attributes[constraint.attribute] else { return false }
            let others = chosen.dropLast().filter { Self.concerns(constraint.requests, $0.request.name) }
            if others.contains(where: { $0.device.attributes[constraint.attribute] != value }) { return false }
        }
        return true
    }
    private static func concerns(_ requests: Set<String>, _ name: String) -> Bool {
        requests.isEmpty || requests.contains(name) || requests.contains(String(name.prefix { $0 != "/" }))
    }

    private func candidates(_ request: DeviceBook.Request, most: Int) throws(SelectorFault) -> [Device] {
        guard let ofClass = book.classes[request.className] else { return [] }
        let selectors = ofClass + request.selectors
        var result: [Device] = []
        for slice in slices {
            for device in slice.devices {
                let isTaken = !request.isAdministrative && (device.owner != nil || !used.isEmpty && used.contains(device.id))
                if isTaken, request.count != nil { continue }
                let repelled = device.taints.contains { taint in
                    taint.effect != "None" && !request.tolerations.contains { $0.tolerates(taint) }
                }
                if repelled { continue }
                guard try selected(device, selectors) else { continue }
                // Who asks for all of them cannot do without one.
                if isTaken { return [] }
                result.append(device)
                if result.count == most { return result }
            }
        }
        return result
    }
    private func selected(_ device: Device, _ selectors: [DeviceSelector]) throws(SelectorFault) -> Bool {
        for selector in selectors {
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
