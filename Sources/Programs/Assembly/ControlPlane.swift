import AWSServices
import Control
import Cryptography
import Documents
import KubeAPI
import KubeControllers
import KubeModel
import KubeScheduler
import Network
import Reconcile
import Storage

/// What all control planes of a process share.
struct ControlPlaneParts: Sendable {
    let clock: any WallClock
    let random: RandomSource
    let hosting: Hosting
    let services: TaskBag
    /// Where the API servers listen.
    let host: String
    /// Who AWS tokens' bearers are in a cluster.
    let identities: IdentityVerifier
    init(
        clock: any WallClock, random: RandomSource, hosting: Hosting, services: TaskBag, host: String,
        identities: IdentityVerifier
    ) {
        (self.clock, self.random, self.hosting, self.services) = (clock, random, hosting, services)
        (self.host, self.identities) = (host, identities)
    }
}

/// The brain of one cluster: its API server with a listener of its own, its controllers and its scheduler.
final class ControlPlane: Sendable {
    let record: ControlPlaneRecord
    let realm: Realm
    let api: APIServer
    /// Nil where nothing listens.
    private let server: HTTPServer?
    private let services: TaskBag

    private init(record: ControlPlaneRecord, realm: Realm, api: APIServer, server: HTTPServer?, services: TaskBag) {
        (self.record, self.realm, self.api, self.server, self.services) = (record, realm, api, server, services)
    }

    /// Starts a control plane on its own port, or on a free one the first time, and waits until it answers.
    static func start(_ record: ControlPlaneRecord, realm: Realm, parts: ControlPlaneParts) async throws -> ControlPlane {
        let handler = LateHandler()
        let (server, port) = try await parts.hosting.listen(
            host: parts.host, port: record.port, tls: try tls(record, parts), handler: handler)
        var record = record
        record.port = port
        do { return try await begin(record, realm, server, handler, parts) } catch {
            await server?.stop()
            throw error
        }
    }
    private static func begin(
        _ record: ControlPlaneRecord, _ realm: Realm, _ server: HTTPServer?, _ handler: LateHandler, _ parts: ControlPlaneParts
    ) async throws -> ControlPlane {
        let api = try APIAssembly(record: record, realm: realm, parts: parts).server()
        try await api.bootstrap()
        try await ClusterBootstrap.reconcile(realm, writer: api)
        let plane = ControlPlane(record: record, realm: realm, api: api, server: server, services: parts.services)
        plane.run(parts)
        handler.set(api)
        return plane
    }
    /// A new server certificate of the cluster's authority.
    private static func tls(_ record: ControlPlaneRecord, _ parts: ControlPlaneParts) throws -> TLSConfiguration {
        let key = try PrivateKey.generate(.p256)
        let certificate = try record.authority.issueServer(
            commonName: "kube-apiserver",
            names: ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"],
            addresses: ["127.0.0.1", serviceAddress(record.spec.serviceCIDR)], key: key.publicKey, now: parts.clock.now.seconds)
        return TLSConfiguration(
            certificateChainPEM: certificate.pem, privateKeyPEM: key.pem, clientCAPEM: record.authority.certificate.pem)
    }
    private static func serviceAddress(_ cidr: String) -> String {
        IPv4Network(cidr).map { IPv4Network.text($0[1]) } ?? "10.100.0.1"
    }

    private var names: (api: String, controllers: String, scheduler: String) {
        let id = record.spec.id
        return ("cluster/\(id)/api", "cluster/\(id)/controllers", "cluster/\(id)/scheduler")
    }
    private func run(_ parts: ControlPlaneParts) {
        services.run(names.api, api)
        services.run(
            names.controllers,
            ControllerGroup(
                realm: realm, writer: api, clock: parts.clock, random: parts.random,
                controllers: ClusterControllers.all(
                    rootCertificate: record.authority.certificate.pem, authority: record.authority, startedAt: parts.clock.now),
                log: Log("controllers/\(record.spec.name)")))
        services.run(names.scheduler, Scheduler(realm: realm, binder: api, clock: parts.clock, random: parts.random))
    }

    /// A way to this cluster's API in this process.
    func transport(as local: Peer.Local) -> any HTTPTransport {
        LocalTransport(handler: api, peer: Peer(address: "127.0.0.1", local: local))
    }

    /// Stops the loops first, then the listener.
    func stop() async {
        for name in [names.scheduler, names.controllers, names.api] { await services.stop(name) }
        await server?.stop()
    }
}
