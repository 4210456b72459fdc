import Documents
import KubeModel
import Reconcile

/// Which zone each ready endpoint of a Service is meant for, when the Service wants zones to keep to themselves.
///
/// Each zone gets endpoints in proportion to its processors, its own as far as possible, so that no endpoint carries a fifth more than the
/// others. Source: kubernetes, staging/src/k8s.io/endpointslice/topologycache.
struct ZoneHints {
    /// The zone by the uid of the endpoint's pod; empty when there can be no hints.
    private(set) var zones: [Value: String] = [:]
    /// Why there can be none.
    private(set) var problem: String?

    /// Whether a Service wants them. The older annotation goes before.
    static func areWanted(by service: KubeService) -> Bool {
        let annotations = service.value["metadata"]["annotations"]
        let old = annotations["service.kubernetes.io/topology-aware-hints"].string
        return ["Auto", "auto"].contains(old ?? annotations["service.kubernetes.io/topology-mode"].string)
    }
    /// Services that a change of nodes may concern.
    static let index = WorldIndex("services by topology mode", of: ServiceFields.kind) { service in
        let annotations = service["metadata"]?["annotations"]
        let names = ["service.kubernetes.io/topology-aware-hints", "service.kubernetes.io/topology-mode"]
        return names.contains { annotations?[name: $0]?.string?.lowercased() == "auto" } ? ["auto"] : []
    }
    /// Nodes wake them when zones may have more or fewer processors than before; heartbeats do not.
    static let watch = Watch(prefix: NodeFields.kind.prefix) { change, world in
        let services = world.keys(index.name, "auto")
        guard !services.isEmpty else { return [] }
        let (old, new) = change.nodes
        func standing(_ node: Node) -> [String] {
            let ready = node["status"]?["conditions"]?.items.first { $0["type"]?.string == "Ready" }?["status"]?.string
            let zone = node["metadata"]?["labels"]?["topology.kubernetes.io/zone"]?.string
            return [ready, zone, node["status"]?["allocatable"]?["cpu"]?.string].map { $0 ?? "" }
        }
        return old.map(standing) == new.map(standing) ? [] : services
    }

    private struct Share {
        var desired = 0.0
        var minimum = 0
        var maximum = 0
    }
    private static let overload = 0.2

    /// Decides for endpoints as slices list them.
    init(_ endpoints: [Value], in world: World) {
        let ready = endpoints.filter { $0["conditions"]["ready"] == true }
            .sorted { ($0["targetRef"]["name"].string ?? "") < ($1["targetRef"]["name"].string ?? "") }
        let shares: [String: Share]
        switch Self.shares(of: ready.count, in: world) {
        case .success(let found): shares = found
        case .failure(let reason):
            problem = reason.text
            return
        }
        var members: [String: [Value]] = [:]
        for endpoint in ready {
            guard let zone = endpoint["zone"].string, !zone.isEmpty else {
                problem = "One or more endpoints do not have a zone specified"
                return
            }
            members[zone, default: []].append(endpoint["targetRef"]["uid"])
        }
        Self.balance(&members, shares)
        for (zone, uids) in members { for uid in uids { zones[uid] = zone } }
    }

    private struct Refusal: Error { let text: String }

    /// How many endpoints each zone should have. Nodes of control planes and those that are not ready do not count.
    private static func shares(of count: Int, in world: World) -> Result<[String: Share], Refusal> {
        let excluded = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"]
        var processors: [String: Int] = [:]
        for node in world.list(KubeNode.self) where node.readiness == "True" {
            let labels = node.value["metadata"]["labels"]
            guard excluded.allSatisfy({ labels[$0].isNull }) else { continue }
            let amount = Quantity(node.value["status"]["allocatable"]["cpu"])?.milli ?? 0
            guard let zone = labels["topology.kubernetes.io/zone"].string, !zone.isEmpty, amount > 0 else {
                processors = [:]
                break
            }
            processors[zone, default: 0] += amount
        }
        guard processors.count >= 2 else {
            let text = "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes"
            return .failure(Refusal(text: text))
        }
        let told = "(\(count) endpoints, \(processors.count) zones)"
        guard processors.count <= count else { return .failure(Refusal(text: "Insufficient number of endpoints \(told)")) }
        let total = Double(processors.values.reduce(0, +))
        let shares = processors.mapValues { amount in
            let desired = Double(amount) / total * Double(count)
            let minimum = Int((desired / (1 + overload)).rounded(.up))
            return Share(desired: max(desired, Double(minimum)), minimum: minimum)
        }
        let spare = count - shares.values.reduce(0) { $0 + $1.minimum }
        guard spare >= 0 else {
            let text = "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold \(told)"
            return .failure(Refusal(text: text))
        }
        return .success(
            shares.mapValues { share in
                var share = share
                share.maximum = share.minimum + spare
                return share
            })
    }

    /// Moves endpoints from zones that have too many to those that have too few; the last by name go first.
    private static func balance(_ members: inout [String: [Value]], _ shares: [String: Share]) {
        let zones = Set(members.keys).union(shares.keys).sorted()
        func share(_ zone: String) -> Share { shares[zone] ?? Share() }
        func held(_ zone: String) -> Int { members[zone]?.count ?? 0 }
        func surplus(_ zone: String) -> Double { Double(held(zone)) - share(zone).desired }
        for _ in 0..<members.values.reduce(0, { $0 + $1.count }) {
            let wanting = zones.contains { held($0) < share($0).minimum }
            let bursting = zones.contains { held($0) > share($0).maximum }
            guard wanting || bursting else { return }
            let givers = zones.filter { held($0) > share($0).minimum }
            guard let giver = givers.max(by: { surplus($0) < surplus($1) }), let taker = zones.min(by: { surplus($0) < surplus($1) }),
                giver != taker, let uid = members[giver]?.popLast()
            else { return }
            members[taker, default: []].append(uid)
        }
    }
}
