import Documents
import KubeModel

/// The rules of the Pod Security Standards, with upstream's texts.
struct PodSecurityChecks {
    private let metadata: Value
    private let spec: Value
    private let containers: [Value]

    /// What a pod does that its level does not allow, in upstream's order.
    static func violations(of level: PodSecurityLevel, _ pod: Value) -> [String] {
        let checks = PodSecurityChecks(pod)
        switch level {
        case .privileged: return []
        case .baseline: return checks.baseline.compactMap { $0 }
        case .restricted: return checks.restricted.compactMap { $0 }
        }
    }
    private init(_ pod: Value) {
        (metadata, spec) = (pod["metadata"], pod["spec"])
        containers = spec["initContainers"].items + spec["containers"].items + spec["ephemeralContainers"].items
    }

    private var common: [String?] { [hostNamespaces, privileged, hostPaths, hostPorts, appArmor, seLinux, procMount, sysctls] }
    private var baseline: [String?] { [capabilities] + common + [seccompBaseline] }
    private var restricted: [String?] {
        common + [allowPrivilegeEscalation, unrestrictedCapabilities, volumeTypes, runAsNonRoot, runAsUser, seccomp]
    }

    private func names(_ containers: [Value]) -> [String] { containers.map { ($0["name"].string ?? "").quoted } }
    /// `container "a"` or `containers "a", "b"`, then the verb for one or several.
    private func subject(_ offending: [Value]) -> String {
        let names = names(offending)
        return "\(names.count == 1 ? "container" : "containers") \(names.joined(separator: ", "))"
    }
    private func offending(_ isBad: (Value) -> Bool) -> [Value] { containers.filter(isBad) }
    private func list(_ items: [String]) -> String { Set(items).sorted().map(\.quoted).joined(separator: ", ") }

    private var hostNamespaces: String? {
        let used = ["hostNetwork", "hostPID", "hostIPC"].filter { spec[$0].bool == true }
        return used.isEmpty ? nil : "host namespaces (\(used.map { "\($0)=true" }.joined(separator: ", ")))"
    }
    private var privileged: String? {
        let bad = offending { $0["securityContext"]["privileged"].bool == true }
        return bad.isEmpty ? nil : "privileged (\(subject(bad)) must not set securityContext.privileged=true)"
    }
    private static let baselineCapabilities: Set<String> = [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP",
        "SETUID", "SYS_CHROOT",
    ]
    private func added(_ container: Value) -> [String] {
        container["securityContext"]["capabilities"]["add"].items.compactMap(\.string)
    }
    private var capabilities: String? {
        let bad = offending { added($0).contains { !Self.baselineCapabilities.contains($0) } }
        let extra = bad.flatMap(added).filter { !Self.baselineCapabilities.contains($0) }
        return bad.isEmpty
            ? nil : "non-default capabilities (\(subject(bad)) must not include \(list(extra)) in securityContext.capabilities.add)"
    }
    private var hostPaths: String? {
        let bad = spec["volumes"].items.filter { !$0["hostPath"].isNull }
        guard !bad.isEmpty else { return nil }
        return "hostPath volumes (\(bad.count == 1 ? "volume" : "volumes") \(names(bad).joined(separator: ", ")))"
    }
    private var hostPorts: String? {
        func ports(_ container: Value) -> [Int] { container["ports"].items.compactMap { $0["hostPort"].int }.filter { $0 != 0 } }
        let bad = offending { !ports($0).isEmpty }
        let used = Set(bad.flatMap(ports)).sorted()
        guard !bad.isEmpty else { return nil }
        return "hostPort (\(subject(bad)) \(bad.count == 1 ? "uses" : "use") \(used.count == 1 ? "hostPort" : "hostPorts") "
            + "\(used.map(String.init).joined(separator: ", ")))"
    }
    private var appArmor: String? {
        let key = "container.apparmor.security.beta.kubernetes.io/"
        let bad = (metadata["annotations"].object ?? [:]).filter { member in
            guard member.key.hasPrefix(key), let profile = member.value.string else { return false }
            return !(profile.isEmpty || profile == "runtime/default" || profile.hasPrefix("localhost/"))
        }
        let contexts = ([spec] + containers).filter { $0["securityContext"]["appArmorProfile"]["type"] == "Unconfined" }
        guard !bad.isEmpty || !contexts.isEmpty else { return nil }
        return "forbidden AppArmor \(bad.count + contexts.count == 1 ? "profile" : "profiles")"
    }
    private var seLinux: String? {
        let types: Set<String> = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"]
        let options = ([spec] + containers).map { $0["securityContext"]["seLinuxOptions"] }
        let bad = options.contains { option in
            !types.contains(option["type"].string ?? "") || !(option["user"].string ?? "").isEmpty || !(option["role"].string ?? "").isEmpty
        }
        return bad ? "seLinuxOptions (forbidden type, user or role)" : nil
    }
    private var procMount: String? {
        let bad = offending { !["", "Default"].contains($0["securityContext"]["procMount"].string ?? "") }
        return bad.isEmpty ? nil : "procMount (\(subject(bad)) must not set securityContext.procMount to \"Unmasked\")"
    }
    private static let safeSysctls: Set<String> = [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    ]
    private var sysctls: String? {
        let bad = spec["securityContext"]["sysctls"].items.compactMap { $0["name"].string }.filter { !Self.safeSysctls.contains($0) }
        return bad.isEmpty ? nil : "forbidden sysctls (\(bad.sorted().joined(separator: ", ")))"
    }
    private var seccompBaseline: String? {
        let podBad = spec["securityContext"]["seccompProfile"]["type"] == "Unconfined"
        let bad = offending { $0["securityContext"]["seccompProfile"]["type"] == "Unconfined" }
        guard podBad || !bad.isEmpty else { return nil }
        let who = (podBad ? ["pod"] : []) + (bad.isEmpty ? [] : [subject(bad)])
        return "seccompProfile (\(who.joined(separator: " and ")) must not set securityContext.seccompProfile.type to \"Unconfined\")"
    }

