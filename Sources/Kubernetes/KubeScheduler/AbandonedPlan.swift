import Control
import Documents
import Storage

/// Devices that were promised to a pod which does not get its node after all, while they are being written into its claims: they are
/// nobody else's before it is known what became of that.
struct AbandonedPlan: Sendable {
    let pod: SchedulingPod
    let devices: DevicePlan
    /// The claims that the pod is to be taken out of, by path and uid, and the one that was made for it.
    let claims: [(path: String, uid: String)]
    let made: String?
    /// Whether nothing is being written for it any more.
    var isAnswered: Bool

    /// Whether there is anything to take back.
    var isToBeUndone: Bool { !claims.isEmpty || made != nil }
}

extension SchedulerLoop {
    /// What was promised to a pod is not for it any more. With `undoing`, what was or is being written for it is taken back as well, as
    /// soon as that is over: the pod waits for a node still.
    mutating func abandon(_ preparation: Preparation, undoing isUndone: Bool = false) {
        state.volumes.revert(preparation.volumes)
        guard !preparation.devices.allocations.isEmpty else { return }
        let plan = AbandonedPlan(
            pod: preparation.pod, devices: preparation.devices, claims: isUndone ? preparation.claims : [],
            made: isUndone ? preparation.made : nil, isAnswered: preparation.isWritten)
        if plan.isToBeUndone { undoing[plan.pod.uid, default: 0] += 1 }
        abandoned.append(plan)
    }
    /// Nothing is being written for a pod any more.
    mutating func answered(_ pod: SchedulingPod) {
        for index in abandoned.indices where abandoned[index].pod.uid == pod.uid { abandoned[index].isAnswered = true }
    }
    /// Takes promises back of which it is known what became: claims that have devices by now keep them, whether an event has told so yet
    /// or not.
    mutating func settleAbandoned(current: (String) -> Entry?, now: Timestamp) {
        guard abandoned.contains(where: \.isAnswered) else { return }
        let plans = abandoned.filter(\.isAnswered)
        abandoned.removeAll(where: \.isAnswered)
        for plan in plans {
            for allocation in plan.devices.allocations where state.devices.promised[allocation.claim] != nil {
                guard let entry = current(DeviceBook.claimPrefix + allocation.claim) else { continue }
                ahead[allocation.claim] = entry.revision
                state.devices.put(claim: allocation.claim, entry.value)
            }
            state.devices.revert(plan.devices)
            for allocation in plan.devices.allocations { wake(.resourceClaim(allocation.claim), now: now) }
            if plan.isToBeUndone { untold.append(.undo(plan)) }
        }
    }
    /// What was written for a pod is taken back: it may be tried again, if its turn has come meanwhile.
    mutating func undone(_ pod: SchedulingPod, _ current: (String) -> Entry?, now: Timestamp) {
        let left = undoing[pod.uid, default: 0] - 1
        undoing[pod.uid] = left > 0 ? left : nil
        guard left <= 0, queue.pod(pod.key) == nil, assumed[pod.key] == nil, let entry = current(pod.key),
            let present = document(of: entry).flatMap({ reader.read($0, key: pod.key) })
        else { return }
        if present.isWaiting, !present.isGated, !present.isAssigned { queue.add(present.pod) }
    }
    /// Whether an event about a claim tells of a time before the document that is known already.
    mutating func isOld(_ claim: String, _ revision: Revision) -> Bool {
        guard let known = ahead[claim] else { return false }
        if revision >= known { ahead[claim] = nil }
        return revision < known
    }
}
