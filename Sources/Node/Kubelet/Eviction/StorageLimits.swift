package import Documents
import KubeModel

/// Limits of pods on what they keep on the node's disk. Source: kubelet/eviction/eviction_manager.go, localStorageEviction.
package enum StorageLimits {
    /// Why a pod must go because it keeps too much; nil when it may stay.
    package static func breach(of pod: Value, _ usage: PodUsage) -> String? {
        let text = PodText(pod)
        for volume in text.volumes {
            guard let name = volume["name"].string, let limit = Quantity(volume["emptyDir"]["sizeLimit"]), limit > .zero,
                let used = usage.volumeBytes[name], Quantity(used) > limit
            else { continue }
            return "Usage of EmptyDir volume \(name.quoted) exceeds the limit \(limit.text.quoted). "
        }
        if let limit = podLimit(text), Quantity(total(usage, of: pod)) > limit {
            return "Pod ephemeral local storage usage exceeds the total limit of containers \(limit.text). "
        }
        for container in text.containers {
            guard let name = container["name"].string, let limit = Quantity(container["resources"]["limits"]["ephemeral-storage"]),
                limit > .zero, let used = usage.containers[name], Quantity(used.storageBytes) > limit
            else { continue }
            return "Container \(name) exceeded its local ephemeral storage limit \(limit.text.quoted). "
        }
        return nil
    }

    /// Whether the pod has any such limit, so that its use must be measured.
    package static func limits(_ pod: Value) -> Bool {
        let text = PodText(pod)
        return text.volumes.contains { !$0["emptyDir"]["sizeLimit"].isNull }
            || text.containers.contains { !$0["resources"]["limits"]["ephemeral-storage"].isNull }
    }

    /// The sum of the containers' limits where all have one.
    private static func podLimit(_ text: PodText) -> Quantity? {
        let limits = text.containers.map { Quantity($0["resources"]["limits"]["ephemeral-storage"]) }
        guard !limits.isEmpty, limits.allSatisfy({ $0.map { $0 > .zero } ?? false }) else { return nil }
        return PodResources(pod: text.pod).limits["ephemeral-storage"]
    }

    /// Bytes on disk: layers, logs and volumes that are not in memory.
    static func total(_ usage: PodUsage, of pod: Value) -> Int {
        let inMemory = Set(
            PodText(pod).volumes.filter { $0["emptyDir"]["medium"].string == "Memory" }.compactMap { $0["name"].string })
        let volumes = usage.volumeBytes.reduce(0) { inMemory.contains($1.key) ? $0 : $0 + $1.value }
        return usage.containers.values.reduce(volumes) { $0 + $1.storageBytes }
    }
}
