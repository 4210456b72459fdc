import Documents

/// The rules that look at several fields of one object type. Source: upstream's validation packages.
enum TypeRules {
    static let all: [(String, FieldRules.TypeRule)] =
        [
            ("core.v1.PodSpec", podSpec), ("core.v1.Container", container), ("core.v1.EnvVar", environmentVariable),
            ("core.v1.Volume", volume),
            ("core.v1.VolumeMount", volumeMount), ("core.v1.ResourceRequirements", resources), ("core.v1.Probe", probe),
            ("core.v1.LifecycleHandler", handler), ("core.v1.Toleration", toleration), ("core.v1.PodTemplateSpec", podTemplate),
            ("core.v1.NodeSpec", nodeSpec), ("core.v1.ServiceSpec", service),
            ("meta.v1.LabelSelector", labelSelector), ("rbac.v1.PolicyRule", policyRule), ("rbac.v1.Subject", subject),
            ("discovery.v1.Endpoint", endpoint), ("core.v1.HostPathVolumeSource", hostPath),
            ("core.v1.SecurityContext", securityContext), ("core.v1.SeccompProfile", seccomp), ("core.v1.AppArmorProfile", appArmor),
            ("core.v1.ObjectFieldSelector", fieldReference), ("core.v1.ResourceFieldSelector", resourceReference),
            ("core.v1.EnvFromSource", environmentSource), ("core.v1.KeyToPath", keyToPath),
            ("core.v1.ServiceAccountTokenProjection", tokenProjection), ("core.v1.ResourceQuotaSpec", quota),
            ("core.v1.LimitRangeSpec", limitRange), ("autoscaling.v2.MetricSpec", metric),
            ("autoscaling.v2.HPAScalingRules", scalingRules), ("networking.v1.NetworkPolicySpec", policySpec),
            ("networking.v1.NetworkPolicyPort", policyPort), ("networking.v1.NetworkPolicyPeer", policyPeer),
            ("networking.v1.IPBlock", addressBlock), ("networking.v1.IngressRule", ingressRule), ("networking.v1.IngressTLS", ingressTLS),
            ("networking.v1.HTTPIngressPath", ingressPath), ("networking.v1.IngressBackend", ingressBackend),
            ("networking.v1.IngressClassParametersReference", ingressParameters),
            ("core.v1.WindowsSecurityContextOptions", windowsOptions), ("resource.v1.ExactDeviceRequest", deviceCount),
            ("resource.v1.DeviceSubRequest", deviceCount),
            ("rbac.v1.AggregationRule", aggregation),
        ] + volumeSources + storage

