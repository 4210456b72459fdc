import AWSProtocol
import Assembly
import Control
import KubeClient
import Network
import Storage
import Synchronization

@testable import Behaviours

/// Servers on one shared memory, each a whole system; requests go to those that live, in turn.
final class Fleet: Bed, BedClients {
    struct Member: Sendable {
        let bed: SimulatedBed
        let link: SharedMemoryLink
    }
    private struct State {
        var members: [Member] = []
        /// Those that requests go to, by their place.
        var reachable: [Int] = []
        var turn = 0
    }
    let simulation: Simulation
    let memory: SharedMemory
    private let state = Mutex(State())

    init(_ simulation: Simulation) {
        self.simulation = simulation
        memory = SharedMemory(clock: simulation.clock)
    }
    /// So many servers.
    static func start(_ count: Int, _ simulation: Simulation) async throws -> Fleet {
        let fleet = Fleet(simulation)
        for _ in 0..<count { try await fleet.join() }
        return fleet
    }
    /// One more server. - Returns: its place.
    @discardableResult func join() async throws -> Int {
        let (store, link) = memory.connect()
        let bed = try await SimulatedBed.start(
            clock: simulation.clock, store: store, executor: simulation.executor, random: simulation.random)
        return state.withLock { state in
            state.members.append(Member(bed: bed, link: link))
            state.reachable.append(state.members.count - 1)
            return state.members.count - 1
        }
    }
    subscript(place: Int) -> Member { state.withLock { $0.members[place] } }
    /// Requests go to these servers alone from now on.
    func reach(_ places: Int...) { state.withLock { $0.reachable = places } }
    /// Ends a server as a power cut would: nothing that it says from now on counts.
    func kill(_ place: Int) async {
        self[place].link.cut()
        state.withLock { $0.reachable.removeAll { $0 == place } }
        await self[place].bed.stop()
    }
    func stop() async {
        for member in state.withLock({ $0.members }) { await member.bed.stop() }
    }
    /// The next server that answers.
    func next() -> SimulatedBed {
        state.withLock { state in
            state.turn += 1
            return state.members[state.reachable[state.turn % state.reachable.count]].bed
        }
    }

    var time: any WallClock { simulation.clock }
    var clients: any BedClients { self }
    var clusters: (any BedClusters)? { nil }
    var nodes: (any BedNodes)? { nil }

    func aws(_ key: SigningCredential?) async throws -> AWSClient {
        AWSClient(
            transport: Rotation { self.next().system.awsTransport }, credential: key ?? SigningCredential(next().system.administrator),
            region: SimulatedBed.region, clock: simulation.clock)
    }
    func kubernetes(cluster: String, _ key: SigningCredential?) async throws -> KubeClient {
        let credential = key ?? SigningCredential(next().system.administrator)
        let clock = simulation.clock
        let transport = Rotation {
            let system = self.next().system
            guard let id = system.clusterID(region: SimulatedBed.region, name: cluster) else {
                throw HTTPError.connectionFailed("no cluster \(cluster)")
            }
            return system.kubernetesTransport(cluster: id)
        }
        return KubeClient(transport: transport) {
            ClusterToken.make(
                cluster: cluster, stsBase: "https://sts.\(SimulatedBed.region).amazonaws.com", credential: credential,
                region: SimulatedBed.region, now: clock.now)
        }
    }
}

/// Sends each request where it is told to.
private struct Rotation: HTTPTransport {
    let next: @Sendable () async throws -> any HTTPTransport
    func send(_ request: HTTPRequest) async throws -> HTTPResponse { try await next().send(request) }
}
