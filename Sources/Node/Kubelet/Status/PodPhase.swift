import Documents

/// The phase that follows from container statuses. Source: kubelet, getPhase.
struct PodPhase {
    let spec: PodSpecView
    /// Statuses of init and main containers by name.
    let statuses: [String: Value]
    /// Whether nothing will be started any more.
    let isFinal: Bool

    private struct Tally {
        var pending = 0, pendingSidecars = 0, failed = 0, failedForGood = 0
        var unknown = 0, running = 0, waiting = 0, stopped = 0, succeeded = 0
    }

    var phase: String {
        var tally = Tally()
        for slot in spec.initial { if slot.isSidecar { countSidecar(slot, &tally) } else { countInitial(slot, &tally) } }
        var begun = false
        for slot in spec.main {
            let status = statuses[slot.name] ?? .null
            let (state, last) = (status["state"], status["lastState"]["terminated"])
            if !state["running"].isNull {
                (tally.running, begun) = (tally.running + 1, true)
            } else if !state["terminated"].isNull {
                (tally.stopped, begun) = (tally.stopped + 1, true)
                if state["terminated"]["exitCode"] == 0 { tally.succeeded += 1 }
            } else if !state["waiting"].isNull {
                if last.isNull { tally.waiting += 1 } else { (tally.stopped, begun) = (tally.stopped + 1, true) }
            } else {
                tally.unknown += 1
            }
        }
        return decide(tally, begun)
    }

    private func decide(_ tally: Tally, _ begun: Bool) -> String {
        if tally.failedForGood > 0 { return "Failed" }
        if tally.pending > 0 || tally.pendingSidecars > 0 && !begun || tally.waiting > 0 { return isFinal ? "Failed" : "Pending" }
        if tally.running > 0, tally.unknown == 0 { return "Running" }
        guard tally.running == 0, tally.stopped > 0, tally.unknown == 0 else { return "Pending" }
        if isFinal { return tally.stopped == tally.succeeded ? "Succeeded" : "Failed" }
        let goesOn = spec.main.contains { slot in
            guard let code = statuses[slot.name]?["state"]["terminated"]["exitCode"].int else { return true }
            return RestartRule.restarts(slot, exitCode: code, podPolicy: spec.restartPolicy)
        }
        if goesOn { return "Running" }
        return tally.stopped == tally.succeeded ? "Succeeded" : "Failed"
    }

    private func countInitial(_ slot: ContainerSlot, _ tally: inout Tally) {
        let status = statuses[slot.name] ?? .null
        let (ended, last) = (status["state"]["terminated"], status["lastState"]["terminated"])
        let code = ended["exitCode"].int ?? (status["state"]["waiting"].isNull ? nil : last["exitCode"].int)
        guard let code else {
            tally.pending += 1
            return
        }
        guard code != 0 else { return }
        if !ended.isNull, !RestartRule.restarts(slot, exitCode: code, podPolicy: spec.restartPolicy) {
            tally.failedForGood += 1
        } else {
            tally.pending += 1
        }
    }

    private func countSidecar(_ slot: ContainerSlot, _ tally: inout Tally) {
        let status = statuses[slot.name] ?? .null
        let state = status["state"]
        if !state["running"].isNull {
            if status["started"] != true { tally.pendingSidecars += 1 }
            tally.running += isFinal ? 1 : 0
        } else if state["terminated"].isNull, status["lastState"]["terminated"].isNull {
            tally.pendingSidecars += 1
        }
    }
}
