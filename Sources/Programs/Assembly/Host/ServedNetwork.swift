import AWSServices
import Control
import Network
import Synchronization

/// VPC networks with what the region itself answers inside each.
final class ServedNetwork: NetworkDriver {
    private let fabric: any NetworkDriver
    private let services: TaskBag
    private let doors: @Sendable (VPCState) -> [(name: String, service: any Service)]
    private let opened = Mutex<[String: [String]]>([:])

    /// - Parameter doors: what answers in a VPC, each a service that listens while it runs.
    init(
        fabric: any NetworkDriver, services: TaskBag, doors: @escaping @Sendable (VPCState) -> [(name: String, service: any Service)]
    ) {
        (self.fabric, self.services, self.doors) = (fabric, services, doors)
    }

    func apply(_ vpc: VPCState) async throws {
        try await fabric.apply(vpc)
        guard opened.withLock({ $0[vpc.id] == nil }) else { return }
        let doors = doors(vpc)
        opened.withLock { $0[vpc.id] = doors.map { "vpc/\(vpc.id)/\($0.name)" } }
        for door in doors { services.run("vpc/\(vpc.id)/\(door.name)", door.service) }
    }
    func remove(vpcID: String) async {
        for name in opened.withLock({ $0.removeValue(forKey: vpcID) }) ?? [] { await services.stop(name) }
        await fabric.remove(vpcID: vpcID)
    }
}

/// A listener as a service: it listens until it is cancelled.
struct Listening: Service {
    let configuration: HTTPServer.Configuration
    let handler: any HTTPHandler
    let clock: any WallClock

    func run() async throws {
        let server = HTTPServer(configuration, handler: handler)
        try await server.start()
        do { while true { try await clock.sleep(for: .seconds(86_400)) } } catch {
            await server.stop()
            throw error
        }
    }
}
