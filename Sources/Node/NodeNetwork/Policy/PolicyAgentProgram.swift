import Control
import KubeClient
import Network

/// The program `aws-eks-nodeagent` of the DaemonSet `aws-node`: enforces network policies where the add-on's configuration asks for it.
package struct PolicyAgentProgram: Service {
    private let isEnabled: Bool
    private let isStrict: Bool
    private let node: String
    private let metricsAddress: String, healthAddress: String
    private let environment: [String: String]

    /// - Parameter arguments: `--enable-network-policy=true`, `--metrics-bind-addr=:8162` and the agent's other flags.
    /// - Throws: `ConfigurationError` for what cannot be served.
    package init(arguments: [String], environment: [String: String]) throws {
        var flags: [String: String] = [:]
        for argument in arguments {
            guard argument.hasPrefix("--") else { throw ConfigurationError("unknown argument: \(argument)") }
            let halves = argument.dropFirst(2).split(separator: "=", maxSplits: 1)
            flags[String(halves.first ?? "")] = halves.count == 2 ? String(halves[1]) : "true"
        }
        if flags["enable-ipv6"] == "true" { throw ConfigurationError("--enable-ipv6 is not supported") }
        isEnabled = flags["enable-network-policy"] == "true"
        isStrict = environment["NETWORK_POLICY_ENFORCING_MODE"] == "strict"
        node = environment["MY_NODE_NAME"] ?? environment["NODE_NAME"] ?? ""
        metricsAddress = flags["metrics-bind-addr"] ?? ":8162"
        healthAddress = flags["health-probe-bind-addr"] ?? ":8163"
        self.environment = environment
        if isEnabled, node.isEmpty { throw ConfigurationError("MY_NODE_NAME is not set") }
    }

    package func run() async throws {
        let kernel = try KernelRules()
        var services: [(String, any Service)] = [
            ("health", PlainServer(address: healthAddress) { ["/healthz", "/readyz"].contains($0) ? (200, "text/plain", "ok") : nil }),
            ("metrics", PlainServer(address: metricsAddress) { $0 == "/metrics" ? (200, "text/plain; version=0.0.4", "") : nil }),
        ]
        if isEnabled {
            let client = try ClusterLogin.client(environment: environment, userAgent: "aws-network-policy-agent")
            let agent = PolicyAgent(
                client: client, kernel: kernel, node: node, isStrict: isStrict, clock: SystemClock(), random: RandomSource())
            services.append(("policies", agent))
        } else {
            try kernel.run("add table ip aws-network-policy\ndelete table ip aws-network-policy")
        }
        try await ServiceGroup(services, executor: EventLoopGroup.shared.next()).run()
    }
}
