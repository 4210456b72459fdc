import Control

/// Removes images and dead containers that nobody needs.
struct ImageCollector: Sendable {
    let runtime: any ContainerRuntime
    let isKept: @Sendable (RuntimeImage) -> Bool

    /// Removes unused images until that many bytes are free. A runtime that does not answer frees nothing.
    /// - Returns: bytes freed. - Throws: `CancellationError`.
    func free(_ bytes: Int, _ collection: inout ImageCollection, at now: Timestamp) async throws -> Int {
        do throws(RuntimeError) {
            let images = try await runtime.images()
            let used = Set(try await runtime.containers().flatMap { [$0.image, $0.imageID] })
            collection.observe(images, used: used, at: now)
            guard bytes > 0 else { return 0 }
            let kept = Set(images.filter(isKept).map(\.id))
            let plan = collection.plan(freeing: bytes, at: now) { kept.contains($0) }
            for id in plan.ids { try await runtime.removeImage(id) }
            return plan.bytes
        } catch {
            if error == .cancelled { throw CancellationError() }
            Log("eviction").warning("images could not be collected", ["error": error.text])
            return 0
        }
    }

    /// Removes ended containers after which the same container was started anew. - Throws: `CancellationError`.
    func removeDeadContainers() async throws {
        do throws(RuntimeError) {
            let containers = try await runtime.containers()
            let groups = Dictionary(grouping: containers) { "\($0.labels[RuntimeLabel.podUID] ?? "") \($0.name)" }
            for group in groups.values {
                let newest = group.map(\.attempt).max() ?? 0
                for container in group where container.state == .exited && container.attempt < newest {
                    try await runtime.removeContainer(container.id)
                }
            }
        } catch {
            if error == .cancelled { throw CancellationError() }
            Log("eviction").warning("dead containers could not be collected", ["error": error.text])
        }
    }
}
