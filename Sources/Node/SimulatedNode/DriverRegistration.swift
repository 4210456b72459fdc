import Control
import Documents
import KubeClient
import KubeModel

/// The storage drivers of a machine, as its CSINode tells them: those of which a pod with a registrar runs there.
///
/// Source: kubernetes, pkg/volume/csi/nodeinfomanager; aws-ebs-csi-driver, NodeGetInfo.
struct DriverRegistration {
    private static let kind = Kind(
        group: "storage.k8s.io", version: "v1", "CSINode", prefix: "storage.k8s.io/csinodes/", namespaced: false)
    private static let elasticBlockStore = "ebs.csi.aws.com"
    /// The older plug-ins whose volumes drivers serve.
    private static let migrated = ["aws-ebs", "azure-disk", "azure-file", "cinder", "gce-pd", "portworx-volume", "vsphere-volume"]
        .map { "kubernetes.io/\($0)" }.joined(separator: ",")

    let client: KubeClient
    let spec: SimulatedNodeSpec

    /// The driver that a pod's registrar announces, by the place of its socket; nil for other pods and those that are not ready.
    static func driver(of pod: Value) -> String? {
        guard let registrar = pod["spec"]["containers"].items.first(where: { $0["name"] == "node-driver-registrar" }),
            pod["metadata"]["deletionTimestamp"].isNull,
            pod["status"]["conditions"].items.contains(where: { $0["type"] == "Ready" && $0["status"] == "True" })
        else { return nil }
        let texts = registrar["env"].items.map { $0["value"] } + registrar["args"].items
        for text in texts.compactMap(\.string) {
            let parts = text.split(separator: "/")
            guard parts.last == "csi.sock", parts.count >= 3, parts[parts.count - 3] == "plugins" else { continue }
            return String(parts[parts.count - 2])
        }
        return nil
    }

    /// Makes the node's document without drivers; one that is there stays. - Returns: the drivers that it names.
    func begin(node uid: String) async throws(KubeClientError) -> Set<String> {
        let owner: Value = ["apiVersion": "v1", "kind": "Node", "name": .string(spec.nodeName), "uid": .string(uid)]
        let metadata: Value = [
            "name": .string(spec.nodeName), "annotations": ["storage.alpha.kubernetes.io/migrated-plugins": .string(Self.migrated)],
            "ownerReferences": [owner],
        ]
        do throws(KubeClientError) {
            _ = try await client.create(
                Self.kind, ["apiVersion": "storage.k8s.io/v1", "kind": "CSINode", "metadata": metadata, "spec": ["drivers": []]])
        } catch {
            guard error.reason == .alreadyExists else { throw error }
            let present = try await client.get(Self.kind, spec.nodeName)
            return Set(present["spec"]["drivers"].items.compactMap { $0["name"].string })
        }
        return []
    }

    /// Tells which drivers there are, and gives the node the labels of their places.
    func tell(_ drivers: Set<String>) async throws(KubeClientError) {
        if drivers.contains(Self.elasticBlockStore) {
            let labels: Value = ["topology.ebs.csi.aws.com/zone": .string(spec.availabilityZone)]
            try await client.patchUnread(NodeFields.kind, spec.nodeName, .merge(["metadata": ["labels": labels]]))
        }
        let list = drivers.sorted().map(entry)
        try await client.patchUnread(Self.kind, spec.nodeName, .merge(["spec": ["drivers": .array(list)]]))
    }
    private func entry(_ driver: String) -> Value {
        guard driver == Self.elasticBlockStore else {
            return ["name": .string(driver), "nodeID": .string(spec.nodeName), "topologyKeys": .null]
        }
        return [
            "name": .string(driver), "nodeID": .string(spec.instanceID), "allocatable": ["count": .int(Int64(spec.blockVolumes))],
            "topologyKeys": ["kubernetes.io/os", "topology.ebs.csi.aws.com/zone", "topology.kubernetes.io/zone"],
        ]
    }
}

/// Tells of the drivers of a machine when they have changed, and again when that failed.
struct DriverKeeper {
    private let registration: DriverRegistration
    private let clock: any WallClock
    private var backoff: Backoff
    private var present: Set<String> = []
    private var told: Set<String>
    private var pause: Timestamp

    /// `told` is what the node's document says already.
    init(_ registration: DriverRegistration, told: Set<String>, clock: any WallClock, random: RandomSource) {
        (self.registration, self.told, self.clock) = (registration, told, clock)
        (backoff, pause) = (Backoff(random: random), clock.now)
    }
    /// When there is something to tell; nil when all is told.
    var due: Timestamp? { present == told ? nil : pause }

    mutating func note(_ drivers: Set<String>) { present = drivers }
    /// - Returns: the keeper as it goes on. - Throws: `CancellationError`.
    func told() async throws -> DriverKeeper {
        var copy = self
        do throws(KubeClientError) {
            try await registration.tell(present)
            copy.told = present
            copy.backoff.reset()
        } catch {
            if error == .cancelled { throw CancellationError() }
            copy.pause = clock.now + copy.backoff.next()
        }
        return copy
    }
}
