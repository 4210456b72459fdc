import Documents

extension ComputedCells {
    static let network: [String: Cell] = [
        "clusterIP": { service, _ in .string(service["spec"]["clusterIPs"][0].string ?? service["spec"]["clusterIP"].string ?? "<none>") },
        "externalIP": { service, _ in .string(externalIP(service)) },
        "servicePorts": { service, _ in
            let ports = service["spec"]["ports"].items.map { port in
                let node = port["nodePort"].int ?? 0
                return "\(port["port"].int ?? 0)\(node > 0 ? ":\(node)" : "")/\(port["protocol"].string ?? "TCP")"
            }
            return .string(ports.isEmpty ? "<none>" : ports.joined(separator: ","))
        },
        "endpoints": { object, _ in few(endpoints(object["subsets"].items)) },
        "slicePorts": { slice, _ in
            few(slice["ports"].items.map { $0["port"].int.map(String.init) ?? $0["name"].string ?? "*" }, none: "<unset>")
        },
        "sliceEndpoints": { slice, _ in
            few(slice["endpoints"].items.flatMap { $0["addresses"].items.compactMap(\.string) }, none: "<unset>")
        },
        "ingressHosts": { ingress, _ in
            few(ingress["spec"]["rules"].items.compactMap { $0["host"].string }.filter { !$0.isEmpty }, none: "*")
        },
        "ingressPorts": { ingress, _ in ingress["spec"]["tls"].items.isEmpty ? "80" : "80, 443" },
        "loadBalancer": { object, _ in .string(loadBalancer(object).joined(separator: ",")) },
        "ingressParameters": { object, _ in
            let reference = object["spec"]["parameters"]
            if reference.isNull { return "<none>" }
            let group = reference["apiGroup"].string.map { ".\($0)" } ?? ""
            return .string("\(reference["kind"].string ?? "")\(group)/\(reference["name"].string ?? "")")
        },
        "podSelector": { object, _ in selector(object["spec"]["podSelector"]) },
        "parentRef": { object, _ in
            let reference = object["spec"]["parentRef"]
            let parts = [reference["resource"], reference["namespace"], reference["name"]].compactMap(\.string).filter { !$0.isEmpty }
            let group = reference["group"].string ?? ""
            return .string(([group].filter { !$0.isEmpty } + parts).joined(separator: "/"))
        },
        "cidrs": { object, _ in .string(object["spec"]["cidrs"].items.compactMap(\.string).joined(separator: ",")) },
    ]

    private static func loadBalancer(_ object: Value) -> [String] {
        var seen: [String] = []
        for ingress in object["status"]["loadBalancer"]["ingress"].items {
            guard let text = ingress["ip"].string ?? ingress["hostname"].string, !text.isEmpty, !seen.contains(text) else { continue }
            seen.append(text)
        }
        return seen
    }
    private static func externalIP(_ service: Value) -> String {
        let given = service["spec"]["externalIPs"].items.compactMap(\.string)
        switch service["spec"]["type"].string ?? "" {
        case "ClusterIP", "NodePort": return given.isEmpty ? "<none>" : given.joined(separator: ",")
        case "LoadBalancer":
            let all = loadBalancer(service) + given
            return all.isEmpty ? "<pending>" : all.joined(separator: ",")
        case "ExternalName": return service["spec"]["externalName"].string ?? ""
        default: return "<unknown>"
        }
    }
    private static func endpoints(_ subsets: [Value]) -> [String] {
        subsets.flatMap { subset in
            let addresses = subset["addresses"].items.compactMap { $0["ip"].string }
            let ports = subset["ports"].items.map { String($0["port"].int ?? 0) }
            if ports.isEmpty { return addresses }
            return ports.flatMap { port in addresses.map { $0.contains(":") ? "[\($0)]:\(port)" : "\($0):\(port)" } }
        }
    }
}
