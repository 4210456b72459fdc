package import Documents
import KubeModel

/// Why a node must not run a pod whatever room it has: the pod becomes Failed. Source: kubelet/sysctl, kubelet/lifecycle/predicate.go.
package struct PodRefusal: Sendable, Hashable {
    /// As in `SysctlForbidden`.
    package var reason: String
    /// As in `forbidden sysctl: "kernel.msgmax" not allowlisted`.
    package var message: String

    /// The refusal of a pod; nil when it may run.
    /// - Parameter allowedSysctls: unsafe sysctls that pods may set, as in `net.core.*`.
    package static func of(_ pod: Value, allowedSysctls: [String] = []) -> PodRefusal? {
        let text = PodText(pod)
        let context = text.spec["securityContext"]
        for sysctl in context["sysctls"].items {
            let name = (sysctl["name"].string ?? "").replacing("/", with: ".")
            guard let fault = fault(of: name, in: text, allowedSysctls) else { continue }
            return PodRefusal(reason: "SysctlForbidden", message: "forbidden sysctl: \(name.quoted) \(fault)")
        }
        if context["supplementalGroupsPolicy"].string == "Strict" {
            return PodRefusal(
                reason: "SupplementalGroupsPolicyNotSupported", message: "SupplementalGroupsPolicy=Strict is not supported in this node")
        }
        return nil
    }

    /// Sysctls that every pod may set. Source: kubelet/sysctl/safe_sysctls.go.
    private static let safe: Set<String> = [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    ]

    private static func fault(of name: String, in text: PodText, _ allowed: [String]) -> String? {
        let isNetwork = name.hasPrefix("net.")
        let isIPC = ["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."].contains { name.hasPrefix($0) }
        let isListed =
            safe.contains(name) || allowed.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : $0 == name }
        guard isListed, isNetwork || isIPC else { return "not allowlisted" }
        if isNetwork, text.isHostNetwork { return "not allowed with host net enabled" }
        if isIPC, text.spec["hostIPC"].bool ?? false { return "not allowed with host ipc enabled" }
        return nil
    }
}
