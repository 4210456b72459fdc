package import Documents

/// What the sandbox of a pod is made of. Source: kuberuntime_sandbox.go, generatePodSandboxConfig.
package enum SandboxPlan {
    /// - Parameter node: the node's own resolver file.
    /// - Throws: `PodHostError`.
    package static func config(
        for pod: Value, attempt: Int, node: ResolverFile, settings: PodHostSettings
    ) throws(PodHostError) -> SandboxConfig {
        let text = PodText(pod)
        if let refusal = PodRefusal.of(pod, allowedSysctls: settings.allowedUnsafeSysctls) { throw .failed(refusal.message) }
        if text.spec["hostUsers"].bool == false {
            throw .failed("can't set `spec.hostUsers: false`, runtime does not support user namespaces")
        }
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
        config.sysctls = sysctls(text)
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

    private static func sysctls(_ text: PodText) -> [String: String] {
        var result: [String: String] = [:]
        for sysctl in text.spec["securityContext"]["sysctls"].items {
            result[(sysctl["name"].string ?? "").replacing("/", with: ".")] = sysctl["value"].string ?? ""
        }
        return result
    }
}
