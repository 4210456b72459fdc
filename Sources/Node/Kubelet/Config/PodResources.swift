package import Documents
package import KubeModel

/// How a pod is treated when resources are short. Source: pkg/apis/core/v1/helper/qos.
package enum QualityOfService: String, Sendable, CaseIterable {
    case guaranteed = "Guaranteed"
    case burstable = "Burstable"
    case bestEffort = "BestEffort"

    /// The class of a pod: what its status says, or what its containers ask for.
    package init(pod: Value) {
        if let stated = pod["status"]["qosClass"].string.flatMap(Self.init(rawValue:)) {
            self = stated
            return
        }
        let text = PodText(pod)
        let pooled = text.spec["resources"]
        let holders = pooled.isNull ? (text.containers + text.initContainers).map { $0["resources"] } : [pooled]
        var (some, all) = (false, true)
        for resources in holders {
            for name in ["cpu", "memory"] {
                let limit = Quantity(resources["limits"][name]) ?? .zero
                let request = Quantity(resources["requests"][name]) ?? limit
                if limit > .zero || request > .zero { some = true }
                if limit == .zero || request != limit { all = false }
            }
        }
        self = some ? (all ? .guaranteed : .burstable) : .bestEffort
    }

    /// The directory of the class below the pods' control group; empty for the guaranteed.
    package var directory: String {
        switch self {
        case .guaranteed: ""
        case .burstable: "/burstable"
        case .bestEffort: "/besteffort"
        }
    }
}

/// What a pod asks for as a whole. Source: component-helpers, resource.PodRequests and PodLimits.
package struct PodResources: Sendable, Hashable {
    package var requests: [String: Quantity] = [:]
    package var limits: [String: Quantity] = [:]
    /// Whether every container has a limit of the resource, so that the pod as a whole may have one.
    package var isLimited: [String: Bool] = [:]

    /// The sums over the pod's containers, its own resources and its overhead.
    package init(pod: Value) {
        let text = PodText(pod)
        requests = Self.total("requests", of: text)
        limits = Self.total("limits", of: text)
        let pooled = text.spec["resources"]
        for name in ["cpu", "memory"] {
            let all = (text.containers + text.initContainers).allSatisfy { (Quantity($0["resources"]["limits"][name]) ?? .zero) > .zero }
            isLimited[name] = all || !pooled["limits"][name].isNull
        }
        for (name, amount) in limits where requests[name] == nil && isLimited[name] == true { requests[name] = amount }
    }

    /// The greater of what runs side by side and of what the init containers need in their turn.
    private static func total(_ side: String, of text: PodText) -> [String: Quantity] {
        var running = sum(text.containers.map { amounts($0["resources"], side) })
        var (sidecars, peak) = ([String: Quantity](), [String: Quantity]())
        for container in text.initContainers {
            let own = amounts(container["resources"], side)
            if container.isSidecar {
                sidecars = sum([sidecars, own])
                peak = greatest(peak, sidecars)
            } else {
                peak = greatest(peak, sum([sidecars, own]))
            }
        }
        running = greatest(sum([running, sidecars]), peak)
        for (name, amount) in amounts(text.spec["resources"], side) { running[name] = amount }
        let overhead = ([String: Quantity](text.spec["overhead"]) ?? [:])
        for (name, amount) in overhead where side == "requests" || running[name] != nil {
            running[name] = (running[name] ?? .zero) + amount
        }
        return running
    }
    private static func amounts(_ resources: Value, _ side: String) -> [String: Quantity] {
        let own = [String: Quantity](resources[side]) ?? [:]
        guard side == "requests" else { return own }
        return ([String: Quantity](resources["limits"]) ?? [:]).merging(own) { $1 }
    }
    private static func sum(_ parts: [[String: Quantity]]) -> [String: Quantity] {
        parts.reduce(into: [:]) { $0.merge($1) { $0 + $1 } }
    }
    private static func greatest(_ left: [String: Quantity], _ right: [String: Quantity]) -> [String: Quantity] {
        left.merging(right) { max($0, $1) }
    }
}

/// Amounts as control groups take them. Source: kubelet/cm/helpers_linux.go.
package enum ControlGroupAmount {
    /// Microseconds of a scheduling period.
    package static let period = 100_000
    /// Shares of CPU for thousandths of a core: at least 2, at most 262,144.
    package static func shares(milli: Int) -> Int { milli == 0 ? 2 : min(max(milli.multipliedClamping(by: 1024) / 1000, 2), 262_144) }
    /// Microseconds of CPU in a period for thousandths of a core; 0 sets no limit, and less than 1000 is not possible.
    package static func quota(milli: Int) -> Int { milli == 0 ? 0 : max(milli.multipliedClamping(by: period) / 1000, 1000) }
}

extension Int {
    fileprivate func multipliedClamping(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
