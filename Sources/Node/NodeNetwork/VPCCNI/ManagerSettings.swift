package import Linux

/// How the address manager was told to work. Source: VPC CNI, README, "CNI Configuration Variables".
package struct ManagerSettings: Sendable, Hashable {
    package var targets = WarmTargets()
    /// AWS_VPC_K8S_CNI_EXTERNALSNAT
    package var hasExternalTranslation = false
    /// AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS
    package var excludedBlocks: [IPv4Prefix] = []
    /// AWS_VPC_ENI_MTU
    package var mtu = 9001
    /// NETWORK_POLICY_ENFORCING_MODE: whether pods are closed until their policies are known.
    package var isStrict = false
    package var nodeName = ""
    /// Where the machine's files of container networking are seen from here.
    package var binaryFolder = "/host/opt/cni/bin", configFolder = "/host/etc/cni/net.d"
    /// This program's place in the machine.
    package var machineProgram = "/usr/bin/eyrie"
    package var checkpointPath = "/var/run/aws-node/ipam.json", socketPath = "/var/run/aws-node/ipamd.sock"
    package init() {}

    /// - Throws: `ConfigurationError` for a value that cannot be served.
    package init(environment: [String: String]) throws {
        func number(_ name: String) throws -> Int? {
            guard let text = environment[name], !text.isEmpty else { return nil }
            guard let value = Int(text), value >= 0 else { throw ConfigurationError("\(name): \"\(text)\" is not a number") }
            return value
        }
        func truth(_ name: String) -> Bool { environment[name]?.lowercased() == "true" }
        for name in ["ENABLE_PREFIX_DELEGATION", "ENABLE_POD_ENI", "ENABLE_IPv6", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"] where truth(name) {
            throw ConfigurationError("\(name) is not supported")
        }
        targets.interfaces = try number("WARM_ENI_TARGET") ?? 1
        targets.addresses = try number("WARM_IP_TARGET").flatMap { $0 == 0 ? nil : $0 }
        targets.minimum = try number("MINIMUM_IP_TARGET") ?? 0
        targets.maximumInterfaces = environment["MAX_ENI"].flatMap { Int($0) }.map { max($0, 0) } ?? 0
        mtu = try number("AWS_VPC_ENI_MTU") ?? 9001
        guard 576...9001 ~= mtu else { throw ConfigurationError("AWS_VPC_ENI_MTU: must be within 576 and 9001") }
        hasExternalTranslation = truth("AWS_VPC_K8S_CNI_EXTERNALSNAT")
        excludedBlocks = (environment["AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS"] ?? "").split(separator: ",").compactMap {
            IPv4Prefix($0.filter { $0 != " " })?.network
        }
        isStrict = environment["NETWORK_POLICY_ENFORCING_MODE"] == "strict"
        nodeName = environment["MY_NODE_NAME"] ?? environment["NODE_NAME"] ?? ""
    }
}
