import Control
import Network
import Synchronization

/// Services of which each may begin and end on its own: control planes, machines, regions. Ends them all at once in the end.
final class TaskBag: Sendable {
    private struct State {
        var tasks: [String: Task<Void, Never>] = [:]
        var closed = false
    }
    private let state = Mutex(State())
    private let loops: EventLoopGroup
    private let log = Log("services")

    /// Services run on the loops of the group, each on one.
    init(loops: EventLoopGroup) { self.loops = loops }

    /// Runs a service under a name, unless one of that name runs already.
    func run(_ name: String, _ service: any Service) {
        state.withLock { state in
            guard !state.closed, state.tasks[name] == nil else { return }
            state.tasks[name] = Task(executorPreference: loops.next()) { [log] in
                do { try await service.run() } catch {
                    if !Task.isCancelled { log.error("service failed", ["service": name, "error": "\(error)"]) }
                }
            }
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
