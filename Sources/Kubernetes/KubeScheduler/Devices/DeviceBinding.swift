import Control
import KubeModel
import Reconcile
import Storage

extension SchedulerLoop.Preparation {
    /// Whether devices of the pod take time until they can be used.
    var isConditional: Bool { devices.allocations.contains(where: \.isConditional) }
    /// The claims that were there before.
    var claims: [(path: String, uid: String)] { devices.allocations.compactMap { given in given.uid.map { (given.claim, $0) } } }
    /// The claim that is made for the pod's extended resources, by its path.
    var made: String? { devices.allocations.first { $0.creation != nil }?.claim }
}

/// Devices that take time until they can be used. Source: KEP-5007; DynamicResources, PreBind.
extension SchedulerLoop {
    /// Whether all claims of a preparation have what they wait for; as far as their documents say.
    func isReady(_ preparation: Preparation) -> Bool {
        preparation.devices.allocations.allSatisfy { allocation in
            !allocation.isConditional
                || state.devices.claims[allocation.claim].map { $0.allocated != nil && $0.readiness == .ready } ?? false
        }
    }
    /// Lets pods go on whose devices have become usable, and look for others where they will not.
    mutating func settleDevices(current: (String) -> Entry?, now: Timestamp) {
        for preparation in preparing.values where preparation.isWritten && preparation.isConditional {
            let claims = preparation.devices.allocations.compactMap { state.devices.claims[$0.claim] }
            if let text = claims.compactMap({ $0.failure(now: now) }).first {
                bound(preparation.pod, .unavailable(text), .dynamicResources, current, now: now)
            } else {
                finish(preparation)
            }
        }
    }
    /// Takes devices away from a claim when no node takes the pod because of them.
    func releases(_ pod: SchedulingPod, _ profile: SchedulingProfile) -> [SchedulerAction] {
        guard let filters = DeviceFilters(pod, profile.filters, state.devices) else { return [] }
        if let leftover = filters.leftover { return [.discard(leftover, pod)] }
        guard let claim = filters.releasable(state.nodes.compactMap(\.self), state.devices) else { return [] }
        return [.deallocate([(claim.path, claim.uid)], pod)]
    }
}