    private var isWindows: Bool { spec["os"]["name"] == "windows" }
    private var allowPrivilegeEscalation: String? {
        let bad = isWindows ? [] : offending { $0["securityContext"]["allowPrivilegeEscalation"].bool != false }
        return bad.isEmpty
            ? nil : "allowPrivilegeEscalation != false (\(subject(bad)) must set securityContext.allowPrivilegeEscalation=false)"
    }
    private var unrestrictedCapabilities: String? {
        guard !isWindows else { return nil }
        let undropped = offending { !$0["securityContext"]["capabilities"]["drop"].items.contains("ALL") }
        let adding = offending { added($0).contains { $0 != "NET_BIND_SERVICE" } }
        var texts: [String] = []
        if !undropped.isEmpty { texts.append("\(subject(undropped)) must set securityContext.capabilities.drop=[\"ALL\"]") }
        if !adding.isEmpty {
            let extra = list(adding.flatMap(added).filter { $0 != "NET_BIND_SERVICE" })
            texts.append("\(subject(adding)) must not include \(extra) in securityContext.capabilities.add")
        }
        return texts.isEmpty ? nil : "unrestricted capabilities (\(texts.joined(separator: "; ")))"
    }
    private static let volumes: Set<String> = [
        "name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret",
    ]
    private var volumeTypes: String? {
        let bad = spec["volumes"].items.filter { ($0.object ?? [:]).keys.contains { !Self.volumes.contains($0) } }
        guard !bad.isEmpty else { return nil }
        let types = bad.flatMap { ($0.object ?? [:]).keys.filter { !Self.volumes.contains($0) } }
        let verb = bad.count == 1 ? "volume \(names(bad).joined()) uses" : "volumes \(names(bad).joined(separator: ", ")) use"
        return "restricted volume types (\(verb) restricted volume \(Set(types).count == 1 ? "type" : "types") \(list(types)))"
    }
    private var runAsNonRoot: String? {
        let byPod = spec["securityContext"]["runAsNonRoot"].bool
        let explicit = offending { $0["securityContext"]["runAsNonRoot"].bool == false }
        if !explicit.isEmpty { return "runAsNonRoot != true (\(subject(explicit)) must not set securityContext.runAsNonRoot=false)" }
        if byPod == true { return nil }
        let silent = offending { $0["securityContext"]["runAsNonRoot"].bool == nil }
        if silent.isEmpty { return nil }
        if byPod == false { return "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)" }
        return "runAsNonRoot != true (pod or \(subject(silent)) must set securityContext.runAsNonRoot=true)"
    }
    private var runAsUser: String? {
        let podBad = spec["securityContext"]["runAsUser"].int == 0
        let bad = offending { $0["securityContext"]["runAsUser"].int == 0 }
        guard podBad || !bad.isEmpty else { return nil }
        let who = (podBad ? ["pod"] : []) + (bad.isEmpty ? [] : [subject(bad)])
        return "runAsUser=0 (\(who.joined(separator: " and ")) must not set runAsUser=0)"
    }
    private var seccomp: String? {
        if isWindows { return nil }
        let allowed: Set<String> = ["RuntimeDefault", "Localhost"]
        let byPod = spec["securityContext"]["seccompProfile"]["type"].string
        let explicit = offending { $0["securityContext"]["seccompProfile"]["type"].string.map { !allowed.contains($0) } ?? false }
        if !explicit.isEmpty {
            return "seccompProfile (\(subject(explicit)) must not set securityContext.seccompProfile.type to \"Unconfined\")"
        }
        if let byPod, allowed.contains(byPod) { return nil }
        let silent = offending { $0["securityContext"]["seccompProfile"]["type"].string == nil }
        if silent.isEmpty { return nil }
        if byPod != nil { return "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")" }
        return
            "seccompProfile (pod or \(subject(silent)) must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")"
    }
}
