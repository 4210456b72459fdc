import Documents
package import Reconcile
import Synchronization

/// Brings the networks of a region's VPCs to what the documents say, one apply of a VPC at a time.
///
/// Whoever asks while an apply is under way waits for one that begins afterwards, so that its own documents are in; many who wait share it.
package actor VPCNetworks {
    private struct Turn {
        var isRunning = false
        /// The state that was carried out last, nil in it when the network was removed; nil before the first, and after a failure.
        var applied: VPCState??
        /// Counts the applies that began.
        var begun = 0
        /// The last that ended, and its error.
        var ended = 0
        var error: (any Error)?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let records: Records
    private let driver: any NetworkDriver
    private let isIdle: Bool
    private var turns: [String: Turn] = [:]

    /// Networks carried out by `driver`; with `NoNetwork` nothing is computed at all.
    package init(records: Records, driver: any NetworkDriver) {
        (self.records, self.driver) = (records, driver)
        isIdle = driver is NoNetwork
    }

    /// Makes the VPC's network what the documents say by now; one without a document, or with nothing in it, is removed.
    /// - Throws: what the driver throws.
    package func apply(_ id: String) async throws {
        guard !isIdle else { return }
        let wanted = (turns[id]?.begun ?? 0) + 1
        while turns[id, default: Turn()].ended < wanted {
            if turns[id, default: Turn()].isRunning {
                await withCheckedContinuation { turns[id, default: Turn()].waiting.append($0) }
            } else {
                await run(id)
            }
        }
        if let error = turns[id]?.error { throw error }
    }
    private func run(_ id: String) async {
        var turn = turns[id, default: Turn()]
        (turn.isRunning, turn.begun) = (true, turn.begun + 1)
        let (number, before) = (turn.begun, turn.applied)
        turns[id] = turn
        let state = VPCStates.state(of: id, in: records)
        var failure: (any Error)?
        do {
            if before != .some(state) {
                if let state { try await driver.apply(state) } else { await driver.remove(vpcID: id) }
            }
        } catch { failure = error }
        let waiting = turns[id]?.waiting ?? []
        turns[id]?.waiting = []
        turns[id]?.isRunning = false
        turns[id]?.ended = number
        turns[id]?.error = failure
        turns[id]?.applied = failure == nil ? .some(state) : nil
        for continuation in waiting { continuation.resume() }
    }

    /// Brings up the networks of all VPCs that hold an interface, for the start of the program; what fails is told.
    package func resume() async -> [String] {
        var problems: [String] = []
        for id in Set(records.list(NetworkInterface.self).compactMap(\.spec.vpcId)).sorted() {
            do { try await apply(id) } catch { problems.append("the network of \(id) is not up: \(error)") }
        }
        return problems
    }
}

extension VPCNetworks: EffectPerformer {
    /// The effect that it performs; the subject is the VPC's key.
    package static let effect = "vpc.apply"
    package func perform(_ effect: Effect) async throws -> [Change] {
        try await apply(String(effect.subject.dropFirst(VPCFields.kind.prefix.count)))
        return []
    }
}
