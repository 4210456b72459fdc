import CRI
import Kubelet

extension Message<LinuxContainerSecurityContextFields> {
    /// A container's security as CRI says it.
    init(_ security: SecurityConfig) {
        self.init()
        (self.privileged, self.readonlyRootfs, self.noNewPrivs) = (
            security.isPrivileged, security.hasReadOnlyRoot, security.forbidsNewPrivileges
        )
        self.namespaceOptions = Message<NamespaceOptionFields>(security)
        if let user = security.user { self.runAsUser = Message<Int64ValueFields>(user) }
        if let group = security.group { self.runAsGroup = Message<Int64ValueFields>(group) }
        (self.runAsUsername, self.supplementalGroups) = (security.userName, security.supplementalGroups)
        if !security.addedCapabilities.isEmpty || !security.droppedCapabilities.isEmpty {
            (self.capabilities.addCapabilities, self.capabilities.dropCapabilities) = (
                security.addedCapabilities, security.droppedCapabilities
            )
        }
        (self.maskedPaths, self.readonlyPaths) = (security.maskedPaths, security.readOnlyPaths)
        self.seccomp = Message<SecurityProfileFields>(security.seccomp)
    }
}

extension Message<LinuxSandboxSecurityContextFields> {
    /// A sandbox's security as CRI says it.
    init(_ security: SecurityConfig) {
        self.init()
        (self.privileged, self.readonlyRootfs) = (security.isPrivileged, security.hasReadOnlyRoot)
        self.namespaceOptions = Message<NamespaceOptionFields>(security)
        if let user = security.user { self.runAsUser = Message<Int64ValueFields>(user) }
        if let group = security.group { self.runAsGroup = Message<Int64ValueFields>(group) }
        self.supplementalGroups = security.supplementalGroups
        self.seccomp = Message<SecurityProfileFields>(security.seccomp)
    }
}

extension Message<NamespaceOptionFields> {
    fileprivate init(_ security: SecurityConfig) {
        self.init()
        (self.network, self.pid, self.ipc) = (NamespaceMode(security.network), NamespaceMode(security.pid), NamespaceMode(security.ipc))
        self.targetId = security.targetID
    }
}

extension NamespaceMode {
    fileprivate init(_ namespace: SecurityConfig.Namespace) {
        switch namespace {
        case .pod: self = .pod
        case .container: self = .container
        case .node: self = .node
        case .target: self = .target
        }
    }
}

extension Message<Int64ValueFields> {
    fileprivate init(_ value: Int) {
        self.init()
        self.value = value
    }
}

extension Message<SecurityProfileFields> {
    fileprivate init(_ seccomp: SecurityConfig.Seccomp) {
        self.init()
        switch seccomp {
        case .runtimeDefault: self.profileType = .runtimedefault
        case .unconfined: self.profileType = .unconfined
        case .localhost(let path): (self.profileType, self.localhostRef) = (.localhost, path)
        }
    }
}
