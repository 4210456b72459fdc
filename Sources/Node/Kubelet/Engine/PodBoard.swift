import Documents
import Synchronization

/// The pods of the node as the kubelet knows them, for readers on any thread.
final class PodBoard: Sendable {
    private let pods = Mutex<[String: Value]>([:])

    var all: [Value] { pods.withLock { Array($0.values) } }

    func show(_ machine: PodMachine) {
        guard !machine.spec.name.isEmpty, machine.ending?.cause != .removed else { return remove(machine.uid) }
        var pod = machine.pod
        if !machine.lastReport.isNull { pod["status"] = machine.lastReport }
        pods.withLock { $0[machine.uid] = pod }
    }
    func remove(_ uid: String) { pods.withLock { $0[uid] = nil } }
}
