import Control
import Documents

/// The statuses of a pod's containers as the API shows them. Source: kubelet, convertToAPIContainerStatuses.
struct ContainerReport {
    let machine: PodMachine
    /// Whether the pod will not run any more.
    let isFinal: Bool

    func statuses(_ slots: [ContainerSlot], list: String) -> [Value] { slots.map { status($0, machine.sent[list].items) } }

    private func status(_ slot: ContainerSlot, _ reported: [Value]) -> Value {
        let old = reported.first { $0["name"].string == slot.name } ?? .null
        let known = machine.containers[slot.name] ?? []
        guard let newest = known.first else { return absent(slot, old) }
        var value = base(slot)
        value["restartCount"] = .int(Int64(newest.attempt))
        value["image"] = .string(newest.image.isEmpty ? slot.image : newest.image)
        value["imageID"] = .string(newest.imageID)
        value["containerID"] = .string("containerd://\(newest.id)")
        let resources = newest.state == .running ? machine.size(of: slot, newest) : slot.spec["resources"]
        if let allocated = Self.allocated(resources) { value["allocatedResources"] = allocated }
        value["resources"] = resources.object.map(Value.object) ?? [:]
        let mounts = Self.mounts(slot)
        if !mounts.isEmpty { value["volumeMounts"] = .array(mounts) }
        var state = Self.state(newest)
        var last = known.count > 1 ? Self.state(known[1]) : old["lastState"]
        if newest.state == .unknown, !old["state"]["running"].isNull {
            state = ["terminated": Self.unknown("The container could not be located when the pod was terminated", newest.id)]
        }
        if let failure = machine.failures[slot.name], newest.state != .running, !isFinal {
            if !state["terminated"].isNull { last = state }
            state = ["waiting": Self.waiting(failure)]
        } else if machine.isStarting(slot.name), newest.state != .exited {
            state = Self.initialState(machine.spec)
        }
        value["state"] = state
        value["lastState"] = last.object == nil ? [:] : last
        readiness(slot, newest, &value)
        return isFinal ? Self.ended(value) : value
    }

    private func readiness(_ slot: ContainerSlot, _ status: ContainerStatus, _ value: inout Value) {
        let runs = status.state == .running && !machine.isStarting(slot.name)
        if slot.place == .initial, !slot.isSidecar {
            value["started"] = false
            value["ready"] = .bool(status.state == .exited && status.exitCode == 0)
        } else if slot.place == .ephemeral {
            value["ready"] = false
        } else {
            value["started"] = .bool(runs && machine.probes.hasStarted(slot, status))
            value["ready"] = .bool(runs && machine.probes.isReady(slot, status))
        }
    }

    /// Whether the main containers could have been started. Source: kubelet, status manager's hasPodInitialized.
    private var hasInitialised: Bool {
        guard let last = machine.spec.initial.last else { return true }
        if machine.spec.main.contains(where: { machine.containers[$0.name] != nil }) { return true }
        guard let status = machine.containers[last.name]?.first else { return false }
        return last.isSidecar ? machine.probes.hasStarted(last, status) : status.state == .exited && status.exitCode == 0
    }

    /// A container of which the runtime knows nothing.
    private func absent(_ slot: ContainerSlot, _ old: Value) -> Value {
        if !old["state"]["terminated"].isNull { return old }
        var value = base(slot)
        value["restartCount"] = .int(Int64(old["restartCount"].int ?? 0))
        value["lastState"] = old["lastState"].object == nil ? [:] : old["lastState"]
        if let failure = machine.failures[slot.name] {
            value["state"] = ["waiting": Self.waiting(failure)]
        } else {
            value["state"] = Self.initialState(machine.spec)
            if !old["state"]["running"].isNull {
                if value["lastState"]["terminated"].isNull {
                    let message = "The container could not be located when the pod was deleted.  The container used to be Running"
                    value["lastState"] = ["terminated": Self.unknown(message, nil)]
                }
                if !machine.spec.isDeleted { value["restartCount"] = .int(Int64((old["restartCount"].int ?? 0) + 1)) }
            }
        }
        if slot.place != .ephemeral { value["started"] = false }
        value["ready"] = false
        let mayHaveRun = slot.place == .initial ? !old["state"]["running"].isNull : hasInitialised
        return isFinal && mayHaveRun ? Self.ended(value) : value
    }

    private func base(_ slot: ContainerSlot) -> Value {
        ["name": .string(slot.name), "image": .string(slot.image), "imageID": "", "state": [:], "lastState": [:], "ready": false]
    }

    private static func initialState(_ spec: PodSpecView) -> Value {
        ["waiting": ["reason": spec.initial.isEmpty ? "ContainerCreating" : "PodInitializing"]]
    }
    private static func waiting(_ failure: ContainerFailure) -> Value {
        failure.message.isEmpty
            ? ["reason": .string(failure.reason)] : ["reason": .string(failure.reason), "message": .string(failure.message)]
    }

    private static func state(_ status: ContainerStatus) -> Value {
        switch status.state {
        case .created, .unknown: return ["waiting": [:]]
        case .running: return ["running": ["startedAt": .string(text(status.started))]]
        case .exited:
            var terminated: Value = [
                "exitCode": .int(Int64(status.exitCode)), "reason": .string(status.reason), "startedAt": .string(text(status.started)),
                "finishedAt": .string(text(status.finished)), "containerID": .string("containerd://\(status.id)"),
            ]
            if !status.message.isEmpty { terminated["message"] = .string(status.message) }
            return ["terminated": terminated]
        }
    }

    /// Whatever has not been seen to end counts as lost. Source: kubelet, status manager's TerminatePod.
    private static func ended(_ value: Value) -> Value {
        guard value["state"]["terminated"].isNull else { return value }
        var value = value
        value["state"] = ["terminated": unknown("The container could not be located when the pod was terminated", nil)]
        value["ready"] = false
        if !value["started"].isNull { value["started"] = false }
        return value
    }
    private static func unknown(_ message: String, _ id: String?) -> Value {
        var value: Value = [
            "exitCode": 137, "reason": "ContainerStatusUnknown", "message": .string(message), "startedAt": .null, "finishedAt": .null,
        ]
        if let id { value["containerID"] = .string("containerd://\(id)") }
        return value
    }

    private static func allocated(_ resources: Value) -> Value? {
        let requests = resources["requests"]
        return requests.object.map { $0.isEmpty } ?? true ? nil : requests
    }
    private static func mounts(_ slot: ContainerSlot) -> [Value] {
        slot.spec["volumeMounts"].items.map { mount in
            var value: Value = ["name": mount["name"], "mountPath": mount["mountPath"]]
            if mount["readOnly"] == true {
                value["readOnly"] = true
                value["recursiveReadOnly"] = "Disabled"
            }
            return value
        }
    }
    private static func text(_ nanoseconds: Int) -> String { Timestamp(nanoseconds: Int64(nanoseconds)).text }
}
