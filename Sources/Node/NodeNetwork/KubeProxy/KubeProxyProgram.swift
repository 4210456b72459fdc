import Control
import Glibc
import KubeClient
import Linux
import Network

/// The program `kube-proxy`, as its DaemonSet starts it.
package struct KubeProxyProgram: Service {
    private let configuration: ProxyConfiguration
    private let client: KubeClient

    /// - Parameter arguments: without the program's name.
    /// - Throws: `ConfigurationError` for flags or a configuration that cannot be served.
    package init(arguments: [String], environment: [String: String]) throws {
        var configuration = try ProxyConfiguration(
            arguments: arguments, processors: sysconf(Int32(_SC_NPROCESSORS_ONLN)), read: Files.text)
        if configuration.hostname.isEmpty { configuration.hostname = environment["NODE_NAME"] ?? Self.hostname() }
        configuration.hostname = configuration.hostname.lowercased()
        client =
            configuration.kubeconfig.isEmpty
            ? try ClusterLogin.client(environment: environment, userAgent: "kube-proxy")
            : try PodLogin(kubeconfig: configuration.kubeconfig).client(userAgent: "kube-proxy")
        self.configuration = configuration
    }

    package func run() async throws {
        setLimits()
        let proxy = KubeProxy(
            client: client, kernel: try KernelRules(), connections: ConnectionTracking(), configuration: configuration,
            clock: SystemClock(), random: RandomSource())
        try await proxy.run()
    }

    /// Kernels give some of these to the first network namespace only; the others keep what they have.
    private func setLimits() {
        let settings = [
            ("nf_conntrack_max", configuration.conntrackMaximum),
            ("nf_conntrack_tcp_timeout_established", configuration.establishedSeconds),
            ("nf_conntrack_tcp_timeout_close_wait", configuration.closeWaitSeconds),
        ]
        for (name, value) in settings where value > 0 {
            do {
                try Sysctl.set("net/netfilter/\(name)", String(value))
            } catch {
                Log("kube-proxy").info("a limit of tracked connections stays as it is", ["name": name, "error": "\(error)"])
            }
        }
    }
    private static func hostname() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        gethostname(&buffer, buffer.count - 1)
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
