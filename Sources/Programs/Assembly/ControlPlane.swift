import AWSServices
import Control
import Cryptography
import Documents
import KubeAPI
import KubeClient
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
    /// Where the API servers listen, and what they are called.
    let address: ServerAddress
    /// Who AWS tokens' bearers are in a cluster.
    let identities: IdentityVerifier
    /// The namespace of a VPC's network, in which API servers listen as well; nil where networks are not carried out.
    let vpc: (@Sendable (_ id: String) -> NetworkNamespace)?
    /// Makes ahead what machines of a cluster's region and Kubernetes version need; nil where none are real.
    let prepareMachines: (@Sendable (_ region: String, _ version: String) -> Void)?
}

/// The brain of one cluster: its API server with a listener of its own, its controllers and its scheduler.
final class ControlPlane: Sendable {
    let record: ControlPlaneRecord
    let realm: Realm
    let api: APIServer
    /// On this host, and on the addresses in the VPC; empty where nothing listens.
    private let servers: [HTTPServer]
    private let services: TaskBag

    private init(record: ControlPlaneRecord, realm: Realm, api: APIServer, servers: [HTTPServer], services: TaskBag) {
        (self.record, self.realm, self.api, self.servers, self.services) = (record, realm, api, servers, services)
    }

    /// Starts a control plane on its own port, or on a free one the first time, and waits until it answers.
    static func start(_ record: ControlPlaneRecord, realm: Realm, parts: ControlPlaneParts) async throws -> ControlPlane {
        let handler = LateHandler()
        let tls = try tls(record, parts)
        let (server, port) = try await parts.hosting.listen(host: parts.address.listening, port: record.port, tls: tls, handler: handler)
        var servers = server.map { [$0] } ?? []
        var record = record
        record.port = port
        do {
            servers += try await listenInVPC(record, tls, handler, parts)
            return try await begin(record, realm, servers, handler, parts)
        } catch {
            for server in servers { await server.stop() }
            throw error
        }
    }
    /// Listens on the cluster's addresses in its VPC, where nodes and pods find it.
    private static func listenInVPC(
        _ record: ControlPlaneRecord, _ tls: TLSConfiguration, _ handler: LateHandler, _ parts: ControlPlaneParts
    ) async throws -> [HTTPServer] {
        guard let vpc = parts.vpc, case .listening(let loops) = parts.hosting else { return [] }
        var servers: [HTTPServer] = []
        for address in record.spec.privateAddresses {
            let place = HTTPServer.Configuration(
                host: address, port: 443, tls: tls, loops: loops, namespace: vpc(record.spec.vpcID))
            let server = HTTPServer(place, handler: handler)
            do { try await server.start() } catch {
                for server in servers { await server.stop() }
                throw error
            }
            servers.append(server)
        }
        return servers
    }
    private static func begin(
        _ record: ControlPlaneRecord, _ realm: Realm, _ servers: [HTTPServer], _ handler: LateHandler, _ parts: ControlPlaneParts
    ) async throws -> ControlPlane {
        let api = try APIAssembly(record: record, realm: realm, parts: parts).server()
        try await api.bootstrap()
        try await ClusterBootstrap.reconcile(realm, writer: api)
        let plane = ControlPlane(record: record, realm: realm, api: api, servers: servers, services: parts.services)
        plane.run(parts)
        handler.set(api)
        return plane
    }
    /// A new server certificate of the cluster's authority.
    private static func tls(_ record: ControlPlaneRecord, _ parts: ControlPlaneParts) throws -> TLSConfiguration {
        let key = try PrivateKey.generate(.p256)
        let certificate = try record.authority.issueServer(
            commonName: "kube-apiserver",
            names: ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"]
                + parts.address.names.sorted(),
            addresses: [serviceAddress(record.spec.serviceCIDR)] + parts.address.addresses.sorted() + record.spec.privateAddresses,
            key: key.publicKey, now: parts.clock.now.seconds)
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
                realm: realm, writer: api, effects: AutoscalerPerformer(source: autoscalerSource, clock: parts.clock), clock: parts.clock,
                random: parts.random,
                controllers: ClusterControllers.all(
                    rootCertificate: record.authority.certificate.pem, authority: record.authority, startedAt: parts.clock.now),
                log: Log("controllers/\(record.spec.name)")))
        services.run(names.scheduler, Scheduler(realm: realm, binder: api, clock: parts.clock, random: parts.random))
    }

    /// The way on which autoscaling reads metrics and writes scales.
    private var autoscalerSource: ClusterAutoscalerSource {
        let user = "system:serviceaccount:kube-system:horizontal-pod-autoscaler"
        let groups = ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated", "system:masters"]
        return ClusterAutoscalerSource(
            client: KubeClient(
                transport: transport(as: Peer.Local(user: user, groups: groups)),
                userAgent: "kube-controller-manager/horizontal-pod-autoscaler"))
    }

    /// A way to this cluster's API in this process.
    func transport(as local: Peer.Local) -> any HTTPTransport {
        LocalTransport(handler: api, peer: Peer(address: "127.0.0.1", local: local))
    }

    /// Stops the loops first, then the listener.
    func stop() async {
        for name in [names.scheduler, names.controllers, names.api] { await services.stop(name) }
        await withDiscardingTaskGroup { group in
            for server in servers { group.addTask { await server.stop() } }
        }
    }
}
