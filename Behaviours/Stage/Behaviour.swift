/// One sentence about the system that is true or not.
package struct Behaviour: Sendable, CustomStringConvertible {
    /// What a bed must be able to do besides serving the APIs.
    package enum Need: Sendable {
        case clusterFaults, nodeFaults
        /// Time that runs faster than the world's.
        case time
    }
    package let name: String
    package let needs: Set<Need>
    private let body: @Sendable (Scene) async throws -> Void

    package init(_ name: String, needs: Set<Need> = [], _ body: @escaping @Sendable (Scene) async throws -> Void) {
        (self.name, self.needs, self.body) = (name, needs, body)
    }
    package var description: String { name }

    /// Whether the bed can do what the behaviour needs.
    package func runs(on bed: any Bed) -> Bool {
        needs.allSatisfy { need in
            switch need {
            case .clusterFaults: bed.clusters != nil
            case .nodeFaults: bed.nodes != nil
            case .time: true
            }
        }
    }
    /// Runs it on a bed under an id of its own, and removes what it made, last in, first out.
    /// - Throws: `BehaviourFailure` when the sentence is not true, or what a client threw.
    package func run(on bed: any Bed, id: String) async throws {
        let scene = Scene(bed: bed, id: id)
        do { try await body(scene) } catch {
            await scene.cleanUp { _ in }
            throw error
        }
        var leftovers: [String] = []
        await scene.cleanUp { leftovers.append("\($0)") }
        if let first = leftovers.first { throw BehaviourFailure("clean-up: \(first)") }
    }
    /// Every behaviour.
    package static let all: [Behaviour] =
        clusters + workloads + scheduling + nodes + ownership + access + instances + scaling + controllers
        + storage
}
