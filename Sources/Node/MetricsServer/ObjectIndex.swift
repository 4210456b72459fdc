import Documents
import KubeClient
import Synchronization

/// What the API server says of a kind, by namespace and name.
final class ObjectIndex: Sendable {
    private let objects = Mutex<[String: Value]>([:])
    private static func key(_ object: Value) -> String {
        "\(object["metadata"]["namespace"].string ?? "")/\(object["metadata"]["name"].string ?? "")"
    }

    /// Keeps of each object what is needed here: its metadata, and where asked for its status.
    func take(_ event: InformerEvent, keepsStatus: Bool) {
        func kept(_ object: Value) -> Value {
            let metadata = object["metadata"]
            var kept: Value = ["metadata": ["name": metadata["name"], "labels": metadata["labels"]]]
            if !metadata["namespace"].isNull { kept["metadata"]["namespace"] = metadata["namespace"] }
            if keepsStatus {
                kept["status"] = ["addresses": object["status"]["addresses"], "daemonEndpoints": object["status"]["daemonEndpoints"]]
            }
            return kept
        }
        objects.withLock { objects in
            switch event {
            case .listed(let all): objects = Dictionary(all.map { (Self.key($0), kept($0)) }) { $1 }
            case .applied(let object): objects[Self.key(object)] = kept(object)
            case .deleted(let object): objects[Self.key(object)] = nil
            }
        }
    }

    func get(_ namespace: String, _ name: String) -> Value? { objects.withLock { $0["\(namespace)/\(name)"] } }
    /// All in order of their names, of one namespace when given.
    func list(_ namespace: String?) -> [Value] {
        let all = objects.withLock { $0 }
        return all.filter { namespace == nil || $0.value["metadata"]["namespace"].string == namespace }.sorted { $0.key < $1.key }.map(
            \.value)
    }
}
