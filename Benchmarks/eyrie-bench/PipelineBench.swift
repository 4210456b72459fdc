import Control
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
        let server = APIServer(
            realm: try await store.realm("cluster/bench"), schema: .kubernetes, kinds: .kubernetes, authenticators: [LocalAuthenticator()],
            authorizers: [SuperuserAuthorizer()], clock: clock, random: RandomSource(seed: 1), configuration: APIServerConfiguration())
        try await server.bootstrap()
        let administrator = Peer(local: .init(user: "admin", groups: ["system:masters"]))
        let cluster = Cluster([LocalTransport(handler: server, peer: administrator)])
        let bench = try ClusterBench(options, cluster, ServerProcess(id: Int(getpid())))
        for mode in ["create", "get", "list", "patch", "watch", "delete"] { try await bench.run(mode) }
        await store.close()
    }
}