    // A set of labels, or of requirements whose operators fit their values.
    private static func labelSelector(_ selector: Object, _ path: FieldPath, _ faults: inout Faults) {
        MetadataRules.labels(selector["matchLabels"] ?? .null, path.child("matchLabels"), &faults)
        for (index, requirement) in (selector["matchExpressions"]?.items ?? []).enumerated() {
            self.requirement(requirement, path.child("matchExpressions").index(index), comparesNumbers: false, &faults)
        }
    }
    /// A requirement on a label, whose operator fits its values. - Parameter comparesNumbers: whether there are `Gt` and `Lt`.
    static func requirement(_ requirement: Value, _ path: FieldPath, comparesNumbers: Bool, _ faults: inout Faults) {
        let values = requirement["values"].items
        switch requirement["operator"].string {
        case "In", "NotIn":
            if values.isEmpty { faults.add(.required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'")) }
        case "Exists", "DoesNotExist":
            if !values.isEmpty {
                faults.add(.forbidden(path.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
            }
        case "Gt" where comparesNumbers, "Lt" where comparesNumbers:
            if values.count != 1 {
                faults.add(.required(path.child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'"))
            }
        default:
            let given = requirement["operator"].isNull ? "" : requirement["operator"]
            faults.add(.invalid(path.child("operator"), given, "not a valid selector operator"))
        }
        faults.invalid(path.child("key"), requirement["key"], Names.qualifiedName(requirement["key"].string ?? ""))
        for (position, value) in values.enumerated() {
            faults.invalid(path.child("values").index(position), value, Names.labelValue(value.string ?? ""))
        }
    }

    private static func toleration(_ toleration: Object, _ path: FieldPath, _ faults: inout Faults) {
        let (key, effect, value) = (toleration["key"]?.string ?? "", toleration["effect"]?.string ?? "", toleration["value"]?.string ?? "")
        let `operator` = toleration["operator"]?.string ?? ""
        if !key.isEmpty { faults.invalid(path.child("key"), .string(key), Names.qualifiedName(key)) }
        if key.isEmpty, `operator` != "Exists" {
            let text = "operator must be Exists when `key` is empty, which means \"match all values and all keys\""
            faults.add(.invalid(path.child("operator"), .string(`operator`), text))
        }
        if toleration["tolerationSeconds"] != nil, effect != "NoExecute" {
            faults.add(.invalid(path.child("effect"), .string(effect), "effect must be 'NoExecute' when `tolerationSeconds` is set"))
        }
        switch `operator` {
        case "", "Equal":
            faults.invalid(path.child("operator"), .string(value), Names.labelValue(value).isEmpty ? [] : [Names.labelValue(value)[0]])
        case "Exists":
            if !value.isEmpty {
                faults.add(.invalid(path.child("operator"), .string(value), "value must be empty when `operator` is 'Exists'"))
            }
        default: faults.add(.notSupported(path.child("operator"), .string(`operator`), ["Equal", "Exists"]))
        }
        let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]
        if !effect.isEmpty, !effects.contains(effect) { faults.add(.notSupported(path.child("effect"), .string(effect), effects)) }
    }

    private static func nodeSpec(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        var seen: Set<[String?]> = []
        for (index, taint) in (spec["taints"]?.items ?? []).enumerated()
        where !seen.insert([taint["key"].string, taint["effect"].string]).inserted {
            faults.add(.duplicate(path.child("taints").index(index), taint))
        }
    }

    private static func policyRule(_ rule: Object, _ path: FieldPath, _ faults: inout Faults) {
        let blank = { (name: String) in (rule[name] ?? .null).isBlank }
        if blank("verbs") { faults.add(.required(path.child("verbs"), "verbs must contain at least one value")) }
        if !blank("nonResourceURLs") {
            if !blank("apiGroups") || !blank("resources") || !blank("resourceNames") {
                let text = "rules cannot apply to both regular resources and non-resource URLs"
                faults.add(.invalid(path.child("nonResourceURLs"), rule["nonResourceURLs"] ?? .null, text))
            }
            return
        }
        if blank("apiGroups") { faults.add(.required(path.child("apiGroups"), "resource rules must supply at least one api group")) }
        if blank("resources") { faults.add(.required(path.child("resources"), "resource rules must supply at least one resource")) }
    }

    private static func aggregation(_ rule: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard (rule["clusterRoleSelectors"] ?? .null).isBlank else { return }
        let text = "at least one clusterRoleSelector required if aggregationRule is non-nil"
        faults.add(.required(path.child("clusterRoleSelectors"), text))
    }

    private static func subject(_ subject: Object, _ path: FieldPath, _ faults: inout Faults) {
        let (name, group) = (subject["name"]?.string ?? "", subject["apiGroup"]?.string ?? "")
        if name.isEmpty { faults.add(.required(path.child("name"))) }
        switch subject["kind"]?.string ?? "" {
        case "ServiceAccount":
            if !name.isEmpty { faults.invalid(path.child("name"), .string(name), Names.subdomain(name)) }
            if !group.isEmpty { faults.add(.notSupported(path.child("apiGroup"), .string(group), [""])) }
            if (subject["namespace"] ?? .null).isBlank { faults.add(.required(path.child("namespace"))) }
        case "User", "Group":
            let wanted = "rbac.authorization.k8s.io"
            if group != wanted { faults.add(.notSupported(path.child("apiGroup"), .string(group), [wanted])) }
        case let kind: faults.add(.notSupported(path.child("kind"), .string(kind), ["ServiceAccount", "User", "Group"]))
        }
    }

    private static func endpoint(_ endpoint: Object, _ path: FieldPath, _ faults: inout Faults) {
        let addresses = endpoint["addresses"]?.items ?? []
        if addresses.count > 100 { faults.add(.tooMany(path.child("addresses"), count: addresses.count, limit: 100)) }
        faults.unique(addresses) { path.child("addresses").index($0) }
    }

    // How many devices a request asks for. Source: resource/validation, validateDeviceAllocationMode.
    private static func deviceCount(_ request: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard let count = request["count"], let number = count.int else { return }
        if request["allocationMode"] == "All" {
            if number != 0 { faults.add(.invalid(path.child("count"), count, "must not be specified when allocationMode is 'All'")) }
        } else if number <= 0 {
            faults.add(.invalid(path.child("count"), count, "must be greater than zero"))
        }
    }
}
