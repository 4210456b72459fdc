import Documents
import KubeAPI
import KubeClient
import KubeModel
import Network
import Synchronization
import Testing

@testable import SimulatedNode

@Suite struct DeletionTests {
    @Test func aPodWhoseDeletionMetAnotherWriteGoesAllTheSame() async throws {
        let bed = try await MachineBed()
        let door = ConflictDoor(server: bed.server)
        try await bed.with(bed.machine(door: door)) {
            try await bed.run("web")
            _ = try await bed.pod("web") { $0.isReady }
            try await bed.client.delete(PodFields.kind, "web")
            _ = try await bed.pod("web") { $0.isNull }
            #expect(door.refused.load(ordering: .relaxed) == 1)
        }
    }
}

/// Answers the first deletion with a conflict, as when somebody else was quicker, and changes nothing.
private final class ConflictDoor: HTTPHandler {
    let server: APIServer
    let refused = Atomic(0)
    init(server: APIServer) { self.server = server }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard request.method == "DELETE", refused.compareExchange(expected: 0, desired: 1, ordering: .relaxed).exchanged else {
            return await server.respond(to: request)
        }
        let status: Value = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "reason": "Conflict", "code": 409,
            "message": "the object has been modified; please apply your changes to the latest version and try again",
        ]
        return HTTPResponse(409, headers: ["content-type": "application/json"], body: .bytes(JSON.encode(status)))
    }
}
