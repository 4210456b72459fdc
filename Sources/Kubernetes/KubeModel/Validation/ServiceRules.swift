import Documents

// The rules of services. Source: core/validation, ValidateService.
extension TypeRules {
    static func service(_ service: Object, _ path: FieldPath, _ faults: inout Faults) {
        let type = service["type"]?.string ?? ""
        let ports = service["ports"]?.items ?? []
        let headless = service["clusterIP"] == "None"
        if ports.isEmpty, !headless, type != "ExternalName" { faults.add(.required(path.child("ports"))) }
        if type == "ExternalName" {
            let name = service["externalName"]?.string ?? ""
            let host = name.hasSuffix(".") ? String(name.dropLast()) : name
            if host.isEmpty {
                faults.add(.required(path.child("externalName")))
            } else {
                faults.invalid(path.child("externalName"), .string(name), Names.subdomain(host))
            }
        }
        if headless, type == "NodePort" || type == "LoadBalancer" {
            let text = "may not be set to 'None' for \(type) services"
            faults.add(.invalid(path.child("clusterIPs").index(0), "None", text))
        }
        if type == "ClusterIP" || type == "ExternalName" {
            for (index, port) in ports.enumerated() where (port["nodePort"].int ?? 0) > 0 {
                faults.add(.forbidden(path.child("ports").index(index).child("nodePort"), "may not be used when `type` is '\(type)'"))
            }
        }
        let internally = type == "ClusterIP" && (service["externalIPs"] ?? .null).isBlank
        if internally || type == "ExternalName", !(service["externalTrafficPolicy"] ?? .null).isBlank {
            let text = "may only be set for externally-accessible services"
            faults.add(.invalid(path.child("externalTrafficPolicy"), service["externalTrafficPolicy"] ?? .null, text))
        }
        MetadataRules.labels(service["selector"] ?? .null, path.child("selector"), &faults)
        self.ports(ports, path.child("ports"), &faults)
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
        let nodePorts = ports.map { port -> Value in
            (port["nodePort"].int ?? 0) > 0 ? ["nodePort": port["nodePort"], "protocol": port["protocol"]] : .null
        }
        faults.unique(nodePorts) { path.index($0).child("nodePort") }
    }
}
