package import Documents
import KubeModel
import Synchronization

/// The attachable volumes that a node's pods use: tells in the node's status which they are, and what of them is not attached yet.
///
/// Source: kubernetes, pkg/kubelet/volumemanager.
package final class NodeVolumes: Sendable {
    private static let drivers = Kind(
        group: "storage.k8s.io", version: "v1", "CSIDriver", prefix: "storage.k8s.io/csidrivers/", namespaced: false)

    private struct State {
        /// What attachable volumes each pod uses, by its uid.
        var used: [String: Set<String>] = [:]
        /// What an earlier process of the node used; it may be mounted still.
        var former: Set<String> = []
        /// What the node's status says; nil before it was read.
        var told: Set<String>?
        /// Who waits to report while another does; nil while nobody does.
        var waiting: [CheckedContinuation<Void, Never>]?

        var inUse: Set<String> { used.values.reduce(into: former) { $0.formUnion($1) } }
    }
    private let client: KubeClient
    private let node: String
    private let state: Mutex<State>

    /// - Parameter told: what the node's status says already, where that is known and nothing of it is mounted; nil after a restart that
    ///   pods outlive.
    package init(client: KubeClient, node: String, told: [String]?) {
        (self.client, self.node) = (client, node)
        state = Mutex(State(told: told.map(Set.init)))
    }

    /// Whether the node's status says something else, or nobody knows what it says.
    package var isBehind: Bool { state.withLock { $0.told != $0.inUse } }

    /// The pod uses its volumes no more.
    package func release(_ uid: String) { state.withLock { $0.used[uid] = nil } }
    /// Nothing of what an earlier process used is left but what pods use now.
    package func settle() { state.withLock { $0.former = [] } }

    /// Tells which volumes are in use, one caller at a time.
    /// - Throws: `KubeClientError`.
    package func report() async throws(KubeClientError) {
        await begin()
        defer { end() }
        if state.withLock({ $0.told == nil }) {
            let found = Set(try await client.get(NodeFields.kind, node)["status"]["volumesInUse"].items.compactMap(\.string))
            state.withLock { state in (state.told, state.former) = (found, found) }
        }
        let (present, told) = state.withLock { ($0.inUse, $0.told) }
        guard present != told else { return }
        let list: Value = present.isEmpty ? .null : .array(present.sorted().map(Value.string))
        do throws(KubeClientError) {
            try await client.patchUnread(NodeFields.kind, node, .merge(["status": ["volumesInUse": list]]), subresource: "status")
        } catch {
            // Somebody deleted the node, and with it what it said.
            guard error.isNotFound else { throw error }
        }
        state.withLock { $0.told = present }
    }
    private func begin() async {
        await withCheckedContinuation { continuation in
            let isFirst = state.withLock { state in
                if state.waiting == nil {
                    state.waiting = []
                    return true
                }
                state.waiting?.append(continuation)
                return false
            }
            if isFirst { continuation.resume() }
        }
    }
    private func end() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting?.isEmpty == false else {
                state.waiting = nil
                return nil
            }
            return state.waiting?.removeFirst()
        }
        next?.resume()
    }

    /// What a pod's volumes still lack; nil when they are all there. They count as in use from now on.
    /// - Throws: `KubeClientError` when the API cannot be asked.
    package func trouble(of pod: Value, _ claims: [PodClaim]) async throws(KubeClientError) -> MountTrouble? {
        var names: [String: String] = [:]
        for claim in claims {
            switch try await claim.persistentVolume(of: pod, by: client) {
            case .failure(let trouble): return trouble
            case .success(let volume): if let device = try await device(of: volume) { names[device] = claim.volume }
            }
        }
        let uid = pod["metadata"]["uid"].string ?? ""
        state.withLock { $0.used[uid] = Set(names.keys) }
        if !names.isEmpty || state.withLock({ $0.told != nil }) { try await report() }
        guard !names.isEmpty else { return nil }
        let status = try await client.get(NodeFields.kind, node)["status"]
        // Nothing is mounted before the node says that it is in use: who detaches looks at that.
        let said = Set(status["volumesInUse"].items.compactMap(\.string))
        let isSaid = said.isSuperset(of: names.keys)
        if !isSaid { state.withLock { $0.told = said } }
        let attached = Set(status["volumesAttached"].items.compactMap { $0["name"].string })
        let missing = names.filter { !isSaid || !attached.contains($0.key) }.values.sorted()
        return missing.isEmpty ? nil : MountTrouble(volumes: missing)
    }

    /// What the node calls the volume; nil when it need not be attached.
    private func device(of volume: Value) async throws(KubeClientError) -> String? {
        let source = volume["spec"]["csi"]
        guard let driver = source["driver"].string, try await isAttached(driver) else { return nil }
        return AttachedVolume.name(driver: driver, handle: source["volumeHandle"].string ?? "")
    }
    /// Whether a driver's volumes are attached before they are mounted; drivers of whom nothing is known want that.
    private func isAttached(_ driver: String) async throws(KubeClientError) -> Bool {
        do throws(KubeClientError) {
            return try await client.get(Self.drivers, driver)["spec"]["attachRequired"].bool ?? true
        } catch {
            guard error.isNotFound else { throw error }
            return true
        }
    }
}
