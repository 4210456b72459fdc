import Documents

/// The variables that tell containers of services. Source: kubelet/envvars.
enum ServiceVariables {
    /// - Parameter links: whether the pod wants to know of the services in its namespace besides `kubernetes`.
    static func of(_ services: [Value], namespace: String, links: Bool) -> [String: String] {
        var chosen: [String: Value] = [:]
        for service in services {
            let address = service["spec"]["clusterIP"].string ?? ""
            guard !address.isEmpty, address != "None", let name = service["metadata"]["name"].string else { continue }
            let home = service["metadata"]["namespace"].string ?? ""
            if home == "default", name == "kubernetes" {
                if chosen[name] == nil { chosen[name] = service }
            } else if home == namespace, links {
                chosen[name] = service
            }
        }
        var variables: [String: String] = [:]
        for (name, service) in chosen { add(service, name, to: &variables) }
        return variables
    }

    private static func add(_ service: Value, _ name: String, to variables: inout [String: String]) {
        let prefix = variable(name)
        let address = service["spec"]["clusterIP"].string ?? ""
        let ports = service["spec"]["ports"].items
        variables["\(prefix)_SERVICE_HOST"] = address
        if let first = ports.first?["port"].int { variables["\(prefix)_SERVICE_PORT"] = String(first) }
        for (index, port) in ports.enumerated() {
            let number = String(port["port"].int ?? 0)
            if let name = port["name"].string, !name.isEmpty { variables["\(prefix)_SERVICE_PORT_\(variable(name))"] = number }
            let networkProtocol = port["protocol"].string ?? "TCP"
            let host = address.contains(":") ? "[\(address)]" : address
            let url = "\(networkProtocol.lowercased())://\(host):\(number)"
            if index == 0 { variables["\(prefix)_PORT"] = url }
            let link = "\(prefix)_PORT_\(number)_\(networkProtocol.uppercased())"
            variables[link] = url
            variables["\(link)_PROTO"] = networkProtocol.lowercased()
            variables["\(link)_PORT"] = number
            variables["\(link)_ADDR"] = address
        }
    }

    private static func variable(_ name: String) -> String { name.replacing("-", with: "_").uppercased() }
}
