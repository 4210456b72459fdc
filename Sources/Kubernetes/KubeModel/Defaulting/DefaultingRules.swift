import Documents

/// The defaults that depend on other fields, by object type; each runs after the type's fixed defaults and before its parts.
enum DefaultingRules {
    static let all: [(String, Defaults.Rule)] = [
        ("core.v1.Pod", pod), ("core.v1.Secret", secret), ("core.v1.PodSpec", podSpec), ("core.v1.PodStatus", podStatus),
        ("core.v1.Container", container),
        ("core.v1.EphemeralContainer", container), ("core.v1.Volume", volume), ("core.v1.ServiceSpec", service),
        ("core.v1.LoadBalancerIngress", loadBalancerIngress), ("core.v1.Namespace", namespace), ("core.v1.NodeStatus", nodeStatus),
        ("core.v1.NodeSpec", nodeSpec), ("core.v1.LimitRangeItem", limitRangeItem),
        ("core.v1.ReplicationController", replicationController),
        ("apps.v1.DeploymentStrategy", deploymentStrategy), ("apps.v1.DaemonSetUpdateStrategy", daemonSetStrategy),
        ("apps.v1.StatefulSetUpdateStrategy", statefulSetStrategy), ("batch.v1.Job", job), ("rbac.v1.Subject", subject),
        ("networking.v1.NetworkPolicySpec", networkPolicy), ("autoscaling.v2.HorizontalPodAutoscalerSpec", autoscaler),
        ("apiextensions.v1.CustomResourceDefinitionSpec", customResourceDefinition), ("resource.v1.ExactDeviceRequest", deviceRequest),
        ("resource.v1.DeviceSubRequest", deviceRequest),
    ]

    /// Edits a member that is an object, making it when `create` says so.
    static func edit(_ object: inout Object, _ name: String, create: Bool = false, _ change: (inout Object) -> Void) {
        guard let place = object.place(of: name) else {
            guard create else { return }
            var inner: Object = [:]
            change(&inner)
            return object.append(.init(name, .object(inner)))
        }
        guard case .object(var inner) = object[place].value else { return }
        // So that it has one owner and is edited where it stands.
        object[place].value = .null
        change(&inner)
        object[place].value = .object(inner)
    }
    static func editAll(_ object: inout Object, _ name: String, _ change: (inout Object) -> Void) {
        guard let place = object.place(of: name), case .array(var items) = object[place].value else { return }
        object[place].value = .null
        for index in items.indices {
            guard case .object(var inner) = items[index] else { continue }
            items[index] = .null
            change(&inner)
            items[index] = .object(inner)
        }
        object[place].value = .array(items)
    }
    static func isEmpty(_ value: Value?) -> Bool {
        switch value ?? .null {
        case .null, .string(""), .int(0), .object([:]), .array([]): true
        default: false
        }
    }

    // A pod that states only limits asks for as much; templates are left alone.
    private static func pod(_ pod: inout Object) {
        edit(&pod, "spec") { spec in
            let host = spec["hostNetwork"] == true
            for list in ["containers", "initContainers"] {
                editAll(&spec, list) { container in
                    requestsFromLimits(&container)
                    guard host else { return }
                    editAll(&container, "ports") { port in if isEmpty(port["hostPort"]) { port["hostPort"] = port["containerPort"] } }
                }
            }
            podRequests(&spec)
        }
    }
    /// Limits of the whole pod imply requests: what its containers ask for together, else the limit.
    private static func podRequests(_ spec: inout Object) {
        guard case .object(let limits)? = spec["resources"]?["limits"], !limits.isEmpty else { return }
        let containers = spec["containers"]?.items ?? []
        let sidecars = (spec["initContainers"]?.items ?? []).filter { $0["restartPolicy"] == "Always" }
        let starters = (spec["initContainers"]?.items ?? []).filter { $0["restartPolicy"] != "Always" }
        let total = { (name: String) -> Quantity? in
            let asked = { (container: Value) in Quantity(container["resources"]["requests"][name]) }
            let (running, starting) = ((containers + sidecars).compactMap(asked), starters.compactMap(asked))
            if running.isEmpty, starting.isEmpty { return nil }
            return max(running.reduce(.zero, +), starting.max() ?? .zero)
        }
        edit(&spec, "resources") { resources in
            edit(&resources, "requests", create: true) { requests in
                for name in ["cpu", "memory"] where requests[name] == nil { requests[name] = total(name)?.value }
                for limit in limits where requests[limit.key] == nil { requests.append(limit) }
            }
        }
    }
    private static func requestsFromLimits(_ container: inout Object) {
        edit(&container, "resources") { resources in
            guard case .object(let limits)? = resources["limits"], !limits.isEmpty else { return }
            edit(&resources, "requests", create: true) { requests in
                for limit in limits where requests[limit.key] == nil { requests.append(limit) }
            }
        }
    }

