import Documents

/// Documents as the API serves them.
enum Samples {
    static func service(
        _ name: String = "web", type: String? = nil, clusterIP: String = "10.100.0.5", nodePort: Int? = nil, affinity: Bool = false,
        transport: String = "TCP", port: Int = 8080
    ) -> Value {
        var ports: Value = ["name": "http", "protocol": .string(transport), "port": .int(Int64(port)), "targetPort": 80]
        if let nodePort { ports["nodePort"] = .int(Int64(nodePort)) }
        var spec: Value = [
            "type": .string(type ?? (nodePort == nil ? "ClusterIP" : "NodePort")), "clusterIP": .string(clusterIP),
            "clusterIPs": clusterIP.isEmpty ? [] : [.string(clusterIP)], "ports": [ports],
            "sessionAffinity": affinity ? "ClientIP" : "None",
            "internalTrafficPolicy": "Cluster",
        ]
        if nodePort != nil { spec["externalTrafficPolicy"] = "Cluster" }
        if affinity { spec["sessionAffinityConfig"] = ["clientIP": ["timeoutSeconds": 600]] }
        return ["metadata": ["name": .string(name), "namespace": "default"], "spec": spec]
    }
    static func slice(
        _ addresses: [String], service: String = "web", port: Int = 80, transport: String = "TCP", node: String = "n1",
        conditions: Value = ["ready": true, "serving": true, "terminating": false]
    ) -> Value {
        [
            "metadata": [
                "name": .string("\(service)-1"), "namespace": "default", "labels": ["kubernetes.io/service-name": .string(service)],
            ],
            "addressType": "IPv4", "ports": [["name": "http", "port": .int(Int64(port)), "protocol": .string(transport)]],
            "endpoints": .array(
                addresses.map { ["addresses": [.string($0)], "conditions": conditions, "nodeName": .string(node), "zone": "us-west-2a"] }),
        ]
    }
}
