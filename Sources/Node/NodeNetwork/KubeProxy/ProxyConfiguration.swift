import Documents
import KubeModel
import Linux

/// How the proxy was told to work. Source: KubeProxyConfiguration, kubeproxy.config.k8s.io/v1alpha1, and the flags of kube-proxy.
package struct ProxyConfiguration: Sendable, Hashable {
    package var kubeconfig = ""
    package var hostname = ""
    package var healthAddress = "0.0.0.0:10256", metricsAddress = "127.0.0.1:10249"
    /// CIDRs on which node ports are served, or `primary`; empty means all of the node's addresses.
    package var nodePortAddresses: [String] = []
    package var rules = ServiceRuleOptions()
    /// The bit of the packet mark that asks for masquerading.
    package var masqueradeBit = 14
    /// Between two changes of the rules at least.
    package var minimumPeriod = Duration.zero
    /// 0 leaves the kernel's limit.
    package var conntrackMaximum = 0
    /// Seconds; 0 leaves the kernel's.
    package var establishedSeconds = 0, closeWaitSeconds = 0

    package init() {}

    /// - Parameters:
    ///   - arguments: `--config=FILE`, `--hostname-override=NAME`, `--kubeconfig=FILE`, `--nodeport-addresses=…`, `--v=2` and the like.
    ///   - read: gives the text of a file.
    ///   - processors: for conntrack limits, which are per core.
    /// - Throws: `ConfigurationError` for what cannot be served.
    package init(arguments: [String], processors: Int, read: (String) -> String?) throws {
        let flags = try Self.flags(arguments)
        if let path = flags["config"] {
            guard let text = read(path) else { throw ConfigurationError("failed to read config file \(path)") }
            guard let document = try YAML.parse(text).first else { throw ConfigurationError("config file \(path) is empty") }
            try take(document, processors: processors)
        }
        if let value = flags["hostname-override"] { hostname = value }
        if let value = flags["kubeconfig"] { kubeconfig = value }
        if let value = flags["healthz-bind-address"] { healthAddress = value }
        if let value = flags["metrics-bind-address"] { metricsAddress = value }
        if let value = flags["nodeport-addresses"] { nodePortAddresses = value.split(separator: ",").map(String.init) }
        if let value = flags["cluster-cidr"], rules.detector == .none { rules.detector = Self.clusterBlock(value) }
        if flags["masquerade-all"] == "true" { rules.masqueradesAll = true }
        if let mode = flags["proxy-mode"] { try Self.check(mode: mode) }
    }

    private mutating func take(_ document: Value, processors: Int) throws {
        guard document["kind"].string == "KubeProxyConfiguration" else {
            throw ConfigurationError("no kind \"\(document["kind"].string ?? "")\" is registered in the config file")
        }
        kubeconfig = document["clientConnection"]["kubeconfig"].string ?? kubeconfig
        hostname = document["hostnameOverride"].string ?? ""
        if let text = document["healthzBindAddress"].string { healthAddress = text }
        if let text = document["metricsBindAddress"].string { metricsAddress = text }
        nodePortAddresses = document["nodePortAddresses"].items.compactMap(\.string)
        let mode = document["mode"].string ?? ""
        try Self.check(mode: mode)
        let section = document[mode == "nftables" ? "nftables" : "iptables"]
        rules.masqueradesAll = section["masqueradeAll"].bool ?? false
        masqueradeBit = section["masqueradeBit"].int ?? 14
        guard 0...31 ~= masqueradeBit else { throw ConfigurationError("masqueradeBit: must be within the range [0, 31]") }
        minimumPeriod = section["minSyncPeriod"].string.flatMap(Self.duration) ?? .zero
        rules.detector = try detector(document)
        let conntrack = document["conntrack"]
        if let perCore = conntrack["maxPerCore"].int, perCore > 0 {
            conntrackMaximum = max(perCore * processors, conntrack["min"].int ?? 0)
        }
        establishedSeconds = Self.seconds(conntrack["tcpEstablishedTimeout"])
        closeWaitSeconds = Self.seconds(conntrack["tcpCloseWaitTimeout"])
    }

    private func detector(_ document: Value) throws -> LocalDetector {
        let section = document["detectLocal"]
        switch document["detectLocalMode"].string ?? "" {
        case "", "LocalModeClusterCIDR", "ClusterCIDR": return Self.clusterBlock(document["clusterCIDR"].string ?? "")
        case "InterfaceNamePrefix": return (section["interfaceNamePrefix"].string).map { .interfacePrefix($0) } ?? .none
        case "BridgeInterface": return (section["bridgeInterface"].string).map { .interface($0) } ?? .none
        case let other: throw ConfigurationError("unsupported detectLocalMode: \(other)")
        }
    }

    private static func clusterBlock(_ text: String) -> LocalDetector {
        text.split(separator: ",").lazy.compactMap { IPv4Prefix($0) }.first.map { .block($0.network) } ?? .none
    }
    /// Rules for iptables are carried out on nftables, which the kernel has in any case; the packets fare the same.
    private static func check(mode: String) throws {
        guard ["", "iptables", "nftables"].contains(mode) else {
            throw ConfigurationError("unsupported proxy mode \"\(mode)\": must be iptables or nftables")
        }
    }
    private static func flags(_ arguments: [String]) throws -> [String: String] {
        var flags: [String: String] = [:]
        var rest = arguments[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-") else { throw ConfigurationError("unknown argument: \(word)") }
            let text = word.drop { $0 == "-" }
            if let equals = text.firstIndex(of: "=") {
                flags[String(text[..<equals])] = String(text[text.index(after: equals)...])
            } else if let value = rest.first, !value.hasPrefix("-") {
                flags[String(text)] = value
                rest = rest.dropFirst()
            } else {
                flags[String(text)] = "true"
            }
        }
        return flags
    }
    private static func seconds(_ value: Value) -> Int { value.string.flatMap(duration).map { Int($0.components.seconds) } ?? 0 }

    /// A Go duration such as `1h0m30s` or `500ms`; nil for anything else.
    static func duration(_ text: String) -> Duration? {
        let units: [String: Double] = ["h": 3600, "m": 60, "s": 1, "ms": 0.001, "us": 0.000_001, "ns": 0.000_000_001]
        if text == "0" { return .zero }
        var (number, unit, total) = ("", "", 0.0)
        for character in text + "0" {
            if character.isNumber || character == "." {
                if !unit.isEmpty {
                    guard let factor = units[unit], let amount = Double(number) else { return nil }
                    total += amount * factor
                    (number, unit) = ("", "")
                }
                number.append(character)
            } else {
                unit.append(character)
            }
        }
        return number == "0" && !text.isEmpty ? .seconds(total) : nil
    }
}
