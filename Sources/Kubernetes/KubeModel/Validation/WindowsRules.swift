import Documents

// The rules of what pods say of one operating system alone. Source: core/validation, validateWindowsSecurityContextOptions, ValidatePodSpec.
extension TypeRules {
    static func windowsOptions(_ options: Object, _ path: FieldPath, _ faults: inout Faults) {
        if let name = options["gmsaCredentialSpecName"]?.string {
            faults.invalid(path.child("gmsaCredentialSpecName"), .string(name), Names.subdomain(name))
        }
        if let text = options["gmsaCredentialSpec"]?.string {
            let place = path.child("gmsaCredentialSpec")
            if text.isEmpty { faults.add(.invalid(place, .string(text), "gmsaCredentialSpec cannot be an empty string")) }
            if text.utf8.count > 64 << 10 { faults.add(.invalid(place, .string(text), "gmsaCredentialSpec size must be under 64 KiB")) }
        }
        if let name = options["runAsUserName"]?.string {
            faults.invalid(path.child("runAsUserName"), .string(name), userName(name))
        }
    }
    /// `user` or `DOMAIN\user`.
    private static func userName(_ text: String) -> [String] {
        if text.isEmpty { return ["runAsUserName cannot be an empty string"] }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) { return ["runAsUserName cannot contain control characters"] }
        let parts = text.split(separator: "\\", omittingEmptySubsequences: false)
        if parts.count > 2 { return ["runAsUserName cannot contain more than one backslash"] }
        let (domain, user) = (parts.count == 2 ? parts[0] : nil, parts.last ?? "")
        var problems: [String] = []
        if let domain {
            if domain.utf8.count >= 256 { problems.append("runAsUserName's Domain length must be under 256 characters") }
            if !isNetBIOS(domain), !isDomain(domain) {
                problems.append("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
            }
        }
        if user.isEmpty { problems.append("runAsUserName's User cannot be empty") }
        if user.utf8.count > 104 { problems.append("runAsUserName's User length must not be longer than 104 characters") }
        if !user.isEmpty, user.allSatisfy({ $0 == "." || $0 == " " }) {
            problems.append("runAsUserName's User cannot contain only periods or spaces")
        }
        if user.contains(where: { "\"/\\:;|=,+*?<>@[]".contains($0) }) {
            problems.append("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]")
        }
        return problems
    }
    private static func isNetBIOS(_ text: Substring) -> Bool {
        (1...15).contains(text.count) && !text.hasPrefix(".") && !text.contains { "\\/:*?\"<>|".contains($0) }
    }
    private static func isDomain(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { Names.label($0.lowercased()).isEmpty }
    }

    private static let onLinuxAlone = [
        "appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls", "runAsUser", "runAsGroup",
        "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy",
    ]
    private static let inLinuxContainers = [
        "appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged",
        "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup",
    ]

    /// What the other system does not know is refused.
    static func system(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        hostProcess(spec, path, &faults)
        let lists = ["containers", "initContainers", "ephemeralContainers"]
        func forEachContext(_ body: (Value, FieldPath) -> Void) {
            for list in lists {
                for (index, container) in (spec[list]?.items ?? []).enumerated() {
                    body(container["securityContext"], path.child(list).index(index).child("securityContext"))
                }
            }
        }
        let (own, place) = (spec["securityContext"] ?? .null, path.child("securityContext"))
        var found: [FieldError] = []
        switch spec["os"]?["name"].string {
        case "linux":
            let text = "windows options cannot be set for a linux pod"
            if !own["windowsOptions"].isNull { found.append(.forbidden(place.child("windowsOptions"), text)) }
            forEachContext { context, place in
                if !context["windowsOptions"].isNull { found.append(.forbidden(place.child("windowsOptions"), text)) }
            }
        case "windows":
            let text = "cannot be set for a windows pod"
            for name in onLinuxAlone where !own[name].isNull { found.append(.forbidden(place.child(name), text)) }
            for name in ["hostPID", "hostIPC"] where spec[name] == true { found.append(.forbidden(path.child(name), text)) }
            if spec["shareProcessNamespace"] != nil { found.append(.forbidden(path.child("shareProcessNamespace"), text)) }
            if spec["hostUsers"] != nil { found.append(.forbidden(path.child("hostUsers"), text)) }
            forEachContext { context, place in
                for name in inLinuxContainers where !context[name].isNull { found.append(.forbidden(place.child(name), text)) }
            }
        default: break
        }
        faults.add(found)
    }

    /// Either all containers are processes of their host, with its network, or none is.
    private static func hostProcess(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        let own = spec["securityContext"]?["windowsOptions"]["hostProcess"].bool
        var (all, hosted) = (0, 0)
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            for (index, container) in (spec[list]?.items ?? []).enumerated() {
                let wish = container["securityContext"]["windowsOptions"]["hostProcess"].bool
                all += 1
                if wish ?? own ?? false { hosted += 1 }
                guard let own, let wish, own != wish else { continue }
                let place = path.child(list).index(index).child("securityContext").child("windowsOptions").child("hostProcess")
                faults.add(.invalid(place, .bool(wish), "pod hostProcess value must be identical if both are specified, was \(own)"))
            }
        }
        guard hosted > 0 else { return }
        if hosted < all {
            let text = "If pod contains any hostProcess containers then all containers must be HostProcess containers"
            faults.add(.invalid(path, "", text))
        }
        if spec["hostNetwork"] != true {
            let text = "hostNetwork must be true if pod contains any hostProcess containers"
            faults.add(.invalid(path.child("hostNetwork"), false, text))
        }
    }
}
