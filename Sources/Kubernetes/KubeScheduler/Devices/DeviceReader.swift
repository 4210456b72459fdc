import Control
import Documents
import KubeModel

/// Reads documents of resource.k8s.io.
enum DeviceReader {
    private static func selectors(_ list: Value, _ owner: String, _ library: inout SelectorLibrary) -> [DeviceSelector] {
        list.items.enumerated().map { index, selector in
            DeviceSelector(place: "\(owner): selector #\(index)", program: library.program(selector["cel"]["expression"].string))
        }
    }
    static func deviceClass(_ name: String, _ document: Value, _ library: inout SelectorLibrary) -> DeviceBook.Class {
        let spec = document["spec"]
        return DeviceBook.Class(
            selectors: selectors(spec["selectors"], "class \(name)", &library), configurations: spec["config"].items,
            extendedResource: spec["extendedResourceName"].string ?? "",
            created: document["metadata"]["creationTimestamp"].string ?? "")
    }

    static func slice(_ spec: Value) -> DeviceSlice {
        let pool = DeviceSlice.PoolID(driver: spec["driver"].string ?? "", name: spec["pool"]["name"].string ?? "")
        var counters: [String: [String: Quantity]] = [:]
        for set in spec["sharedCounters"].items { counters[set["name"].string ?? ""] = amounts(set["counters"]) }
        let isPerDevice = spec["perDeviceNodeSelection"].bool ?? false
        return DeviceSlice(spec, pool, spec["devices"].items.map { device($0, pool, isPerDevice) }, counters: counters)
    }
    private static func amounts(_ counters: Value) -> [String: Quantity] {
        var amounts: [String: Quantity] = [:]
        for member in counters.object ?? [:] { amounts[member.key] = Quantity(member.value["value"]) }
        return amounts
    }

    static func claim(_ path: String, _ document: Value, _ library: inout SelectorLibrary) -> DeviceBook.Claim {
        let (metadata, devices, status) = (document["metadata"], document["spec"]["devices"], document["status"])
        var requests: [[DeviceBook.Request]] = []
        for request in devices["requests"].items {
            let name = request["name"].string ?? ""
            var alternatives: [DeviceBook.Request] = []
            for alternative in request["firstAvailable"].items {
                alternatives.append(self.request(alternative, "\(name)/\(alternative["name"].string ?? "")", path, &library))
            }
            if alternatives.isEmpty { alternatives = [self.request(request["exactly"], name, path, &library)] }
            requests.append(alternatives)
        }
        let allocation = status["allocation"]
        let results = allocation["devices"]["results"].items
        let isConditional = results.contains { !$0["bindingConditions"].items.isEmpty }
        return DeviceBook.Claim(
            path: path, uid: metadata["uid"].string ?? "", requests: requests, constraints: devices["constraints"].items.map(constraint),
            configurations: devices["config"].items, isDeleting: !metadata["deletionTimestamp"].isNull,
            allocated: allocation.isNull ? nil : results.filter { $0["adminAccess"].bool != true }.map(held),
            nodeTerms: allocation["nodeSelector"]["nodeSelectorTerms"].array?.map(NodeTerm.init),
            reserved: Set(status["reservedFor"].items.compactMap { $0["uid"].string }),
            readiness: isConditional ? readiness(results, status["devices"].items) : .ready,
            conditionalSince: isConditional ? allocation["allocationTimestamp"].string.flatMap { Timestamp($0) } : nil,
            beneficiary: beneficiary(metadata))
    }
    /// Source: findExtendedResourceClaim.
    private static func beneficiary(_ metadata: Value) -> String? {
        guard metadata["annotations"][ExtendedClaim.annotation] == "true" else { return nil }
        return metadata["ownerReferences"].items.first { $0["controller"] == true && $0["kind"] == "Pod" }?["uid"].string
    }
    private static func constraint(_ constraint: Value) -> DeviceBook.Constraint {
        let match = constraint["matchAttribute"].string
        return DeviceBook.Constraint(
            requests: Set(constraint["requests"].items.compactMap(\.string)),
            attribute: match ?? constraint["distinctAttribute"].string ?? "", isDistinct: match == nil)
    }
    private static func request(
        _ request: Value, _ name: String, _ path: String, _ library: inout SelectorLibrary
    ) -> DeviceBook.Request {
        DeviceBook.Request(
            name: name, className: request["deviceClassName"].string ?? "",
            selectors: selectors(request["selectors"], "claim \(path), request \(name)", &library),
            count: request["allocationMode"].string == "All" ? nil : request["count"].int ?? 1,
            isAdministrative: request["adminAccess"].bool ?? false, tolerations: request["tolerations"].items,
            capacities: (request["capacity"]["requests"].object ?? [:]).compactMap { member in
                Quantity(member.value).map { (member.key, $0) }
            })
    }

