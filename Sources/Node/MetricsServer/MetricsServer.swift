package import Control
import Cryptography
import Documents
import KubeClient
import KubeModel
import Network

/// The program `metrics-server`: looks at every node's kubelet and serves what nodes and pods use as metrics.k8s.io.
package struct MetricsServer: Service {
    /// How often the cluster's word on its front proxy is read.
    private static let pause = Duration.seconds(60), shortPause = Duration.seconds(2)
    private let flags: ServerFlags
    private let environment: [String: String]
    private let clock: any WallClock
    private let random: RandomSource
    private let log = Log("metrics-server")
    private let listening: @Sendable (Int) -> Void

    /// - Parameter listening: told the port.
    /// - Throws: `FlagProblem` for words that are not known.
    package init(
        arguments: [String], environment: [String: String], clock: any WallClock, random: RandomSource,
        listening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(FlagProblem) {
        self.init(flags: try ServerFlags(arguments), environment: environment, clock: clock, random: random, listening: listening)
    }
    init(
        flags: ServerFlags, environment: [String: String], clock: any WallClock, random: RandomSource,
        listening: @escaping @Sendable (Int) -> Void
    ) {
        (self.flags, self.environment, self.clock, self.random, self.listening) = (flags, environment, clock, random, listening)
    }

    /// Serves until cancelled. - Throws: when there is no cluster to log in to, or for an address that cannot be had.
    package func run() async throws {
        let login = flags.kubeconfig.isEmpty ? try PodLogin(environment: environment) : try PodLogin(kubeconfig: flags.kubeconfig)
        let client = try login.client(userAgent: "metrics-server/v0.8.0")
        var trust = Trust.insecure
        if !flags.isInsecure {
            trust = .caPEM(flags.kubeletAuthority.isEmpty ? login.authorityPEM : try TextFile.read(flags.kubeletAuthority))
        }
        try await serve(client, trust) { try login.token() }
    }

    /// Serves with a way to the API server and into kubelets.
    func serve(_ client: KubeClient, _ trust: Trust, token: @escaping @Sendable () throws -> String) async throws {
        let (nodes, pods, store) = (ObjectIndex(), ObjectIndex(), UsageStore(resolution: flags.resolution))
        let handler = MetricsHandler(nodes: nodes, pods: pods, store: store, client: client, clock: clock)
        let identity = try identity()
        let server = HTTPServer(HTTPServer.Configuration(host: "0.0.0.0", port: flags.port, tls: identity), handler: handler)
        listening(try await server.start())
        let running = ListOptions(fieldSelector: "status.phase=Running")
        let services: [any Service] = [
            Informer(client: client, kind: NodeFields.kind, clock: clock, random: random) { nodes.take($0, keepsStatus: true) },
            Informer(client: client, kind: PodFields.kind, selection: running, clock: clock, random: random) {
                pods.take($0, keepsStatus: false)
            },
            NodeScraper(flags: flags, nodes: nodes, store: store, trust: trust, clock: clock, token: token),
        ]
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services { group.addTask { try await service.run() } }
                group.addTask { try await followFrontProxy(client, handler, server, identity) }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            await server.stop()
            throw error
        }
    }

    /// Believes client certificates and the aggregator as the cluster says at the time.
    private func followFrontProxy(
        _ client: KubeClient, _ handler: MetricsHandler, _ server: HTTPServer, _ identity: TLSConfiguration
    ) async throws {
        var known = FrontProxy()
        while true {
            do throws(KubeClientError) {
                let found = try await FrontProxy.read(client)
                if found != known {
                    var tls = identity
                    tls.clientCAPEM = found.authorities
                    do throws(HTTPError) { try server.replace(tls: tls) } catch { throw .malformed("\(error)") }
                    handler.trust(found)
                    known = found
                }
            } catch {
                log.warning("no front proxy", ["error": error.description])
            }
            try await clock.sleep(for: known == FrontProxy() ? Self.shortPause : Self.pause)
        }
    }

    /// The certificate of the files that are named, or one of its own making.
    private func identity() throws -> TLSConfiguration {
        if !flags.certificate.isEmpty {
            return TLSConfiguration(
                certificateChainPEM: try TextFile.read(flags.certificate), privateKeyPEM: try TextFile.read(flags.key))
        }
        let now = clock.now.seconds
        let authority = try CertificateAuthority.make(commonName: "metrics-server-ca@\(now)", now: now)
        let key = try PrivateKey.generate(.p256)
        let certificate = try authority.issueServer(
            commonName: "metrics-server@\(now)", names: ["localhost", "metrics-server.kube-system.svc"], addresses: ["127.0.0.1"],
            key: key.publicKey, now: now)
        return TLSConfiguration(certificateChainPEM: certificate.pem + authority.certificate.pem, privateKeyPEM: key.pem)
    }
}
