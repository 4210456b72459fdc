import AWSProtocol
import Control
import Documents
import KubeClient
import KubeModel
import Synchronization

/// One run of a behaviour: its id, what it has made, and ways to look and wait.
package final class Scene: Sendable {
    package let bed: any Bed
    /// Begins the names of all that the behaviour makes.
    package let id: String
    private let undo = Mutex<[@Sendable () async throws -> Void]>([])

    init(bed: any Bed, id: String) { (self.bed, self.id) = (bed, id) }

    /// A name of this behaviour.
    func name(_ suffix: String) -> String { "\(id)-\(suffix)" }
    /// Has something done in the end, before what was asked for earlier.
    func afterwards(_ action: @escaping @Sendable () async throws -> Void) { undo.withLock { $0.append(action) } }
    func cleanUp(_ failed: (any Error) -> Void) async {
        while let action = undo.withLock({ $0.popLast() }) {
            do { try await action() } catch { failed(error) }
        }
    }

    /// Waits until a condition holds.
    /// - Throws: `BehaviourFailure` when it does not in time.
    package func eventually(
        _ what: String, within limit: Duration = .seconds(120), every pause: Duration = .milliseconds(500),
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = bed.time.now + limit
        while try await !condition() {
            guard bed.time.now < deadline else { throw BehaviourFailure("not within \(limit): \(what)") }
            try await bed.time.sleep(for: pause)
        }
    }
    /// Sees to it that a condition holds for a while.
    /// - Throws: `BehaviourFailure` when it once does not.
    func throughout(
        _ span: Duration, every pause: Duration = .seconds(1), _ what: String, _ condition: () async throws -> Bool
    ) async throws {
        let end = bed.time.now + span
        while bed.time.now < end {
            guard try await condition() else { throw BehaviourFailure("not at all times: \(what)") }
            try await bed.time.sleep(for: pause)
        }
    }
    /// - Throws: `BehaviourFailure` when the condition does not hold.
    func expect(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        guard condition else { throw BehaviourFailure(what()) }
    }
    func pass(_ time: Duration) async throws { try await bed.time.sleep(for: time) }

    /// The message of an AWS error with that code.
    /// - Throws: `BehaviourFailure` when the call succeeds or is refused otherwise.
    @discardableResult func refused(_ code: String, _ call: () async throws -> Value) async throws -> String {
        do { _ = try await call() } catch let error as AWSError {
            try expect(error.code == code, "\(code) was expected, not \(error)")
            return error.message
        }
        throw BehaviourFailure("\(code) was expected, not success")
    }
    /// The refusal of a cluster with that HTTP status.
    /// - Throws: `BehaviourFailure` when the call succeeds or is refused otherwise.
    @discardableResult func refused(_ status: Int, _ call: () async throws -> Value) async throws -> String {
        do { _ = try await call() } catch let error as KubeClientError {
            try expect(error.status?.code == status, "\(status) was expected, not \(error)")
            return error.description
        }
        throw BehaviourFailure("\(status) was expected, not success")
    }
}
