import Network
import Synchronization

/// Owns the tasks of an engine, which run on its loop.
final class EtcdTasks: Sendable {
    private let loop: EventLoop
    private let services = Mutex<[Task<Void, Never>]>([])

    init(loop: EventLoop) { self.loop = loop }

    /// Starts what runs until `end`.
    func serve(_ bodies: [@Sendable () async -> Void]) {
        services.withLock { services in services += bodies.map { body in Task(executorPreference: loop) { await body() } } }
    }

    /// Starts what ends by itself or is cancelled by the caller.
    @discardableResult func start(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: loop) { await body() }
    }

    /// Does the work to its end, even when the caller's task is cancelled.
    func finish<Result: Sendable>(_ body: @escaping @Sendable () async -> Result) async -> Result {
        await Task(executorPreference: loop) { await body() }.value
    }

    /// Cancels the services and waits for their end.
    func end(_ between: () -> Void) async {
        let services = services.withLock { services in
            defer { services = [] }
            return services
        }
        for service in services { service.cancel() }
        between()
        for service in services { await service.value }
    }
}
