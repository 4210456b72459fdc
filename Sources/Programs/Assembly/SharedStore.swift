import Control
import Network
import Storage

/// Lets requests see what any server acknowledged before, where others write to the store as well.
struct CurrentRealms: HTTPHandler {
    let realms: [Realm]
    let handler: any HTTPHandler

    /// The handler, preceded by a look at the realms where the store is shared.
    static func before(_ handler: any HTTPHandler, _ realms: [Realm], in store: Store) -> any HTTPHandler {
        store.isShared ? CurrentRealms(realms: realms, handler: handler) : handler
    }
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        do { for realm in realms { try await realm.current() } } catch {
            return HTTPResponse(503, headers: ["retry-after": "1"])
        }
        return await handler.respond(to: request)
    }
}

/// Opens the regions that other servers open.
struct RegionFollower: Service {
    let store: Store
    let directory: RegionDirectory
    let clock: any WallClock

    /// Runs until cancelled.
    func run() async throws {
        let mailbox = Mailbox<Void>()
        let watch = store.watchRealms { _ in mailbox.signal() }
        defer { watch.cancel() }
        mailbox.signal()
        while true {
            try await mailbox.wait(atMost: nil, on: clock)
            try await directory.resume()
        }
    }
}
