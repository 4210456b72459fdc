import Control
import Documents
import KubeModel
import Testing

@testable import KubeScheduler

/// What the scheduler remembers from one pod to the next, against one that has just read the same documents.
@Suite struct SchedulerCacheTests {
    /// A scheduler's picture of nodes and pods, and its decisions.
    private struct Eye {
        var state = ClusterState()
        var cycle = SchedulingCycle(SchedulerConfiguration(), random: RandomSource(seed: 1))
        var reader = PodReader()

        mutating func see(node: Value) throws { _ = state.update(node: try #require(SeenNode(try Document(JSON.encode(node))))) }
        mutating func see(pod: Value, key: String) throws {
            let seen = try #require(reader.read(try Document(JSON.encode(pod)), key: key))
            state.place(seen.pod, on: seen.nodeName)
        }
        /// The scores of the nodes that take the pod, by name; of a single one only the name counts.
        mutating func scores(_ pod: Value, key: String) throws -> [String: Int] {
            let seen = try #require(reader.read(try Document(JSON.encode(pod)), key: key))
            let profile = try #require(cycle.profile(of: seen.pod))
            guard case .node = cycle.decide(seen.pod, profile, &state) else { return [:] }
            let found = zip(cycle.candidates.slots, cycle.candidates.scores).map { (state.nodes[Int($0)]?.name ?? "", $1) }
            return found.count == 1 ? [found[0].0: 0] : Dictionary(uniqueKeysWithValues: found)
        }
    }
    private let random = RandomSource(seed: 23)
    private func any(_ range: Range<Int>) -> Int { random.int(in: range) }
    private func one(in count: Int) -> Bool { any(0..<count) == 0 }

    private func node(_ name: String) -> Value {
        var labels: Value = ["kubernetes.io/hostname": .string(name), "disk": one(in: 2) ? "fast" : "slow"]
        if !one(in: 8) { labels["topology.kubernetes.io/zone"] = .string("zone-\(any(0..<3))") }
        let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]
        let taints: [Value] = one(in: 4) ? [["key": "gpu", "value": "yes", "effect": .string(effects[any(0..<3)])]] : []
        return [
            "metadata": ["name": .string(name), "labels": labels],
            "spec": ["unschedulable": .bool(one(in: 8)), "taints": .array(taints)],
            "status": [
                "allocatable": ["cpu": .string("\(any(1..<6))"), "memory": .string("\(any(1..<6))Gi"), "pods": .string("\(any(2..<12))")],
                "images": one(in: 3) ? [["names": ["app:1"], "sizeBytes": .int(Int64(any(1..<900)) << 20)]] : [],
            ],
        ]
    }
    private func pod(_ name: String, on node: String? = nil) -> Value {
        let app = "app-\(any(0..<3))"
        let requests: Value = ["cpu": .string("\(any(0..<5) * 250)m"), "memory": .string("\(any(0..<5) * 256)Mi")]
        var container: Value = ["name": "c", "image": "app:1", "resources": ["requests": requests]]
        if one(in: 9) { container["ports"] = [["containerPort": 80, "hostPort": 80]] }
        var spec: Value = ["containers": [container]]
        if let node { spec["nodeName"] = .string(node) }
        let selector: Value = ["matchLabels": ["app": .string(app)]]
        switch any(0..<8) {
        case 0: spec["nodeSelector"] = ["disk": "fast"]
        case 1: spec["tolerations"] = [["key": "gpu", "operator": "Exists"]]
        case 2:
            let when: Value = one(in: 2) ? "DoNotSchedule" : "ScheduleAnyway"
            spec["topologySpreadConstraints"] = [
                ["maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": when, "labelSelector": selector]
            ]
        case 3:
            let term: Value = ["topologyKey": "kubernetes.io/hostname", "labelSelector": selector]
            spec["affinity"] = ["podAntiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [term]]]
        case 4:
            let term: Value = ["topologyKey": "topology.kubernetes.io/zone", "labelSelector": selector]
            spec["affinity"] = [
                "podAffinity": ["preferredDuringSchedulingIgnoredDuringExecution": [["weight": 7, "podAffinityTerm": term]]]
            ]
        default: break
        }
        let owner: Value = ["kind": "ReplicaSet", "apiVersion": "apps/v1", "name": .string(app), "uid": .string(app), "controller": true]
        return [
            "metadata": [
                "name": .string(name), "namespace": "default", "uid": .string(name), "labels": ["app": .string(app)],
                "ownerReferences": one(in: 2) ? [owner] : [],
            ],
            "spec": spec, "status": ["phase": .string(node == nil ? "Pending" : "Running")],
        ]
    }

    @Test func countsBySlotAreThoseOfADictionary() {
        var (counts, plain) = (SlotCounts(), [Int32: Int32]())
        for turn in 0..<6000 {
            // Few slots, many, and few again, so that the table grows and is made anew without the zeros.
            let slot = Int32(any(0..<(2000..<4000 ~= turn ? 3000 : 20)))
            let change: Int32 = one(in: 2) ? -(plain[slot] ?? -1) : Int32(any(1..<4))
            counts.add(change, slot: slot)
            plain[slot] = (plain[slot] ?? 0) + change
            if plain[slot] == 0 { plain[slot] = nil }
            let asked = Int32(any(0..<3000))
            #expect(counts[slot] == plain[slot] ?? 0 && counts[asked] == plain[asked] ?? 0 && counts.count == plain.count)
        }
        #expect(Dictionary(uniqueKeysWithValues: counts.map { ($0.slot, $0.count) }) == plain)
    }
    @Test func whatIsRememberedIsWhatAFreshLookFinds() throws {
        var eye = Eye()
        var (nodes, pods) = ([String: Value](), [String: Value]())
        for turn in 0..<400 {
            for _ in 0..<any(1..<4) {
                let name = "n\(any(0..<12))"
                switch any(0..<8) {
                case 0:
                    nodes[name] = nil
                    eye.state.remove(node: name)
                case 1, 2:
                    nodes[name] = node(name)
                    try eye.see(node: try #require(nodes[name]))
                case 3, 4:
                    guard let key = pods.keys.sorted().randomElement(random) else { continue }
                    pods[key] = nil
                    eye.state.displace(key)
                default:
                    // Some pods change, some name nodes that are not there.
                    let key = "core/pods/default/p\(any(0..<40))"
                    pods[key] = pod(String(key.dropFirst(18)), on: name)
                    try eye.see(pod: try #require(pods[key]), key: key)
                }
            }
            var fresh = Eye()
            for name in nodes.keys.sorted() { try fresh.see(node: try #require(nodes[name])) }
            for key in pods.keys.sorted() { try fresh.see(pod: try #require(pods[key]), key: key) }
            for attempt in 0..<3 {
                let wanted = pod("new")
                let (known, found) = (
                    try eye.scores(wanted, key: "core/pods/default/new"), try fresh.scores(wanted, key: "core/pods/default/new")
                )
                #expect(known == found, "turn \(turn), pod \(attempt): \(wanted)")
            }
        }
    }
}

extension [String] {
    fileprivate func randomElement(_ random: RandomSource) -> String? { isEmpty ? nil : self[random.int(in: 0..<count)] }
}
