package import Documents
import KubeModel
package import Linux

/// What the proxy needs of a service: one value per service that it has to carry.
package struct ProxyService: Sendable, Hashable {
    /// One port.
    package struct Port: Sendable, Hashable {
        package var name = ""
        /// `tcp`, `udp` or `sctp`.
        package var transport = "tcp"
        package var port = 0
        /// 0 for none.
        package var nodePort = 0
        package init() {}
    }
    /// Its metadata's.
    package let namespace: String, name: String
    /// The first address of IPv4.
    package var clusterIP: IPv4Address
    /// In the document's order.
    package var ports: [Port] = []
    /// Addresses besides the cluster's own that lead to it on any node.
    package var externalIPs: [IPv4Address] = [], loadBalancerIPs: [IPv4Address] = []
    /// Who may reach the load balancer's addresses; empty for everybody.
    package var sourceRanges: [IPv4Prefix] = []
    /// How long a client stays with its endpoint; nil for no affinity.
    package var affinitySeconds: Int?
    /// The traffic policies `Local`.
    package var internalIsLocal = false, externalIsLocal = false
    /// 0 for none.
    package var healthCheckNodePort = 0

    /// Nil for a service that a proxy does not carry: headless, ExternalName, another proxy's, or without an IPv4 address.
    /// Source: kube-proxy, proxy/util ShouldSkipService.
    package init?(_ document: Value) {
        let service = KubeService(document) ?? KubeService()
        let spec = service.spec
        let addresses = spec.clusterIPs ?? [spec.clusterIP ?? ""]
        guard let namespace = service.metadata.namespace, let name = service.metadata.name, spec.type != "ExternalName",
            service.metadata.labels?[Self.proxyNameLabel] == nil, let address = addresses.lazy.compactMap({ IPv4Address($0) }).first
        else { return nil }
        (self.namespace, self.name, clusterIP) = (namespace, name, address)
        ports = (spec.ports ?? []).compactMap { port in
            guard let number = port.port, 1...65_535 ~= number else { return nil }
            var result = Port()
            (result.name, result.port, result.nodePort) = (port.name ?? "", number, port.nodePort ?? 0)
            result.transport = (port.protocol ?? "TCP").lowercased()
            return result
        }
        externalIPs = (spec.externalIPs ?? []).compactMap { IPv4Address($0) }
        loadBalancerIPs = (service.status.loadBalancer.ingress ?? []).compactMap { ingress in
            ingress.ipMode == "Proxy" ? nil : ingress.ip.flatMap { IPv4Address($0) }
        }
        sourceRanges = (spec.loadBalancerSourceRanges ?? []).compactMap { IPv4Prefix($0.filter { $0 != " " })?.network }
        if spec.sessionAffinity == "ClientIP" {
            affinitySeconds = spec.sessionAffinityConfig?[path: ["clientIP", "timeoutSeconds"]].int ?? 10_800
        }
        internalIsLocal = spec.internalTrafficPolicy == "Local"
        let isExternal = spec.type == "NodePort" || spec.type == "LoadBalancer" || !externalIPs.isEmpty
        externalIsLocal = isExternal && spec.externalTrafficPolicy == "Local"
        if externalIsLocal, spec.type == "LoadBalancer" { healthCheckNodePort = spec.healthCheckNodePort ?? 0 }
    }

    /// Marks services and slices that another proxy carries.
    static let proxyNameLabel = "service.kubernetes.io/service-proxy-name"
    /// `namespace/name`
    package var key: String { "\(namespace)/\(name)" }
    /// Whether anything but the cluster's own address leads to it.
    func isExternal(_ port: Port) -> Bool { port.nodePort > 0 || !externalIPs.isEmpty || !loadBalancerIPs.isEmpty }
}
