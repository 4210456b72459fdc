import Documents
import KubeModel
import Reconcile

/// How many replicas a custom document wants, by the scale subresource that its definition gives it.
///
/// Source: apiextensions.k8s.io/v1, CustomResourceSubresourceScale.
enum CustomScale {
    /// nil for documents of built-in kinds, and of kinds without a scale. A number that is left out is none.
    static func replicas(of document: Value, in world: World) -> Int? {
        guard let path = path(of: document, in: world) else { return nil }
        guard let found = try? JSONPath(path).find(in: document) else { return nil }
        return found.first?.int ?? 0
    }
    /// Whether a key is of a kind that no definition made.
    static func isBuiltIn(_ key: String) -> Bool {
        let parts = key.split(separator: "/", maxSplits: 2)
        return parts.count < 3 || prefixes.contains("\(parts[0])/\(parts[1])/")
    }
    private static let prefixes = Set(KindTable.kubernetes.filter(\.isStored).map(\.storage.prefix))

    private static func path(of document: Value, in world: World) -> String? {
        let parts = document["apiVersion"].string?.split(separator: "/").map(String.init) ?? []
        guard parts.count == 2, parts[0].contains("."), let kind = document["kind"].string else { return nil }
        for definition in world.keys(prefix: CustomDefinition.prefix).compactMap(world.value) {
            let spec = definition["spec"]
            guard spec["group"].string == parts[0], spec["names"]["kind"].string == kind else { continue }
            let version = spec["versions"].items.first { $0["name"].string == parts[1] }
            return version?["subresources"]["scale"]["specReplicasPath"].string
        }
        return nil
    }
}
