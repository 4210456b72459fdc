import Documents

// The rules of services. Source: core/validation, ValidateService.
extension TypeRules {
    static func service(_ service: Object, _ path: FieldPath, _ faults: inout Faults) {
        let type = service["type"]?.string ?? ""
        let ports = service["ports"]?.items ?? []
        let headless = service["clusterIP"] == "None"
        if ports.isEmpty, !headless, type != "ExternalName" { faults.add(.required(path.child("ports"))) }
        if type == "ExternalName" { externalName(service, path, &faults) }
        if headless, type == "NodePort" || type == "LoadBalancer" {
            let text = "may not be set to 'None' for \(type) services"
            faults.add(.invalid(path.child("clusterIPs").index(0), "None", text))
        }
        if type == "ClusterIP" {
            for (index, port) in ports.enumerated() where (port["nodePort"].int ?? 0) > 0 {
                faults.add(.forbidden(path.child("ports").index(index).child("nodePort"), "may not be used when `type` is 'ClusterIP'"))
            }
        }
        MetadataRules.labels(service["selector"] ?? .null, path.child("selector"), &faults)
        self.ports(ports, path.child("ports"), &faults)
        affinity(service, path, &faults)
        outside(service, type, path, &faults)
        traffic(service, type, path, &faults)
    }

    private static func externalName(_ service: Object, _ path: FieldPath, _ faults: inout Faults) {
        for name in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] where !(service[name] ?? .null).isBlank {
            faults.add(.forbidden(path.child(name), "may not be set for ExternalName services"))
        }
        let name = service["externalName"]?.string ?? ""
        let host = name.hasSuffix(".") ? String(name.dropLast()) : name
        if host.isEmpty {
            faults.add(.required(path.child("externalName")))
        } else {
            faults.invalid(path.child("externalName"), .string(host), Names.subdomain(host))
        }
    }

    private static func affinity(_ service: Object, _ path: FieldPath, _ faults: inout Faults) {
        let (config, place) = (service["sessionAffinityConfig"] ?? .null, path.child("sessionAffinityConfig"))
        switch service["sessionAffinity"]?.string {
        case "None":
            if !config.isNull { faults.add(.forbidden(place, "must not be set when session affinity is None")) }
        case "ClientIP":
            if config.isNull { return faults.add(.required(place, "when session affinity type is ClientIP")) }
            if config["clientIP"].isNull {
                return faults.add(.required(place.child("clientIP"), "when session affinity type is ClientIP"))
            }
            let seconds = config["clientIP"]["timeoutSeconds"]
            let text = "when session affinity type is ClientIP"
            if seconds.isNull { faults.add(.required(place.child("clientIP").child("timeoutSeconds"), text)) }
        default: break
        }
    }

    /// What lets the world in: addresses, sources, and what load balancers alone have.
    private static func outside(_ service: Object, _ type: String, _ path: FieldPath, _ faults: inout Faults) {
        for (index, item) in (service["externalIPs"]?.items ?? []).enumerated() {
            let (text, place) = (item.string ?? "", path.child("externalIPs").index(index))
            guard let address = AddressText(text) else {
                faults.invalid(place, item, Names.address(text))
                continue
            }
            faults.invalid(place, item, special(address, text))
        }
        let isBalanced = type == "LoadBalancer"
        let ranges = service["loadBalancerSourceRanges"]?.items ?? []
        let place = path.child("LoadBalancerSourceRanges")
        if !ranges.isEmpty, !isBalanced { faults.add(.forbidden(place, "may only be used when `type` is 'LoadBalancer'")) }
        for (index, range) in ranges.enumerated() {
            faults.invalid(place.index(index), range, Names.block((range.string ?? "").trimmingSpaces))
        }
        for name in ["allocateLoadBalancerNodePorts", "loadBalancerClass"] where service[name] != nil && !isBalanced {
            faults.add(.forbidden(path.child(name), "may only be used when `type` is 'LoadBalancer'"))
        }
        if isBalanced, let name = service["loadBalancerClass"]?.string {
            faults.invalid(path.child("loadBalancerClass"), .string(name), Names.qualifiedName(name))
        }
    }
    /// Why an address is none that others could reach. Source: ValidateNonSpecialIP.
    static func special(_ address: AddressText, _ text: String) -> [String] {
        func starts(_ fourth: [UInt8], _ count: Int, _ sixth: [UInt8], _ length: Int) -> Bool {
            let wanted = address.isSixth ? sixth : fourth
            let padded = wanted + [UInt8](repeating: 0, count: address.bytes.count - wanted.count)
            return AddressText(bytes: padded).shares(address.isSixth ? length : count, with: address)
        }
        var problems: [String] = []
        if address.bytes.allSatisfy({ $0 == 0 }) { problems.append("may not be unspecified (\(text))") }
        if starts([127], 8, [UInt8](repeating: 0, count: 15) + [1], 128) {
            problems.append("may not be in the loopback range (127.0.0.0/8, ::1/128)")
        }
        if starts([169, 254], 16, [0xfe, 0x80], 10) { problems.append("may not be in the link-local range (169.254.0.0/16, fe80::/10)") }
        if starts([224, 0, 0], 24, [0xff, 0x02], 16) {
            problems.append("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
        }
        return problems
    }

    private static func traffic(_ service: Object, _ type: String, _ path: FieldPath, _ faults: inout Faults) {
        let isOpen = ["NodePort", "LoadBalancer"].contains(type) || (type == "ClusterIP" && !(service["externalIPs"] ?? .null).isBlank)
        let policy = service["externalTrafficPolicy"] ?? .null
        if !isOpen, !policy.isBlank {
            let text = "may only be set for externally-accessible services"
            faults.add(.invalid(path.child("externalTrafficPolicy"), policy, text))
        }
        let check = service["healthCheckNodePort"] ?? .null
        if (check.int ?? 0) != 0, type != "LoadBalancer" || policy != "Local" {
            let text = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
            faults.add(.invalid(path.child("healthCheckNodePort"), check, text))
        }
    }

    private static func ports(_ ports: [Value], _ path: FieldPath, _ faults: inout Faults) {
        if ports.count > 1 {
            for (index, port) in ports.enumerated() where port["name"].isBlank { faults.add(.required(path.index(index).child("name"))) }
        }
        faults.unique(ports.map { $0["name"] }) { path.index($0).child("name") }
        for (index, port) in ports.enumerated() where (port["port"].int ?? 0) == 0 {
            if port["port"].isNull { faults.add(.invalid(path.index(index).child("port"), 0, "must be between 1 and 65535, inclusive")) }
        }
        let keys = ports.map { port -> Value in ["port": port["port"], "protocol": port["protocol"]] }
        faults.unique(keys) { path.index($0) }
        var seen: Set<[Value]> = []
        for (index, port) in ports.enumerated() where (port["nodePort"].int ?? 0) > 0 {
            if !seen.insert([port["nodePort"], port["protocol"]]).inserted {
                faults.add(.duplicate(path.index(index).child("nodePort"), port["nodePort"]))
            }
        }
    }
}

