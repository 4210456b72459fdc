import Documents
import KubeModel

/// A device of a node, by the driver and the pool that offer it.
struct DeviceID: Sendable, Hashable {
    let driver: String
    let pool: String
    let name: String
}

/// Devices, classes of them and claims to them, as far as they decide where pods may go; with what was decided but is not seen yet.
struct DeviceBook {
    /// A device as a slice offers it.
    struct Device {
        let id: DeviceID
        /// What selectors see of it.
        let value: SelectorValue
        /// Attributes by name, with the driver's domain where they have none.
        let attributes: [String: SelectorValue]
        /// Whether a taint keeps claims away that do not tolerate it.
        let taints: [SchedulingTaint]
    }
    /// A ResourceSlice.
    final class Slice {
        let pool: String, driver: String, generation: Int
        let nodeName: String
        let nodeTerms: [NodeTerm]?
        let devices: [Device]

        init(_ spec: Value) {
            driver = spec["driver"].string ?? ""
            pool = spec["pool"]["name"].string ?? ""
            generation = spec["pool"]["generation"].int ?? 0
            nodeName = spec["nodeName"].string ?? ""
            nodeTerms = spec["nodeSelector"]["nodeSelectorTerms"].array?.map(NodeTerm.init)
            devices = spec["devices"].items.map { DeviceReader.device($0, spec["driver"].string ?? "", spec["pool"]["name"].string ?? "") }
        }
        func serves(_ node: SchedulingNode) -> Bool {
            if !nodeName.isEmpty { return nodeName == node.name }
            return nodeTerms?.contains { $0.matches(node) } ?? true
        }
    }
    /// A part of a request that devices must satisfy.
    struct Request: Sendable {
        let name: String
        /// Each with its place, as messages name it.
        let selectors: [(place: String, expression: Result<SelectorExpression, SelectorFault>)]
        /// How many devices; nil for all that match.
        let count: Int?
        let isAdministrative: Bool
        let tolerations: [SchedulingToleration]
        let className: String
    }
    /// A ResourceClaim.
    struct Claim {
        let path: String
        let uid: String
        /// The alternatives of each request, best first.
        let requests: [[Request]]
        /// The attributes in which devices of some requests (of all, when none are named) must agree.
        let constraints: [(requests: Set<String>, attribute: String)]
        let isDeleting: Bool
        let allocated: [DeviceID]?
        let nodeTerms: [NodeTerm]?
        let reserved: Set<String>
    }

    private(set) var slices: [String: Slice] = [:]
    private var sharedSlices: Set<String> = []
    private var slicesOfNode: [String: Set<String>] = [:]
    private(set) var classes: [String: [(place: String, expression: Result<SelectorExpression, SelectorFault>)]] = [:]
    private(set) var claims: [String: Claim] = [:]
    /// Devices that claims have, and which have them.
    private(set) var taken: [DeviceID: String] = [:]
    /// Claims that were given devices, until their documents say so.
    private(set) var promised: [String: DevicePlan.Allocation] = [:]

    static let claimPrefix = "resource.k8s.io/resourceclaims/", slicePrefix = "resource.k8s.io/resourceslices/"
    static let classPrefix = "resource.k8s.io/deviceclasses/"

    mutating func put(slice name: String, _ document: Value?) {
        if let before = slices.removeValue(forKey: name) {
            sharedSlices.remove(name)
            slicesOfNode[before.nodeName]?.remove(name)
        }
        guard let document else { return }
        let slice = Slice(document["spec"])
        slices[name] = slice
        if slice.nodeName.isEmpty { sharedSlices.insert(name) } else { slicesOfNode[slice.nodeName, default: []].insert(name) }
    }
    mutating func put(class name: String, _ document: Value?) {
        classes[name] = document.map { DeviceReader.selectors($0["spec"]["selectors"], "class \(name)") }
    }
    mutating func put(claim path: String, _ document: Value?) {
        for id in claims[path]?.allocated ?? [] where taken[id] == path { taken[id] = nil }
        guard let document else {
            claims[path] = nil
            forget(path)
            return
        }
        let claim = DeviceReader.claim(path, document)
        claims[path] = claim
        if let allocated = claim.allocated {
            promised[path] = nil
            for id in allocated { taken[id] = path }
        }
    }

    /// The slices with devices for the node: of each pool the newest generation.
    func slices(for node: SchedulingNode) -> [Slice] {
        var names = slicesOfNode[node.name] ?? []
        names.formUnion(sharedSlices)
        let found = names.sorted().compactMap { slices[$0] }.filter { $0.serves(node) }
        guard found.count > 1 else { return found }
        var newest: [String: Int] = [:]
        for slice in found {
            let pool = slice.driver + "/" + slice.pool
            newest[pool] = max(newest[pool] ?? 0, slice.generation)
        }
        return found.filter { newest[$0.driver + "/" + $0.pool] == $0.generation }
    }

    mutating func assume(_ plan: DevicePlan) {
        for allocation in plan.allocations where !allocation.isReservation {
            promised[allocation.claim] = allocation
            for result in allocation.results where !result.isAdministrative { taken[result.device] = allocation.claim }
        }
    }
    mutating func revert(_ plan: DevicePlan) {
        for allocation in plan.allocations where !allocation.isReservation { forget(allocation.claim) }
    }
    private mutating func forget(_ path: String) {
        guard let allocation = promised.removeValue(forKey: path) else { return }
        for result in allocation.results where taken[result.device] == path { taken[result.device] = nil }
    }
}

