import CRI
import Kubelet

extension Message<PodSandboxConfigFields> {
    /// A sandbox's configuration as CRI says it.
    init(_ config: SandboxConfig) {
        self.init()
        (self.metadata.name, self.metadata.namespace, self.metadata.uid) = (config.name, config.namespace, config.uid)
        self.metadata.attempt = config.attempt
        (self.hostname, self.logDirectory) = (config.hostname, config.logDirectory)
        (self.dnsConfig.servers, self.dnsConfig.searches, self.dnsConfig.options) = (
            config.dnsServers, config.dnsSearches, config.dnsOptions
        )
        self.portMappings = config.portMappings.map { Message<PortMappingFields>($0) }
        (self.labels, self.annotations) = (config.labels, config.annotations)
        (self.linux.cgroupParent, self.linux.sysctls) = (config.cgroupParent, config.sysctls)
        self.linux.securityContext = Message<LinuxSandboxSecurityContextFields>(config.security)
    }
}

extension Message<PortMappingFields> {
    fileprivate init(_ mapping: PortMapping) {
        self.init()
        switch mapping.networkProtocol {
        case "UDP": self.protocol = .udp
        case "SCTP": self.protocol = .sctp
        default: break
        }
        (self.containerPort, self.hostPort, self.hostIp) = (mapping.containerPort, mapping.hostPort, mapping.hostIP)
    }
}

extension Message<ContainerConfigFields> {
    /// A container's configuration as CRI says it.
    init(_ config: ContainerConfig) {
        self.init()
        (self.metadata.name, self.metadata.attempt) = (config.name, config.attempt)
        self.image.image = config.image
        (self.command, self.args, self.workingDir) = (config.command, config.arguments, config.workingDirectory)
        self.envs = config.environment.map { variable in
            var entry = Message<KeyValueFields>()
            (entry.key, entry.value) = (variable.name, variable.value)
            return entry
        }
        self.mounts = config.mounts.map { Message<MountFields>($0) }
        self.devices = config.devices.map { device in
            var entry = Message<DeviceFields>()
            (entry.containerPath, entry.hostPath, entry.permissions) = (device.containerPath, device.hostPath, device.permissions)
            return entry
        }
        (self.labels, self.annotations, self.logPath) = (config.labels, config.annotations, config.logPath)
        (self.stdin, self.stdinOnce, self.tty) = (config.stdin, config.stdinOnce, config.tty)
        self.linux.resources = Message<LinuxContainerResourcesFields>(config.resources)
        self.linux.securityContext = Message<LinuxContainerSecurityContextFields>(config.security)
    }
}

extension Message<MountFields> {
    fileprivate init(_ mount: ContainerMount) {
        self.init()
        (self.containerPath, self.hostPath, self.readonly) = (mount.containerPath, mount.hostPath, mount.isReadOnly)
        switch mount.propagation {
        case .private: break
        case .hostToContainer: self.propagation = .hostToContainer
        case .bidirectional: self.propagation = .bidirectional
        }
    }
}

extension Message<LinuxContainerResourcesFields> {
    /// Limits as CRI says them; 0 sets none.
    init(_ resources: LinuxResources) {
        self.init()
        (self.cpuPeriod, self.cpuQuota, self.cpuShares) = (resources.cpuPeriod, resources.cpuQuota, resources.cpuShares)
        (self.memoryLimitInBytes, self.oomScoreAdj) = (resources.memoryLimit, resources.oomScoreAdjustment)
        self.unified = resources.unified
    }
}
