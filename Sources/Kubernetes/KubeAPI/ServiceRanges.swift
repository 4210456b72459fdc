import Documents
import KubeModel
import Storage

/// What ServiceCIDRs and IPAddresses say about the addresses that Services may have.
///
/// Source: Kubernetes documentation, "Extend Service IP Ranges".
enum ServiceRanges {
    /// The ranges beside the cluster's own that are ready and not to go.
    static func further(_ snapshot: Snapshot) -> [AddressRange] {
        var ranges: [AddressRange] = []
        snapshot.forEach(prefix: ServiceCIDRFields.kind.prefix) { entry in
            guard !entry.key.hasSuffix("/kubernetes") else { return }
            let document = entry.value
            let isReady = document["status"]["conditions"].items.contains { $0["type"] == "Ready" && $0["status"] == "True" }
            guard isReady, document["metadata"]["deletionTimestamp"].isNull else { return }
            for text in document["spec"]["cidrs"].items.compactMap(\.string) where !text.contains(":") { ranges.append(AddressRange(text)) }
        }
        return ranges
    }

    /// The key of an IPAddress that somebody other than a Service has; those of Services are known by the Services.
    static func stranger(at address: String, in snapshot: Snapshot) -> String? {
        let key = IPAddressFields.kind.prefix + address
        guard let entry = snapshot.get(key) else { return nil }
        let parent = entry.value["spec"]["parentRef"]
        return parent["resource"] == "services" && parent["group"].string?.isEmpty ?? true ? nil : key
    }
}
