import Control
import Documents
import Glibc
import KubeAPI
import KubeModel
import Network
import Storage

/// The API server without a network: every kind of request in turn, from many tasks. CPU is that of this process, the generator included.
struct PipelineBench {
    private let options: Options

    init(_ options: Options) throws { self.options = options }

    func run() async throws {
        let clock = SystemClock()
        let store: Store =
            if let directory = options.text("directory") { try await Store.open(directory: directory, clock: clock) } else {
                .memory(clock: clock)
            }
        let realm = try await store.realm("cluster/bench")
        let (random, chain) = (RandomSource(seed: 1), AuthorizerChain([SuperuserAuthorizer()]))
        let admission = StandardAdmission.plugins(
            rbac: RBACAuthorizer(realm: realm), authorizer: chain, clock: clock, random: random, realm: realm)
        let server = APIServer(
            realm: realm, schema: .kubernetes, kinds: .kubernetes, authenticators: [LocalAuthenticator()],
            authorizers: [SuperuserAuthorizer()], clock: clock, random: random, configuration: APIServerConfiguration(),
            admission: admission)
        try await server.bootstrap()
        let administrator = Peer(local: .init(user: "admin", groups: ["system:masters"]))
        let cluster = Cluster([LocalTransport(handler: server, peer: administrator)])
        let bench = try ClusterBench(options, cluster, ServerProcess(id: Int(getpid())))
        // No controller is here to make the account that pods run as.
        try await cluster.ensureNamespace(bench.namespace)
        let account: Value = ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default"]]
        try await cluster.call("POST", "/api/v1/namespaces/\(bench.namespace)/serviceaccounts", JSON.encode(account))
        let modes = options.text("modes")?.split(separator: ",").map(String.init)
        for mode in modes ?? ["create", "get", "list", "patch", "watch", "delete"] { try await bench.run(mode) }
        await store.close()
    }
}
