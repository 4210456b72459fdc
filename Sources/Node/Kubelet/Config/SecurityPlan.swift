import Documents
import KubeModel

/// Who a container is and what it may do: its own security context over its pod's. Source: kubelet/kuberuntime/security_context.go.
struct SecurityPlan {
    let text: PodText
    let container: Value

    private var pod: Value { text.spec["securityContext"] }
    private var own: Value { container["securityContext"] }
    /// The container's word, else the pod's.
    private func either(_ name: String) -> Value { own[name].isNull ? pod[name] : own[name] }

    /// - Throws: upstream's words where the container must not be root and is, or may be.
    func config(image: RuntimeImage, target: String?) throws(PodHostError) -> SecurityConfig {
        try checkNonRoot(image)
        var config = SecurityConfig()
        Self.namespaces(text, &config)
        if let target, !target.isEmpty { (config.pid, config.targetID) = (.target, target) }
        config.isPrivileged = own["privileged"].bool ?? false
        config.hasReadOnlyRoot = own["readOnlyRootFilesystem"].bool ?? false
        config.forbidsNewPrivileges = own["allowPrivilegeEscalation"].bool == false
        config.user = either("runAsUser").int
        if config.user == nil {
            config.user = image.userID
            if image.userID == nil { config.userName = image.userName }
        }
        config.group = either("runAsGroup").int
        config.supplementalGroups = Self.groups(pod)
        config.addedCapabilities = own["capabilities"]["add"].items.compactMap(\.string)
        config.droppedCapabilities = own["capabilities"]["drop"].items.compactMap(\.string)
        config.seccomp = config.isPrivileged ? .unconfined : Self.seccomp(either("seccompProfile"))
        if own["procMount"].string != "Unmasked" { (config.maskedPaths, config.readOnlyPaths) = (Self.maskedPaths, Self.readOnlyPaths) }
        return config
    }

    /// The sandbox takes what the pod says.
    static func sandbox(_ text: PodText) -> SecurityConfig {
        let pod = text.spec["securityContext"]
        var config = SecurityConfig()
        namespaces(text, &config)
        config.isPrivileged = text.allContainers.contains { $0["securityContext"]["privileged"].bool ?? false }
        config.user = pod["runAsUser"].int
        config.group = config.user == nil ? nil : pod["runAsGroup"].int
        config.supplementalGroups = groups(pod)
        config.seccomp = .runtimeDefault
        return config
    }

    private static func namespaces(_ text: PodText, _ config: inout SecurityConfig) {
        config.network = text.isHostNetwork ? .node : .pod
        config.ipc = text.spec["hostIPC"].bool ?? false ? .node : .pod
        let shared: SecurityConfig.Namespace = text.spec["shareProcessNamespace"].bool ?? false ? .pod : .container
        config.pid = text.spec["hostPID"].bool ?? false ? .node : shared
    }

    private static func groups(_ pod: Value) -> [Int] {
        let extra = pod["supplementalGroups"].items.compactMap(\.int)
        return (pod["fsGroup"].int.map { [$0] } ?? []) + extra
    }

    private static func seccomp(_ profile: Value) -> SecurityConfig.Seccomp {
        switch profile["type"].string {
        case "RuntimeDefault": .runtimeDefault
        case "Localhost": .localhost(profile["localhostProfile"].string ?? "")
        default: .unconfined
        }
    }

    private func checkNonRoot(_ image: RuntimeImage) throws(PodHostError) {
        guard either("runAsNonRoot").bool ?? false else { return }
        let place = "(pod: \(text.label.quoted), container: \(container["name"].string ?? ""))"
        if let user = either("runAsUser").int {
            if user == 0 { throw .config("container's runAsUser breaks non-root policy \(place)") }
        } else if let user = image.userID {
            if user == 0 { throw .config("container has runAsNonRoot and image will run as root \(place)") }
        } else if image.userName.isEmpty {
            throw .config("container has runAsNonRoot and image will run as root \(place)")
        } else {
            throw .config(
                "container has runAsNonRoot and image has non-numeric user (\(image.userName)), cannot verify user is non-root \(place)")
        }
    }

    /// Source: pkg/securitycontext, defaultMaskedPaths and defaultReadonlyPaths.
    static let maskedPaths = [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ]
    static let readOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
}
