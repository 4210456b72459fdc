import Documents

/// Where an instance stands in its group. Source: Auto Scaling user guide, instance lifecycle.
package enum Lifecycle {
    /// `Pending`, `InService`, `Terminating:Wait` (its pods move away), `Terminating` or `Terminated`.
    package static func state(of instance: Instance) -> String {
        switch instance.status.state {
        case "running": "InService"
        case "draining": "Terminating:Wait"
        case "shutting-down", "stopping", "stopped": "Terminating"
        case "terminated": "Terminated"
        default: "Pending"
        }
    }
}
