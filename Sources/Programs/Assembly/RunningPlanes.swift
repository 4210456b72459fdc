import Synchronization

/// The control planes that run now, for look-ups from any thread.
final class RunningPlanes: Sendable {
    private let planes = Mutex<[String: ControlPlane]>([:])
    func get(_ id: String) -> ControlPlane? { planes.withLock { $0[id] } }
    var ids: Set<String> { planes.withLock { Set($0.keys) } }
    func put(_ id: String, _ plane: ControlPlane) { planes.withLock { $0[id] = plane } }
    func remove(_ id: String) -> ControlPlane? { planes.withLock { $0.removeValue(forKey: id) } }
    func removeAll() -> [ControlPlane] {
        planes.withLock { planes in
            defer { planes = [:] }
            return Array(planes.values)
        }
    }
}
