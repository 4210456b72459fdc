/// Labels and annotations by which kubelets and other tools know sandboxes and containers. Source: kubelet/types/labels.go.
package enum RuntimeLabel {
    package static let podName = "io.kubernetes.pod.name", podNamespace = "io.kubernetes.pod.namespace"
    package static let podUID = "io.kubernetes.pod.uid", containerName = "io.kubernetes.container.name"
}

/// What a sandbox is made of. Source: runtime.v1 PodSandboxConfig, LinuxPodSandboxConfig.
package struct SandboxConfig: Sendable, Hashable {
    package var name = "", namespace = "", uid = ""
    /// Counts the sandboxes of a pod.
    package var attempt = 0
    package var hostname = ""
    /// `/var/log/pods/<namespace>_<name>_<uid>`
    package var logDirectory = ""
    package var dnsServers: [String] = [], dnsSearches: [String] = [], dnsOptions: [String] = []
    package var portMappings: [PortMapping] = []
    package var labels: [String: String] = [:], annotations: [String: String] = [:]
    package var cgroupParent = ""
    package var sysctls: [String: String] = [:]
    package var security = SecurityConfig()
    package init() {}
}

/// A host port.
package struct PortMapping: Sendable, Hashable {
    package var networkProtocol = "TCP"
    package var containerPort = 0, hostPort = 0
    package var hostIP = ""
    package init() {}
}

/// What a container is made of. Source: runtime.v1 ContainerConfig, LinuxContainerConfig.
package struct ContainerConfig: Sendable, Hashable {
    package var name = ""
    /// Counts the starts of a container.
    package var attempt = 0
    /// The image's id or a reference that is present.
    package var image = ""
    package var command: [String] = [], arguments: [String] = []
    package var workingDirectory = ""
    package var environment: [EnvironmentVariable] = []
    package var mounts: [ContainerMount] = []
    package var devices: [ContainerDevice] = []
    package var labels: [String: String] = [:], annotations: [String: String] = [:]
    /// Relative to the sandbox's log directory: `web/0.log`.
    package var logPath = ""
    package var stdin = false, stdinOnce = false, tty = false
    package var resources = LinuxResources()
    package var security = SecurityConfig()
    package init() {}
}

/// One variable; later ones win.
package struct EnvironmentVariable: Sendable, Hashable {
    package var name: String, value: String
    package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

/// A path of the node in a container.
package struct ContainerMount: Sendable, Hashable {
    package enum Propagation: Int, Sendable { case `private`, hostToContainer, bidirectional }
    package var containerPath = "", hostPath = ""
    package var isReadOnly = false
    package var propagation = Propagation.private
    package init(_ hostPath: String, at containerPath: String, isReadOnly: Bool = false) {
        (self.hostPath, self.containerPath, self.isReadOnly) = (hostPath, containerPath, isReadOnly)
    }
}

/// A device node of the node in a container.
package struct ContainerDevice: Sendable, Hashable {
    package var containerPath = "", hostPath = "", permissions = "rwm"
    package init() {}
}

/// Source: runtime.v1 LinuxContainerResources.
package struct LinuxResources: Sendable, Hashable {
    /// Microseconds.
    package var cpuPeriod = 0, cpuQuota = 0
    package var cpuShares = 0
    /// Bytes; 0 sets no limit.
    package var memoryLimit = 0
    /// -1000 (never) to 1000.
    package var oomScoreAdjustment = 0
    package var unified: [String: String] = [:]
    package init() {}
}

/// Security of a sandbox or container. Source: runtime.v1 LinuxContainerSecurityContext.
package struct SecurityConfig: Sendable, Hashable {
    package enum Namespace: Int, Sendable { case pod, container, node, target }
    package var network = Namespace.pod, pid = Namespace.container, ipc = Namespace.pod
    /// The container whose process namespace is shared, for `target`.
    package var targetID = ""
    package var isPrivileged = false, hasReadOnlyRoot = false, forbidsNewPrivileges = false
    package var user: Int?, group: Int?
    package var userName = ""
    package var supplementalGroups: [Int] = []
    package var addedCapabilities: [String] = [], droppedCapabilities: [String] = []
    /// nil is the runtime's default for `RuntimeDefault`.
    package var seccomp = Seccomp.unconfined
    package var maskedPaths: [String] = [], readOnlyPaths: [String] = []
    package init() {}

    /// A profile of allowed system calls.
    package enum Seccomp: Sendable, Hashable {
        case runtimeDefault, unconfined
        case localhost(String)
    }
}

/// A sandbox as the runtime reports it.
package struct SandboxStatus: Sendable, Hashable {
    package var id = "", name = "", namespace = "", uid = ""
    package var attempt = 0
    package var isReady = false
    /// Nanoseconds since 1970.
    package var created = 0
    /// The pod's addresses, the primary one first; empty on the node's network.
    package var addresses: [String] = []
    package var labels: [String: String] = [:], annotations: [String: String] = [:]
    package init() {}
}

/// A container as the runtime reports it.
package struct ContainerStatus: Sendable, Hashable {
    package enum State: Sendable, Hashable { case created, running, exited, unknown }
    /// The sandbox is told in lists alone; "" otherwise.
    package var id = "", name = "", sandbox = ""
    package var attempt = 0
    package var state = State.unknown
    /// Nanoseconds since 1970; 0 when it has not happened.
    package var created = 0, started = 0, finished = 0
    package var exitCode = 0
    /// `Completed`, `Error`, `OOMKilled`, `ContainerCannotRun`, `StartError`, …
    package var reason = "", message = ""
    /// The reference asked for, and the image's id or digest.
    package var image = "", imageID = ""
    package var labels: [String: String] = [:], annotations: [String: String] = [:]
    package var logPath = ""
    package init() {}
}
