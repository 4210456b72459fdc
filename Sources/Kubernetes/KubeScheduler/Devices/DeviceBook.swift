import Control
import Documents
import KubeModel

/// Devices, classes of them and claims to them, as far as they decide where pods may go; with what was decided but is not seen yet.
struct DeviceBook {
    private(set) var pools = DevicePools()
    private(set) var classes: [String: Class] = [:]
    /// The class of devices behind each extended resource, those that name classes included.
    private(set) var extended: [String: String] = [:]
    /// Claims that were made for pods' extended resources, by the pods' uids.
    private(set) var leftovers: [String: String] = [:]
    private var library = SelectorLibrary()
    private(set) var claims: [String: Claim] = [:]
    /// Claims that were given devices, until their documents say so.
    private(set) var promised: [String: DevicePlan.Allocation] = [:]
    /// When events were taken in last.
    var now = Timestamp(seconds: 0)

    static let claimPrefix = "resource.k8s.io/resourceclaims/", slicePrefix = "resource.k8s.io/resourceslices/"
    static let classPrefix = "resource.k8s.io/deviceclasses/"

    mutating func put(slice name: String, _ document: Value?) {
        pools.put(name, document.map { DeviceReader.slice($0["spec"]) })
    }
    /// Takes over a class, nil when it is gone; tells which extended resources it stands for now, and stood for.
    mutating func put(class name: String, _ document: Value?) -> Set<String> {
        let before = classes[name]
        let now = document.map { DeviceReader.deviceClass(name, $0, &library) }
        classes[name] = now
        let implicit = ExtendedResources.classPrefix + name
        extended[implicit] = now == nil ? nil : name
        let explicit = Set([before, now].compactMap { $0?.extendedResource }.filter { !$0.isEmpty })
        for resource in explicit {
            // The one that was made last, of several the first by name. Source: DeviceClassSpec, extendedResourceName.
            let standing = classes.filter { $0.value.extendedResource == resource }
            extended[resource] = standing.min { ($1.value.created, $0.key) < ($0.value.created, $1.key) }?.key
        }
        return explicit.union([implicit])
    }
    mutating func put(claim path: String, _ document: Value?) {
        for held in claims[path]?.allocated ?? [] { pools.release(held.id, from: path) }
        if let pod = claims[path]?.beneficiary, leftovers[pod] == path { leftovers[pod] = nil }
        guard let document else {
            claims[path] = nil
            forget(path)
            return
        }
        let claim = DeviceReader.claim(path, document, &library)
        claims[path] = claim
        if let pod = claim.beneficiary { leftovers[pod] = path }
        if let allocated = claim.allocated {
            forget(path)
            for held in allocated { pools.give(held.id, held.holding, to: path) }
        }
    }

    /// How many devices stand for an extended resource on a node, and how many of these somebody has; nil where none stand for it, or
    /// where a selector of their class cannot tell. Source: calculateDRAResourceTotals.
    func extent(of resource: String, on node: SchedulingNode) -> (all: Int, used: Int)? {
        guard let selectors = extended[resource].flatMap({ classes[$0] })?.selectors else { return nil }
        var (all, used) = (0, 0)
        do throws(SelectorFault) {
            for device in pools.offered(on: node) {
                var isSelected = true
                for selector in selectors where isSelected { isSelected = try device.satisfies(selector) }
                guard isSelected else { continue }
                all += 1
                if device.isInUse { used += 1 }
            }
        } catch { return nil }
        return all > 0 ? (all, used) : nil
    }

    mutating func assume(_ plan: DevicePlan) {
        for allocation in plan.allocations where !allocation.isReservation {
            promised[allocation.claim] = allocation
            for result in allocation.results {
                if let holding = result.holding { pools.give(result.device, holding, to: allocation.claim) }
            }
        }
    }
    mutating func revert(_ plan: DevicePlan) {
        for allocation in plan.allocations where !allocation.isReservation { forget(allocation.claim) }
    }
    private mutating func forget(_ path: String) {
        guard let allocation = promised.removeValue(forKey: path) else { return }
        for result in allocation.results { pools.release(result.device, from: path) }
    }
}
