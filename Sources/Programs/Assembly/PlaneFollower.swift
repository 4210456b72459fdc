import AWSServices
import Control
import Documents
import Storage

/// Starts and stops control planes as other servers make and destroy clusters.
struct PlaneFollower: Service {
    let planes: ControlPlanes
    let home: ControlPlaneStore
    let clock: any WallClock
    private let log = Log("clusters")
    /// How soon a start that failed is tried again.
    private static let pause = Duration.seconds(2)

    init(planes: ControlPlanes, home: ControlPlaneStore, clock: any WallClock) {
        (self.planes, self.home, self.clock) = (planes, home, clock)
    }

    /// Runs until cancelled.
    func run() async throws {
        let mailbox = Mailbox<Void>()
        let realm = home.records.realm
        let watch = try realm.watch(prefix: ControlPlaneRecord.kind.prefix, after: realm.head) { _ in mailbox.signal() }
        defer { watch.cancel() }
        mailbox.signal()
        var retry: Duration?
        while true {
            try await mailbox.wait(atMost: retry, on: clock)
            retry = await follow() ? nil : Self.pause
        }
    }

    /// Brings what runs here to what the records say.
    /// - Returns: whether that worked for all.
    private func follow() async -> Bool {
        let recorded = home.records.names(ControlPlaneRecord.kind)
        let running = planes.runningIDs
        return await withTaskGroup(of: Bool.self) { group in
            for id in running.subtracting(recorded) {
                group.addTask {
                    await planes.part(id)
                    return true
                }
            }
            for id in recorded.subtracting(running) { group.addTask { await join(id) } }
            return await group.reduce(true) { $0 && $1 }
        }
    }
    private func join(_ id: String) async -> Bool {
        do {
            try await planes.join(id)
            return true
        } catch is ControlPlanes.Destroyed { return true } catch {
            guard !Task.isCancelled else { return true }
            log.error("a control plane does not start and is tried again", ["cluster": id, "error": "\(error)"])
            return false
        }
    }
}
