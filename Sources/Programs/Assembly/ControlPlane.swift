import AWSServices
import Control
import Cryptography
import Documents
import KubeAPI
import KubeScheduler
import Network
import Storage

/// What all control planes of a process share.
struct ControlPlaneParts: Sendable {
    let clock: any WallClock
    let random: RandomSource
    let hosting: Hosting
    let services: TaskBag
    /// What new clusters sign tokens with.
    let keys: SigningKeys
    /// Where the API servers listen, and what they are called.
    let address: ServerAddress
    /// The servers that share the store, this one among them.
    let servers: Servers
    /// Who AWS tokens' bearers are in a cluster.
    let identities: IdentityVerifier
    /// How schedulers work where a cluster says nothing.
    let scheduler: SchedulerConfiguration
    /// The namespace of a VPC's network, in which API servers listen as well; nil where networks are not carried out.
    let vpc: (@Sendable (_ id: String) -> NetworkNamespace)?
    /// Makes ahead what machines of a cluster's region and Kubernetes version need; nil where none are real.
    let prepareMachines: (@Sendable (_ region: String, _ version: String) -> Void)?
}

/// The brain of one cluster at this server: its API server with a listener of its own, and its loops while this server leads it.
final class ControlPlane: Sendable {
    let record: ControlPlaneRecord
    let realm: Realm
    let api: APIServer
    /// On this host, and on the addresses in the VPC; empty where nothing listens.
    private let servers: [HTTPServer]
    private let services: TaskBag
    private let lead: ClusterLead

    private init(
        record: ControlPlaneRecord, realm: Realm, api: APIServer, servers: [HTTPServer], services: TaskBag, lead: ClusterLead
    ) {
        (self.record, self.realm, self.api, self.servers, self.services, self.lead) = (record, realm, api, servers, services, lead)
    }

    /// Starts a control plane on its own port, or on a free one the first time, and waits until it answers.
    ///
    /// Its API is bootstrapped by whoever leads the cluster; a realm that has been serves at once.
    static func start(
        _ record: ControlPlaneRecord, realm: Realm, home: ControlPlaneStore, parts: ControlPlaneParts
    ) async throws -> ControlPlane {
        let handler = LateHandler()
        let tls = try tls(record, parts)
        let (server, port) = try await parts.hosting.listen(host: parts.address.listening, port: record.port, tls: tls, handler: handler)
        var servers = server.map { [$0] } ?? []
        var record = record
        record.port = port
        do {
            servers += try await listenInVPC(record, tls, handler, parts)
            return try await begin(record, realm, home, servers, handler, parts)
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
        _ record: ControlPlaneRecord, _ realm: Realm, _ home: ControlPlaneStore, _ servers: [HTTPServer], _ handler: LateHandler,
        _ parts: ControlPlaneParts
    ) async throws -> ControlPlane {
        let api = try APIAssembly(record: record, realm: realm, isShared: home.store.isShared, parts: parts).server()
        let lead = ClusterLead(record: record, realm: realm, api: api, home: home, parts: parts)
        let plane = ControlPlane(record: record, realm: realm, api: api, servers: servers, services: parts.services, lead: lead)
        plane.run()
        do { try await lead.bootstrapped() } catch {
            await plane.stopLoops()
            throw error
        }
        handler.set(api)
        return plane
    }
    /// A new server certificate of the cluster's authority.
    private static func tls(_ record: ControlPlaneRecord, _ parts: ControlPlaneParts) throws -> TLSConfiguration {
        let key = try PrivateKey.generate(.p256)
        let certificate = try record.authority.issueServer(
            commonName: "kube-apiserver",
            names: ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"]
                + parts.address.names,
            addresses: [serviceAddress(record.spec.serviceCIDR)] + parts.address.addresses + record.spec.privateAddresses,
            key: key.publicKey, now: parts.clock.now.seconds)
        return TLSConfiguration(
            certificateChainPEM: certificate.pem, privateKeyPEM: key.pem, clientCAPEM: record.authority.certificate.pem)
    }
    private static func serviceAddress(_ cidr: String) -> String {
        IPv4Network(cidr).map { IPv4Network.text($0[1]) } ?? "10.100.0.1"
    }

    private var names: (api: String, lead: String) { ("cluster/\(record.spec.id)/api", "cluster/\(record.spec.id)/lead") }
    /// The server's time and the cluster's leadership belong to no leader of the region, whoever asked for this start.
    private func run() {
        Fence.$current.withValue(nil) {
            services.run(names.api, api)
            services.run(names.lead, lead)
        }
    }

    /// A way to this cluster's API in this process.
    func transport(as local: Peer.Local) -> any HTTPTransport {
        LocalTransport(handler: api, peer: Peer(address: "127.0.0.1", local: local))
    }

    private func stopLoops() async { for name in [names.lead, names.api] { await services.stop(name) } }
    /// Stops the loops first, then the listeners.
    func stop() async {
        await stopLoops()
        await withDiscardingTaskGroup { group in
            for server in servers { group.addTask { await server.stop() } }
        }
    }
}
