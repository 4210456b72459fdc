package import Control
package import Documents

/// What objects use of a quota. Source: kubernetes, pkg/quota/v1/evaluator.
package enum QuotaUsage {
    private static let counted: Set<String> = [
        "pods", "services", "secrets", "configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "resourceclaims",
    ]
    private static let compute: Set<String> = ["cpu", "memory", "ephemeral-storage"]
    private static let classOfClaims = ".storageclass.storage.k8s.io/"
    private static let classOfDevices = ".deviceclass.resource.k8s.io/devices"
    /// Devices that a request for all of a class counts as. Source: resource/v1, AllocationResultsMaxSize.
    private static let mostDevices = 32

    /// The use of one object, by the names that quotas write. `now` tells whether a pod's time to end has passed.
    package static func of(
        _ object: Value, group: String, resource: String, now: Timestamp, in surroundings: QuotaSurroundings
    ) -> Amounts {
        var usage = Amounts()
        usage["count/\(resource)\(group.isEmpty ? "" : ".\(group)")"] = Quantity(1)
        if group == "resource.k8s.io", resource == "resourceclaims" {
            addDevices(of: object, to: &usage, in: surroundings)
        }
        guard group.isEmpty, counted.contains(resource) else { return usage }
        switch resource {
        case "pods":
            guard holds(object, now: now) else { return usage }
            addPod(object["spec"], to: &usage)
        case "services": addService(object["spec"], to: &usage)
        case "persistentvolumeclaims": addClaim(object, to: &usage)
        default: break
        }
        usage[resource] = Quantity(1)
        return usage
    }

    /// When a pod that is being deleted stops counting although it is still there; nil when its end does not depend on time.
    package static func deadline(of pod: Value) -> Timestamp? {
        let metadata = pod["metadata"]
        guard let start = metadata["deletionTimestamp"].string.flatMap(Timestamp.init),
            let grace = metadata["deletionGracePeriodSeconds"].int
        else { return nil }
        return start + .seconds(max(0, min(grace, Int(Int32.max))))
    }
    /// A pod that has ended, or should have, holds nothing but its name. Source: QuotaV1Pod.
    private static func holds(_ pod: Value, now: Timestamp) -> Bool {
        if ["Succeeded", "Failed"].contains(pod["status"]["phase"].string) { return false }
        return deadline(of: pod).map { now <= $0 } ?? true
    }
    private static func addPod(_ spec: Value, to usage: inout Amounts) {
        let totals = PodResources(spec)
        for (name, amount) in totals.requests.sorted {
            let huge = name.hasPrefix("hugepages-")
            if compute.contains(name) || huge { usage[name] = amount }
            if compute.contains(name) || huge || name.contains("/") { usage["requests.\(name)"] = amount }
        }
        for (name, amount) in totals.limits.sorted where compute.contains(name) { usage["limits.\(name)"] = amount }
    }
    private static func addService(_ spec: Value, to usage: inout Amounts) {
        let ports = spec["ports"].items
        switch spec["type"].string {
        case "NodePort": usage["services.nodeports"] = Quantity(ports.count)
        case "LoadBalancer":
            usage["services.loadbalancers"] = Quantity(1)
            let allocates = spec["allocateLoadBalancerNodePorts"] != false
            usage["services.nodeports"] = Quantity(allocates ? ports.count : ports.count { ($0["nodePort"].int ?? 0) != 0 })
        default: break
        }
    }
    private static func addClaim(_ claim: Value, to usage: inout Amounts) {
        let spec = claim["spec"]
        // A volume that is being expanded counts with what was set aside for it.
        let allocated = Quantity(claim["status"]["allocatedResources"]["storage"]) ?? .zero
        guard let requested = Quantity(spec["resources"]["requests"]["storage"]) else { return addClass(of: spec, nil, to: &usage) }
        let storage = max(requested, allocated)
        usage["requests.storage"] = storage
        addClass(of: spec, storage, to: &usage)
    }
    private static func addClass(of spec: Value, _ storage: Quantity?, to usage: inout Amounts) {
        guard let name = spec["storageClassName"].string, !name.isEmpty else { return }
        usage["\(name)\(classOfClaims)requests.storage"] = storage
        usage["\(name)\(classOfClaims)persistentvolumeclaims"] = Quantity(1)
    }
    /// Devices count by their class, by the resource that names it, and by the extended resource that it stands for; by the latter two
    /// as far as a pod does not count for them. Source: Kubernetes documentation, "Quota for DRA resource claims".
    private static func addDevices(of claim: Value, to usage: inout Amounts, in surroundings: QuotaSurroundings) {
        var extended = Amounts()
        for (name, count) in devices(claim["spec"]["devices"]) {
            usage[name + classOfDevices] = Quantity(count)
            let names = [ExtendedResources.classPrefix + name] + [surroundings.extendedResource(of: name)].compactMap(\.self)
            for resource in names { extended[resource] = (extended[resource] ?? .zero) + Quantity(count) }
        }
        let counted = surroundings.requests(behind: claim)
        for (name, amount) in extended.sorted {
            let rest = amount - (counted[name] ?? .zero)
            if rest.sign > 0 { usage["requests.\(name)"] = rest }
        }
    }
    /// How many devices a claim asks for at most, by their class.
    private static func devices(_ devices: Value) -> [String: Int] {
        var sums: [String: Int] = [:]
        func count(_ request: Value) -> Int {
            request["allocationMode"] == "All" ? mostDevices : max(0, min(request["count"].int ?? 1, mostDevices))
        }
        for request in devices["requests"].items {
            if let name = request["exactly"]["deviceClassName"].string {
                sums[name, default: 0] += count(request["exactly"])
            } else {
                // Of alternatives the most expensive one counts.
                var most: [String: Int] = [:]
                for choice in request["firstAvailable"].items {
                    let name = choice["deviceClassName"].string ?? ""
                    most[name] = max(most[name] ?? 0, count(choice))
                }
                sums.merge(most, uniquingKeysWith: +)
            }
        }
        return sums
    }

    /// Objects of one resource.
    package struct Source: Sendable, Hashable {
        package let group: String
        package let resource: String
        /// Those of that API group and plural name.
        package init(_ group: String, _ resource: String) { (self.group, self.resource) = (group, resource) }
    }
    private static let claims = Source("resource.k8s.io", "resourceclaims"), pods = Source("", "pods")

    /// Which objects use a resource of a quota; none when nothing is known to.
    package static func sources(of name: String) -> [Source] {
        if name.hasPrefix("count/") {
            let parts = name.dropFirst(6).split(separator: ".", maxSplits: 1).map(String.init)
            guard let resource = parts.first, !resource.isEmpty else { return [] }
            return [Source(parts.count > 1 ? parts[1] : "", resource)]
        }
        if counted.contains(name) { return [Source("", name)] }
        if name == "services.nodeports" || name == "services.loadbalancers" { return [Source("", "services")] }
        if name == "requests.storage" || name.contains(classOfClaims) { return [Source("", "persistentvolumeclaims")] }
        if name.hasSuffix(classOfDevices) { return [claims] }
        let bare = name.hasPrefix("requests.") ? name.dropFirst(9) : name.hasPrefix("limits.") ? name.dropFirst(7) : name[...]
        if compute.contains(String(bare)) { return [pods] }
        guard !name.hasPrefix("limits.") else { return [] }
        if bare.hasPrefix("hugepages-") { return [pods] }
        guard name.hasPrefix("requests."), bare.contains("/") else { return [] }
        return ExtendedResources.mayBeDevices(String(bare)) ? [pods, claims] : [pods]
    }

    /// The prefix of the keys of a namespace's objects of a resource.
    package static func prefix(group: String, resource: String, namespace: String) -> String {
        "\(group.isEmpty ? "core" : group)/\(resource)/\(namespace)/"
    }

    /// What objects of one source use together of the resources of a quota, none counted that its scopes leave out.
    package static func total(
        _ names: [String], of spec: Value, group: String, resource: String, _ objects: some Sequence<Value>, now: Timestamp,
        in surroundings: QuotaSurroundings
    ) -> Amounts {
        var total = Amounts()
        for name in names { total[name] = .zero }
        for object in objects where QuotaScopes.match(spec, object, group: group, resource: resource) {
            let usage = of(object, group: group, resource: resource, now: now, in: surroundings)
            for name in names { if let amount = usage[name] { total[name] = (total[name] ?? .zero) + amount } }
        }
        return total
    }
}
