import Control
import Synchronization

/// Services of which each may begin and end on its own: control planes, machines, regions. Ends them all at once in the end.
final class TaskBag: Sendable {
    private struct State {
        var tasks: [String: Task<Void, Never>] = [:]
        var closed = false
    }
    private let state = Mutex(State())
    private let hosting: Hosting
    private let clock: any WallClock
    private let log = Log("services")
    /// The longest pause before a failed service begins again.
    private static let longestPause = Duration.seconds(30)

    /// Each service runs on one executor of the hosting.
    init(hosting: Hosting, clock: any WallClock) { (self.hosting, self.clock) = (hosting, clock) }

    /// Runs a service under a name until it is stopped, unless one of that name runs already. One that fails begins again after a pause.
    func run(_ name: String, _ service: any Service) {
        state.withLock { state in
            guard !state.closed, state.tasks[name] == nil else { return }
            state.tasks[name] = Task(executorPreference: hosting.executor) { await self.keep(name, service) }
        }
    }
    /// Runs a service in the caller's task until that is cancelled or the service ends by itself. One that fails begins again after a pause.
    func keep(_ name: String, _ service: any Service) async {
        var pause = Duration.seconds(1)
        while !Task.isCancelled {
            do {
                try await service.run()
                return
            } catch  where Task.isCancelled { return } catch {
                log.error("service failed and begins again", ["service": name, "error": "\(error)", "pause": "\(pause)"])
            }
            do { try await clock.sleep(for: pause) } catch { return }
            pause = min(pause * 2, Self.longestPause)
        }
    }
    /// Whether a service of that name was begun and not stopped.
    func contains(_ name: String) -> Bool { state.withLock { $0.tasks[name] != nil } }
    /// Cancels a service and waits until it has ended.
    func stop(_ name: String) async {
        let task = state.withLock { $0.tasks.removeValue(forKey: name) }
        task?.cancel()
        await task?.value
    }
    /// Cancels every service and waits for their end; none can begin afterwards.
    func stopAll() async {
        let tasks = state.withLock { state in
            state.closed = true
            defer { state.tasks = [:] }
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}
