import Documents
import KubeModel

/// Reads documents of resource.k8s.io.
enum DeviceReader {
    static func selectors(_ list: Value, _ owner: String, _ library: inout SelectorLibrary) -> [DeviceSelector] {
        list.items.enumerated().map { index, selector in
            DeviceSelector(place: "\(owner): selector #\(index)", program: library.program(selector["cel"]["expression"].string))
        }
    }

    static func slice(_ spec: Value) -> DeviceSlice {
        let pool = DeviceSlice.PoolID(driver: spec["driver"].string ?? "", name: spec["pool"]["name"].string ?? "")
        return DeviceSlice(
            pool, generation: spec["pool"]["generation"].int ?? 0, siblings: spec["pool"]["resourceSliceCount"].int ?? 1,
            nodeName: spec["nodeName"].string ?? "", nodeTerms: spec["nodeSelector"]["nodeSelectorTerms"].array?.map(NodeTerm.init),
            // Parts of devices share counters, which nobody keeps here: they are not given rather than given twice.
            devices: spec["devices"].items.filter { $0["consumesCounters"].items.isEmpty }.map { device($0, pool.driver, pool.name) })
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
    private static func request(
        _ request: Value, _ name: String, _ path: String, _ library: inout SelectorLibrary
    ) -> DeviceBook.Request {
        DeviceBook.Request(
            name: name, selectors: selectors(request["selectors"], "claim \(path), request \(name)", &library),
            count: request["allocationMode"].string == "All" ? nil : request["count"].int ?? 1,
            isAdministrative: request["adminAccess"].bool ?? false,
            tolerations: request["tolerations"].items.map(SchedulingToleration.init),
            className: request["deviceClassName"].string ?? "")
    }

    private static func device(_ device: Value, _ driver: String, _ pool: String) -> Device {
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
        return Device(
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