    // MARK: What claims have

    private static func id(_ document: Value) -> DeviceID {
        DeviceID(driver: document["driver"].string ?? "", pool: document["pool"].string ?? "", name: document["device"].string ?? "")
    }
    private static func held(_ result: Value) -> (id: DeviceID, holding: DeviceHolding) {
        let id = id(result)
        guard let share = result["shareID"].string else { return (id, .whole) }
        var consumed: [String: Quantity] = [:]
        for member in result["consumedCapacity"].object ?? [:] {
            consumed[fullName(member.key, id.driver)] = Quantity(member.value)
        }
        return (id, DeviceHolding(share: share, consumed: consumed))
    }
    private static func readiness(_ results: [Value], _ statuses: [Value]) -> DeviceBook.Readiness {
        for result in results where !result["bindingConditions"].items.isEmpty {
            let status = statuses.first { id($0) == id(result) && $0["shareID"] == result["shareID"] }
            func condition(_ type: Value) -> Value? { status?["conditions"].items.first { $0["type"] == type } }
            for failure in result["bindingFailureConditions"].items {
                guard let found = condition(failure), found["status"] == "True" else { continue }
                return .failed("reason=\(found["reason"].string ?? ""), message=\((found["message"].string ?? "").quoted)")
            }
            for wanted in result["bindingConditions"].items where condition(wanted)?["status"] != "True" { return .waiting }
        }
        return .ready
    }

    // MARK: Devices

    private static func fullName(_ name: String, _ driver: String) -> String {
        name.utf8.contains(UInt8(ascii: "/")) ? name : "\(driver)/\(name)"
    }
    private static func device(_ device: Value, _ pool: DeviceSlice.PoolID, _ isPerDevice: Bool) -> Device {
        let driver = pool.driver
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
        var capacities: [String: DeviceCapacity] = [:]
        for member in device["capacity"].object ?? [:] {
            guard let capacity = DeviceCapacity(member.key, member.value) else { continue }
            let place = place(member.key)
            amounts[place.domain, default: [:]][place.name] = .quantity(capacity.value)
            // A name with the driver's domain goes before the same without.
            let full = fullName(member.key, driver)
            if capacities[full] == nil || member.key == full { capacities[full] = capacity }
        }
        let value: SelectorValue = .map([
            "driver": .text(driver), "attributes": .map(domains.mapValues(SelectorValue.map)),
            "capacity": .map(amounts.mapValues(SelectorValue.map)),
            "allowMultipleAllocations": .truth(device["allowMultipleAllocations"].bool ?? false),
        ])
        let id = DeviceID(driver: driver, pool: pool.name, name: device["name"].string ?? "")
        return Device(
            id: id, value: value, attributes: attributes, capacities: capacities,
            consumptions: device["consumesCounters"].items.map {
                Device.Consumption(set: $0["counterSet"].string ?? "", amounts: Self.amounts($0["counters"]))
            }, place: isPerDevice ? DevicePlace(device) : nil, binding: binding(device), document: device)
    }
    private static func binding(_ device: Value) -> Device.Binding? {
        let (conditions, failures) = (device["bindingConditions"].items, device["bindingFailureConditions"].items)
        let bindsToNode = device["bindsToNode"].bool ?? false
        guard !conditions.isEmpty || !failures.isEmpty || bindsToNode else { return nil }
        return Device.Binding(
            conditions: conditions.compactMap(\.string), failures: failures.compactMap(\.string), bindsToNode: bindsToNode)
    }
    private static func attribute(_ value: Value) -> SelectorValue? {
        if let number = value["int"].int { return .integer(number) }
        if let truth = value["bool"].bool { return .truth(truth) }
        if let text = value["string"].string { return .text(text) }
        if let text = value["version"].string { return SelectorVersion(text).map(SelectorValue.version) ?? .text(text) }
        return nil
    }
}
