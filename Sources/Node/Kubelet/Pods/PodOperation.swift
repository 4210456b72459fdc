import Control
import Documents

/// Something to be done for a pod outside of its machine. Each has a key; none is begun while one of the same key is under way.
enum PodOperation: Sendable {
    /// Directories, cgroup, volumes.
    case prepare
    /// Brings volumes up to date.
    case refresh
    case runSandbox(attempt: Int)
    case stopSandbox(String)
    case removeSandbox(String)
    case start(ContainerStart)
    case stop(ContainerStop)
    /// Changes a running container's limits.
    case resize(ContainerResize)
    case removeContainer(String)
    case inspectContainer(String)
    case inspectSandbox(String)
    case probe(ProbeRun)
    /// Sends the changes to the document of that uid; the report is what the pod's status then is.
    case patch(Value, report: Value, uid: String)
    /// Creates or removes the document by which the API server shows a static pod.
    case createMirror(Value)
    case deleteMirror(uid: String)
    /// Removes everything of the pod from the node.
    case release
    /// Removes the document.
    case delete

    var key: String {
        switch self {
        case .prepare: Key.prepare
        case .refresh: "refresh"
        case .runSandbox: Key.sandbox
        case .stopSandbox(let id): "stop-sandbox \(id)"
        case .removeSandbox(let id): "remove-sandbox \(id)"
        case .start(let start): Key.start(start.slot.name)
        case .stop(let stop): stop.isHurried ? "hurry \(stop.id)" : Key.stop(stop.id)
        case .resize(let resize): "resize \(resize.slot.name)"
        case .removeContainer(let id): "remove \(id)"
        case .inspectContainer(let id), .inspectSandbox(let id): "inspect \(id)"
        case .probe(let run): "probe \(run.kind.rawValue) \(run.slot.name)"
        case .patch: Key.patch
        case .createMirror, .deleteMirror: Key.mirror
        case .release: Key.release
        case .delete: "delete"
        }
    }

    /// Keys that are asked for.
    enum Key {
        static let prepare = "prepare", sandbox = "sandbox", patch = "patch", release = "release", mirror = "mirror"
        static func start(_ name: String) -> String { "start \(name)" }
        static func stop(_ id: String) -> String { "stop \(id)" }
    }
}

/// How a container is started.
struct ContainerStart: Sendable {
    var slot: ContainerSlot
    var attempt: Int
    var sandbox: SandboxStatus
    /// The container whose processes an ephemeral container is to see.
    var target: String?
}

/// How a container is stopped.
struct ContainerStop: Sendable {
    var slot: ContainerSlot?
    var id: String
    var name: String
    var grace: Duration
    /// The message of the event `Killing`; empty for none.
    var message: String
    /// Where hooks reach the pod.
    var address: String
    /// The container is being stopped already and gets less time now.
    var isHurried = false
}

/// How a running container is changed.
struct ContainerResize: Sendable {
    var slot: ContainerSlot
    var status: ContainerStatus
    var image: String
    var addresses: [String]
}

/// What became of an operation.
enum PodOutcome: Sendable {
    case prepared
    case sandbox(SandboxStatus)
    case started(ContainerStatus)
    /// What the runtime says of a container now; nil when it is gone.
    case container(id: String, ContainerStatus?)
    case sandboxSeen(id: String, SandboxStatus?)
    /// A container did not start.
    case startFailed(name: String, ContainerFailure, ContainerStatus?)
    case resized(id: String, resources: Value)
    case probed(ProbeRun, ProbeOutcome)
    case patched(report: Value)
    case released, deleted
    /// The mirror was created or removed; the watch will tell.
    case mirrored
    case done
    /// To be tried again after a pause.
    case failed(String)
    /// The document is gone.
    case missing
    case cancelled
}

/// Why a container waits. Source: kubelet, container/sync_result.go and images/types.go.
struct ContainerFailure: Sendable, Hashable {
    var reason: String
    var message: String
}
