import Documents
import KubeModel

/// What the pipeline knows of Services besides their addresses. Source: upstream's service REST and strategy.
enum ServiceRules {
    static func prepareCreate(_ service: inout Value, _ preparation: Preparation) {
        service["status"] = ["loadBalancer": [:]]
        dropNeedless(&service)
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
        dropNeedless(&new)
    }
    private static func portKey(_ port: Value) -> String { "\(port["protocol"].string ?? "TCP")/\(port["port"].int ?? 0)" }

    /// Addresses and node ports that the type of the Service does not use.
    private static func dropNeedless(_ service: inout Value) {
        let type = service["spec"]["type"].string ?? "ClusterIP"
        if type == "ExternalName" {
            for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] { service["spec"][field] = .null }
        }
        if type == "ClusterIP" || type == "ExternalName", !service["spec"]["ports"].isNull {
            service["spec"]["ports"] = .array(
                service["spec"]["ports"].items.map { port in
                    var port = port
                    port["nodePort"] = .null
                    return port
                })
        }
    }
}
