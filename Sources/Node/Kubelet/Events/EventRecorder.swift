import Control
import Documents
import KubeClient
import KubeModel

/// Records events about pods and the node; sending happens apart, in order. Losing an event does no harm.
final class EventRecorder: Service {
    /// One thing that happened.
    struct Note: Sendable {
        var subject: Value
        var type: String, reason: String, message: String
        var at: Timestamp
    }
    private let mailbox = Mailbox<Note>()
    private let client: KubeClient
    private let node: String
    private let clock: any WallClock

    init(client: KubeClient, node: String, clock: any WallClock) { (self.client, self.node, self.clock) = (client, node, clock) }

    /// Notes an event about the subject of an object reference.
    func record(_ subject: Value, _ type: String, _ reason: String, _ message: String) {
        mailbox.post(Note(subject: subject, type: type, reason: reason, message: message, at: clock.now))
    }

    /// Sends what was recorded until cancelled.
    func run() async throws {
        var correlator = EventCorrelator(node: node)
        while true {
            try await mailbox.wait(atMost: nil, on: clock)
            for note in mailbox.take() {
                guard let writing = correlator.take(note) else { continue }
                try await send(writing, &correlator)
            }
        }
    }

    private func send(_ writing: EventCorrelator.Writing, _ correlator: inout EventCorrelator) async throws {
        do throws(KubeClientError) {
            switch writing {
            case .create(let event): _ = try await client.create(EventFields.kind, event)
            case .again(let event, let patch):
                let metadata = event["metadata"]
                do throws(KubeClientError) {
                    let (namespace, name) = (metadata["namespace"].string, metadata["name"].string ?? "")
                    _ = try await client.patch(EventFields.kind, namespace: namespace, name, .strategic(patch))
                } catch  where error.isNotFound {
                    _ = try await client.create(EventFields.kind, event)
                }
            }
        } catch {
            if error == .cancelled { throw CancellationError() }
        }
    }
}
