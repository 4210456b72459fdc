package import Documents
import KubeModel

/// What the sandbox of a pod is made of. Source: kuberuntime_sandbox.go, generatePodSandboxConfig.
package enum SandboxPlan {
    /// - Parameter node: the node's own resolver file.
    /// - Throws: `PodHostError`.
    package static func config(
        for pod: Value, attempt: Int, node: ResolverFile, settings: PodHostSettings
    ) throws(PodHostError) -> SandboxConfig {
        let text = PodText(pod)
        var config = SandboxConfig()
        (config.name, config.namespace, config.uid, config.attempt) = (text.name, text.namespace, text.uid, attempt)
        if !text.isHostNetwork { config.hostname = try PodHostname(pod, settings: settings).kernelName }
        config.logDirectory = "\(settings.logDirectory)/\(text.logDirectory)"
        let resolver = ResolverPlan.plan(pod, node: node, settings: settings)
        (config.dnsServers, config.dnsSearches, config.dnsOptions) = (resolver.servers, resolver.searches, resolver.options)
        config.portMappings = portMappings(text)
        config.labels = text.pod["metadata"]["labels"].strings
        config.labels[RuntimeLabel.podName] = text.name
        config.labels[RuntimeLabel.podNamespace] = text.namespace
        config.labels[RuntimeLabel.podUID] = text.uid
        config.annotations = text.pod["metadata"]["annotations"].strings
        if config.annotations["kubernetes.io/config.source"] == nil { config.annotations["kubernetes.io/config.source"] = "api" }
        config.cgroupParent = cgroup(pod, settings)
        config.sysctls = try sysctls(text, settings)
        config.security = SecurityPlan.sandbox(text)
        return config
    }

    /// The pod's control group, as in `/kubepods/burstable/pod<uid>`.
    package static func cgroup(_ pod: Value, _ settings: PodHostSettings) -> String {
        "\(settings.cgroupRoot)\(QualityOfService(pod: pod).directory)/pod\(PodText(pod).uid)"
    }

    private static func portMappings(_ text: PodText) -> [PortMapping] {
        guard !text.isHostNetwork else { return [] }
        let containers = text.containers + text.initContainers.filter(\.isSidecar)
        return containers.flatMap { $0["ports"].items }.compactMap { port in
            guard let hostPort = port["hostPort"].int, hostPort > 0 else { return nil }
            var mapping = PortMapping()
            mapping.networkProtocol = port["protocol"].string ?? "TCP"
            (mapping.containerPort, mapping.hostPort) = (port["containerPort"].int ?? 0, hostPort)
            mapping.hostIP = port["hostIP"].string ?? ""
            return mapping
        }
    }

    /// Sysctls that every pod may set. Source: kubelet/sysctl/safe_sysctls.go.
    private static let safe: Set<String> = [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    ]

    private static func sysctls(_ text: PodText, _ settings: PodHostSettings) throws(PodHostError) -> [String: String] {
        var result: [String: String] = [:]
        for sysctl in text.spec["securityContext"]["sysctls"].items {
            let name = (sysctl["name"].string ?? "").replacing("/", with: ".")
            if let reason = SysctlAdmission(settings).refusal(of: name, in: text) { throw .failed("forbidden sysctl: \(reason)") }
            result[name] = sysctl["value"].string ?? ""
        }
        return result
    }

    /// Why a pod must not run here because of its sysctls: status `Failed`, reason `SysctlForbidden`; nil when it may.
    package static func sysctlRefusal(_ pod: Value, _ settings: PodHostSettings) -> String? {
        let text = PodText(pod)
        for sysctl in text.spec["securityContext"]["sysctls"].items {
            let name = (sysctl["name"].string ?? "").replacing("/", with: ".")
            if let reason = SysctlAdmission(settings).refusal(of: name, in: text) { return "forbidden sysctl: \(reason)" }
        }
        return nil
    }

    private struct SysctlAdmission {
        let settings: PodHostSettings
        init(_ settings: PodHostSettings) { self.settings = settings }

        func refusal(of name: String, in text: PodText) -> String? {
            let isNetwork = name.hasPrefix("net.")
            let isIPC = ["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."].contains { name.hasPrefix($0) }
            let isAllowed =
                SandboxPlan.safe.contains(name)
                || settings.allowedUnsafeSysctls.contains { pattern in
                    pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : pattern == name
                }
            guard isAllowed, isNetwork || isIPC else { return "\(name.quoted) not allowlisted" }
            if isNetwork, text.isHostNetwork { return "\(name.quoted) not allowed with host net enabled" }
            if isIPC, text.spec["hostIPC"].bool ?? false { return "\(name.quoted) not allowed with host ipc enabled" }
            return nil
        }
    }
}
