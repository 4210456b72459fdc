import Documents

/// Whether a container that ended is started again. Source: kubelet, container.ShouldContainerBeRestarted and container restart rules.
enum RestartRule {
    static func restarts(_ slot: ContainerSlot, exitCode: Int, podPolicy: String) -> Bool {
        if slot.place == .ephemeral { return false }
        for rule in slot.spec["restartPolicyRules"].items where matches(rule, exitCode) { return true }
        if slot.isSidecar { return true }
        switch slot.spec["restartPolicy"].string ?? (slot.place == .initial && podPolicy == "Always" ? "OnFailure" : podPolicy) {
        case "Never": return false
        case "OnFailure": return exitCode != 0
        default: return true
        }
    }

    private static func matches(_ rule: Value, _ exitCode: Int) -> Bool {
        guard rule["action"] == "Restart" || rule["action"] == "RestartAllContainers" else { return false }
        let codes = rule["exitCodes"]["values"].items.compactMap(\.int)
        switch rule["exitCodes"]["operator"].string {
        case "In": return codes.contains(exitCode)
        case "NotIn": return !codes.contains(exitCode)
        default: return false
        }
    }
}