    private static func podSpec(_ spec: inout Object) {
        if !isEmpty(spec["serviceAccountName"]) {
            spec["serviceAccount"] = spec["serviceAccountName"]
        } else if !isEmpty(spec["serviceAccount"]) {
            spec["serviceAccountName"] = spec["serviceAccount"]
        }
    }
    private static func podStatus(_ status: inout Object) {
        pair(&status, one: "podIP", all: "podIPs") {
            ["ip": $0]
        } single: {
            $0["ip"]
        }
    }
    private static func nodeSpec(_ spec: inout Object) {
        pair(&spec, one: "podCIDR", all: "podCIDRs") {
            $0
        } single: {
            $0
        }
    }
    /// Keeps a field and the first element of its list form the same.
    private static func pair(_ object: inout Object, one: String, all: String, list: (Value) -> Value, single: (Value) -> Value) {
        if case .array(let items)? = object[all], let first = items.first {
            object[one] = single(first)
        } else if let value = object[one], !isEmpty(value) {
            object[all] = [list(value)]
        }
    }

    private static func container(_ container: inout Object) {
        guard isEmpty(container["imagePullPolicy"]) else { return }
        container["imagePullPolicy"] = isLatest(container["image"]?.string ?? "") ? "Always" : "IfNotPresent"
    }
    private static func isLatest(_ image: String) -> Bool {
        let bytes = image.utf8
        if bytes.contains(UInt8(ascii: "@")) { return false }
        let name = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes[bytes.index(after: $0)...] } ?? bytes[...]
        guard let colon = name.lastIndex(of: UInt8(ascii: ":")) else { return true }
        return name[name.index(after: colon)...].elementsEqual("latest".utf8)
    }
    private static func volume(_ volume: inout Object) {
        if !volume.contains(where: { $0.key != "name" }) { volume["emptyDir"] = .object([:]) }
        edit(&volume, "image") { image in
            if isEmpty(image["pullPolicy"]) { image["pullPolicy"] = isLatest(image["reference"]?.string ?? "") ? "Always" : "IfNotPresent" }
        }
    }

    private static func service(_ service: inout Object) {
        if service["sessionAffinity"] == "ClientIP" {
            edit(&service, "sessionAffinityConfig", create: true) { config in
                edit(&config, "clientIP", create: true) { client in if client["timeoutSeconds"] == nil { client["timeoutSeconds"] = 10800 }
                }
            }
        } else if service["sessionAffinity"] == "None" {
            service["sessionAffinityConfig"] = nil
        }
        editAll(&service, "ports") { port in
            if isEmpty(port["targetPort"]) { port["targetPort"] = port["port"] }
        }
        let type = service["type"]?.string ?? ""
        let external = type == "NodePort" || type == "LoadBalancer" || (type == "ClusterIP" && !isEmpty(service["externalIPs"]))
        if external, isEmpty(service["externalTrafficPolicy"]) { service["externalTrafficPolicy"] = "Cluster" }
        if ["NodePort", "LoadBalancer", "ClusterIP"].contains(type), isEmpty(service["internalTrafficPolicy"]) {
            service["internalTrafficPolicy"] = "Cluster"
        }
        if type == "LoadBalancer", service["allocateLoadBalancerNodePorts"] == nil { service["allocateLoadBalancerNodePorts"] = true }
    }
    private static func loadBalancerIngress(_ ingress: inout Object) {
        if !isEmpty(ingress["ip"]), ingress["ipMode"] == nil { ingress["ipMode"] = "VIP" }
    }
    // Plain text joins the data in base64 and is not kept.
    private static func secret(_ secret: inout Object) {
        guard case .object(let texts)? = secret["stringData"] else { return }
        secret["stringData"] = nil
        edit(&secret, "data", create: true) { data in
            for member in texts { data[member.key] = .string(base64(Array((member.value.string ?? "").utf8))) }
        }
    }
    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                result.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
    private static func namespace(_ namespace: inout Object) {
        guard let name = namespace["metadata"]?["name"].string, !name.isEmpty else { return }
        edit(&namespace, "metadata") { metadata in
            edit(&metadata, "labels", create: true) { labels in labels["kubernetes.io/metadata.name"] = .string(name) }
        }
    }
    private static func nodeStatus(_ status: inout Object) {
        if isEmpty(status["allocatable"]), let capacity = status["capacity"], !isEmpty(capacity) { status["allocatable"] = capacity }
    }
    private static func limitRangeItem(_ item: inout Object) {
        guard item["type"] == "Container" else { return }
        fillIn(&item, "default", from: "max")
        fillIn(&item, "defaultRequest", from: "default")
        fillIn(&item, "defaultRequest", from: "min")
    }
    private static func fillIn(_ object: inout Object, _ name: String, from source: String) {
        guard case .object(let given)? = object[source], !given.isEmpty else { return }
        edit(&object, name, create: true) { target in for member in given where target[member.key] == nil { target.append(member) } }
    }
}
