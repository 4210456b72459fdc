import Control
import Glibc
import Linux
import Network

/// The program `aws-vpc-cni` of the DaemonSet `aws-node`: the address manager, and what installs the plug-in.
package struct VPCCNIProgram: Service {
    private let settings: ManagerSettings
    private let environment: [String: String]

    /// - Parameters:
    ///   - arguments: none is known.
    ///   - environment: the VPC CNI's variables, AWS_ENDPOINT_URL and AWS_REGION.
    /// - Throws: `ConfigurationError` for what cannot be served.
    package init(arguments: [String], environment: [String: String]) throws {
        if let unknown = arguments.first { throw ConfigurationError("unknown argument: \(unknown)") }
        settings = try ManagerSettings(environment: environment)
        self.environment = environment
    }

    package func run() async throws {
        let clock = SystemClock()
        let settings = self.settings
        let installer = PluginInstaller(settings: settings)
        let manager = AddressManager(cloud: try cloud(clock), kernel: try KernelRules(), settings: settings, clock: clock) {
            try installer.install()
        }
        let health = PlainServer(address: "127.0.0.1:61679") { path in
            guard path == "/healthz" else { return nil }
            return manager.canServe ? (200, "text/plain", "ok") : (503, "text/plain", "not ready")
        }
        let metrics = PlainServer(address: "0.0.0.0:61678") { path in
            path == "/metrics" ? (200, "text/plain; version=0.0.4; charset=utf-8", manager.metrics.text) : nil
        }
        try await ServiceGroup([("health", health), ("metrics", metrics), ("ipamd", manager)], executor: EventLoopGroup.shared.next())
            .run()
    }

    private func cloud(_ clock: any WallClock) throws -> EC2Cloud {
        let service = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254"
        let region = environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1"
        let endpoint = environment["AWS_ENDPOINT_URL_EC2"] ?? environment["AWS_ENDPOINT_URL"] ?? "https://ec2.\(region).amazonaws.com"
        let host = endpoint.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        return EC2Cloud(
            metadata: InstanceMetadataClient(transport: try HTTPClient(endpoint: service), clock: clock),
            transport: try HTTPClient(endpoint: endpoint), host: host, region: region, clock: clock)
    }
}