/// What is written into claims before a pod that has them can have its node.
struct DevicePlan: Sendable, Equatable {
    struct Result: Sendable, Equatable {
        let request: String
        let device: DeviceID
        let isAdministrative: Bool
    }
    struct Allocation: Sendable, Equatable {
        /// As `namespace/name`, and its uid.
        let claim: String
        let uid: String
        let results: [Result]
        /// Whether the claim has its devices already and is only reserved for the pod.
        let isReservation: Bool
        /// The node that alone has the devices; nil when others can use them too.
        let node: String?
    }
    var allocations: [Allocation] = []
}

/// Reads documents of resource.k8s.io.
enum DeviceReader {
    static func selectors(_ list: Value, _ owner: String) -> [(place: String, expression: Result<SelectorExpression, SelectorFault>)] {
        list.items.enumerated().map { index, selector in
            let parsed: Result<SelectorExpression, SelectorFault>
            do throws(SelectorFault) {
                guard let text = selector["cel"]["expression"].string else { throw SelectorFault("has no CEL expression") }
                parsed = .success(try SelectorParser.parse(text))
            } catch { parsed = .failure(error) }
            return ("\(owner): selector #\(index)", parsed)
        }
    }

    static func claim(_ path: String, _ document: Value) -> DeviceBook.Claim {
        let (metadata, devices, status) = (document["metadata"], document["spec"]["devices"], document["status"])
        let requests = devices["requests"].items.map { request -> [DeviceBook.Request] in
            let name = request["name"].string ?? ""
            let alternatives = request["firstAvailable"].items
            if alternatives.isEmpty { return [self.request(request["exactly"], name, path)] }
            return alternatives.map { self.request($0, "\(name)/\($0["name"].string ?? "")", path) }
        }
        let allocation = status["allocation"]
        let allocated = allocation["devices"]["results"].items.filter { $0["adminAccess"].bool != true }.map {
            DeviceID(driver: $0["driver"].string ?? "", pool: $0["pool"].string ?? "", name: $0["device"].string ?? "")
        }
        return DeviceBook.Claim(
            path: path, uid: metadata["uid"].string ?? "", requests: requests,
            constraints: devices["constraints"].items.compactMap { constraint in
                guard let attribute = constraint["matchAttribute"].string else { return nil }
                return (Set(constraint["requests"].items.compactMap(\.string)), attribute)
            }, isDeleting: !metadata["deletionTimestamp"].isNull, allocated: allocation.isNull ? nil : allocated,
            nodeTerms: allocation["nodeSelector"]["nodeSelectorTerms"].array?.map(NodeTerm.init),
            reserved: Set(status["reservedFor"].items.compactMap { $0["uid"].string }))
    }
    private static func request(_ request: Value, _ name: String, _ path: String) -> DeviceBook.Request {
        DeviceBook.Request(
            name: name, selectors: selectors(request["selectors"], "claim \(path), request \(name)"),
            count: request["allocationMode"].string == "All" ? nil : request["count"].int ?? 1,
            isAdministrative: request["adminAccess"].bool ?? false,
            tolerations: request["tolerations"].items.map(SchedulingToleration.init),
            className: request["deviceClassName"].string ?? "")
    }

    static func device(_ device: Value, _ driver: String, _ pool: String) -> DeviceBook.Device {
        var (attributes, domains, amounts) = (
            [String: SelectorValue](), [String: [String: SelectorValue]](), [String: [String: SelectorValue]]()
        )
        func place(_ name: String) -> (domain: String, name: String) {
            let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : (driver, name)
        }
        for member in device["attributes"].object ?? [:] {
            guard let value = attribute(member.value) else { continue }
            let place = place(member.key)
            attributes["\(place.domain)/\(place.name)"] = value
            domains[place.domain, default: [:]][place.name] = value
        }
        for member in device["capacity"].object ?? [:] {
            guard let quantity = Quantity(member.value["value"]) else { continue }
            let place = place(member.key)
            amounts[place.domain, default: [:]][place.name] = .quantity(quantity)
        }
        let value: SelectorValue = .map([
            "driver": .text(driver), "attributes": .map(domains.mapValues(SelectorValue.map)),
            "capacity": .map(amounts.mapValues(SelectorValue.map)),
            "allowMultipleAllocations": .truth(device["allowMultipleAllocations"].bool ?? false),
        ])
        return DeviceBook.Device(
            id: DeviceID(driver: driver, pool: pool, name: device["name"].string ?? ""), value: value, attributes: attributes,
            taints: device["taints"].items.map(SchedulingTaint.init))
    }
    private static func attribute(_ value: Value) -> SelectorValue? {
        if let number = value["int"].int { return .integer(number) }
        if let truth = value["bool"].bool { return .truth(truth) }
        if let text = value["string"].string { return .text(text) }
        if let text = value["version"].string { return SelectorVersion(text).map(SelectorValue.version) ?? .text(text) }
        return nil
    }
}
