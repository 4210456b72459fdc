import Control
import Documents
import KubeModel
import Network
import SimulatedNode
import Storage

/// Serves metrics.k8s.io for a cluster whose pods run nowhere, in the place of a metrics-server among them.
///
/// What pods use follows from their documents by `UsageModel`.
struct SimulatedMetrics: HTTPHandler {
    let realm: Realm
    let clock: any WallClock

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let target = URLTarget(request.target)
        do throws(KubeStatus) {
            guard request.method == "GET" || request.method == "HEAD" else { throw .methodNotAllowed }
            guard let segments = target.segments else { throw .badRequest("malformed path") }
            guard let wanted = MetricsRequest(segments) else {
                guard let document = MetricsDiscovery.document(segments) else { throw .noSuchResource }
                return Self.json(200, document)
            }
            let view = MetricsView(
                labelSelector: target["labelSelector"] ?? "", fieldSelector: target["fieldSelector"] ?? "",
                asTable: request.headers["accept"]?.contains("as=Table") == true, include: target["includeObject"])
            return Self.json(200, try wanted.answer(from: SimulatedUsage(realm.snapshot(), now: clock.now), view, now: clock.now))
        } catch { return Self.json(error.code, error.document) }
    }
    private static func json(_ status: Int, _ value: Value) -> HTTPResponse {
        HTTPResponse(status, headers: ["content-type": "application/json"], body: .bytes(JSON.encode(value)))
    }
}

/// The nodes and pods of a snapshot and what they use.
private struct SimulatedUsage: MetricsSource {
    private let snapshot: Snapshot
    private let model: UsageModel

    init(_ snapshot: Snapshot, now: Timestamp) {
        self.snapshot = snapshot
        let shares = LoadShares(snapshot)
        model = UsageModel(now: now) { shares.share(of: $0) }
    }

    func objects(_ resource: String, in namespace: String?) -> [Value] {
        snapshot.range(prefix: "core/\(resource)/" + (namespace.map { "\($0)/" } ?? "")).map(\.value)
    }
    func object(_ resource: String, in namespace: String?, _ name: String) -> Value? {
        snapshot.get("core/\(resource)/" + (namespace.map { "\($0)/" } ?? "") + name)?.value
    }
    func usage(ofNode name: String) -> ResourceUsage? {
        model.usage(ofNodeWith: objects("pods", in: nil).filter { $0["spec"]["nodeName"].string == name })
    }
    func usage(ofPod pod: Value) -> [(name: String, usage: ResourceUsage)]? { model.usage(of: pod) }
}

/// How the load that workloads state falls on their pods.
private final class LoadShares {
    private let snapshot: Snapshot
    /// How many pods of a workload run, by its uid.
    private var counts: [String: [String: Int]] = [:]

    init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// The part of a pod in its workload's load, in thousandths of a processor; nil when none is stated.
    func share(of pod: Value) -> Int? {
        guard let top = workload(of: pod), let uid = top["metadata"]["uid"].string,
            let load = top["metadata"]["annotations"][UsageModel.load].string.flatMap({ Quantity($0) })
        else { return nil }
        return load.milli / max(1, running(in: pod["metadata"]["namespace"].string ?? "")[uid] ?? 0)
    }
    private func running(in namespace: String) -> [String: Int] {
        if let known = counts[namespace] { return known }
        var count: [String: Int] = [:]
        for entry in snapshot.range(prefix: "core/pods/\(namespace)/") where entry.value["status"]["phase"] == "Running" {
            if let uid = workload(of: entry.value)?["metadata"]["uid"].string { count[uid, default: 0] += 1 }
        }
        counts[namespace] = count
        return count
    }
    /// A Deployment is the workload of its ReplicaSets' pods.
    private func workload(of pod: Value) -> Value? {
        guard let owner = controller(of: pod) else { return nil }
        return controller(of: owner) ?? owner
    }
    private func controller(of object: Value) -> Value? {
        let metadata = object["metadata"]
        guard let reference = metadata["ownerReferences"].items.first(where: { $0["controller"] == true }),
            let info = KindTable.kubernetes.find(apiVersion: reference["apiVersion"].string ?? "", kind: reference["kind"].string ?? "")
        else { return nil }
        return snapshot.get(info.storage.key(metadata["namespace"].string, reference["name"].string ?? ""))?.value
    }
}
