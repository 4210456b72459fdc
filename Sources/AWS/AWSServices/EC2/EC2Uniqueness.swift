import Documents
import Storage

/// What must be unique among resources although each is a document of its own, such as names.
extension EC2Service {
    /// Takes a new resource away again when an elder one is like it. Two requests at the same time both find nothing and both write, at one
    /// server or at two; then revisions tell who was first, and every writer sees its elders once its own write is done.
    /// - Parameter isLike: whether another resource's shape has what is to be unique.
    /// - Returns: whether the new one had to go.
    func yields(_ type: EC2Type, _ id: String, where isLike: (Value) -> Bool) async throws -> Bool {
        let snapshot = records.realm.snapshot()
        guard let own = snapshot.get(type.kind.key(nil, id)) else { return false }
        let elder = snapshot.range(prefix: type.kind.prefix).contains { $0.created < own.created && isLike($0.value["spec"]) }
        if elder { try await records.delete(type.kind, id) }
        return elder
    }
}
