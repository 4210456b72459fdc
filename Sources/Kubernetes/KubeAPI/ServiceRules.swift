import Documents
import KubeModel

/// What the pipeline knows of Services besides their addresses. Source: upstream's service REST and strategy.
enum ServiceRules {
    static func prepareCreate(_ service: inout Value, _ preparation: Preparation) {
        service["status"] = ["loadBalancer": [:]]
    }

    /// What the client leaves out of an update stays: its addresses, and node ports by port.
    static func prepareUpdate(_ new: inout Value, _ old: Value, _ preparation: Preparation) {
        let type = new["spec"]["type"].string ?? "ClusterIP"
        if type != "ExternalName", old["spec"]["type"] != "ExternalName" {
            if (new["spec"]["clusterIP"].string ?? "").isEmpty, new["spec"]["clusterIPs"].items.isEmpty {
                new["spec"]["clusterIP"] = old["spec"]["clusterIP"]
                new["spec"]["clusterIPs"] = old["spec"]["clusterIPs"]
            } else if new["spec"]["clusterIPs"].isNull {
                new["spec"]["clusterIPs"] = new["spec"]["clusterIP"] == old["spec"]["clusterIP"] ? old["spec"]["clusterIPs"] : .null
            }
            for field in ["ipFamilies", "ipFamilyPolicy"] where new["spec"][field].isNull { new["spec"][field] = old["spec"][field] }
        }
        if type == "NodePort" || type == "LoadBalancer" {
            let known = Dictionary(
                old["spec"]["ports"].items.map { (portKey($0), $0["nodePort"]) }, uniquingKeysWith: { first, _ in first })
            new["spec"]["ports"] = .array(
                new["spec"]["ports"].items.map { port in
                    var port = port
                    if (port["nodePort"].int ?? 0) == 0 { port["nodePort"] = known[portKey(port)] ?? .null }
                    return port
                })
        }
        dropNeedless(&new, old)
    }
    private static func portKey(_ port: Value) -> String { "\(port["protocol"].string ?? "TCP")/\(port["port"].int ?? 0)" }

    /// Drops what a change of type makes needless and the client merely left as it was. Source: upstream's dropTypeDependentFields.
    private static func dropNeedless(_ new: inout Value, _ old: Value) {
        let (type, before) = (new["spec"]["type"].string ?? "ClusterIP", old["spec"]["type"].string ?? "ClusterIP")
        guard type != before else { return }
        var fields: [String] = []
        if type == "ExternalName" { fields += ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] }
        if type != "LoadBalancer" { fields += ["allocateLoadBalancerNodePorts", "loadBalancerClass", "healthCheckNodePort"] }
        if type == "ClusterIP" || type == "ExternalName" {
            if new["spec"]["externalIPs"].items.isEmpty { fields.append("externalTrafficPolicy") }
            if let ports = new["spec"]["ports"].array {
                let known = Set(old["spec"]["ports"].items.map { $0["nodePort"] })
                new["spec"]["ports"] = .array(
                    ports.map { port in
                        var port = port
                        if known.contains(port["nodePort"]) { port["nodePort"] = .null }
                        return port
                    })
            }
        }
        for field in fields where new["spec"][field] == old["spec"][field] { new["spec"][field] = .null }
    }
}