extension KindRules {
    static func service(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let mode = new["metadata"]["annotations"]["service.kubernetes.io/topology-mode"].string
        let hints = "service.kubernetes.io/topology-aware-hints"
        if let mode, let other = new["metadata"]["annotations"][hints].string, mode != other {
            let place = FieldPath("metadata", "annotations").key("service.kubernetes.io/topology-mode")
            faults.add(.invalid(place, .string(mode), "must match annotations[\(hints)] when both are specified"))
        }
        guard let old else { return }
        let (spec, before, path) = (new["spec"], old["spec"], FieldPath("spec"))
        if spec["type"] == "LoadBalancer", before["type"] == "LoadBalancer" {
            faults.immutable(
                path.child("loadBalancerClass"), spec["loadBalancerClass"], before["loadBalancerClass"], "may not change once set")
            let isChecked = [spec, before].allSatisfy { $0["externalTrafficPolicy"] == "Local" }
            if isChecked, spec["healthCheckNodePort"] != before["healthCheckNodePort"] {
                faults.add(.forbidden(path.child("healthCheckNodePort"), "field is immutable"))
            }
        }
        guard before["type"] != "ExternalName", spec["type"] != "ExternalName" else { return }
        guard !before["clusterIP"].isBlank, spec["clusterIP"] != before["clusterIP"] else { return }
        let given: Value = spec["clusterIP"].isNull ? [] : [spec["clusterIP"]]
        faults.add(.invalid(path.child("clusterIPs").index(0), given, "may not change once set"))
    }
}
