import Control
import Documents
import Glibc
import KubeScheduler
import Testing

/// What the scheduler remembers of nodes from one pod to the next, against scores made anew from the rules.
@Suite struct SchedulerScoreTests {
    /// A node by the rules: its room, its zone and the owners of its pods.
    private struct Model {
        let zone: String
        let (cpu, memory): (Int, Int)
        var pods: [String: (owner: String, cpu: Int, memory: Int)] = [:]
        var used: (cpu: Int, memory: Int) { pods.values.reduce((0, 0)) { ($0.0 + $1.cpu, $0.1 + $1.memory) } }

        /// NodeResourcesFit and NodeResourcesBalancedAllocation; nil without room.
        func resources(_ cpu: Int, _ memory: Int) -> Int? {
            let (wantedCPU, wantedMemory) = (used.cpu + cpu, used.memory + memory)
            guard wantedCPU <= self.cpu, wantedMemory <= self.memory else { return nil }
            let least = ((self.cpu - wantedCPU) * 100 / self.cpu + (self.memory - wantedMemory) * 100 / self.memory) / 2
            let balance = abs(Double(wantedCPU) / Double(self.cpu) - Double(wantedMemory) / Double(self.memory)) / 2
            return least + Int((1 - balance) * 100)
        }
    }

    @Test func rememberedScoresAreThoseOfTheRulesWhateverComesAndGoes() throws {
        let random = RandomSource(seed: 7)
        var models: [String: Model] = [:]
        let nodes: [Value] = (0..<16).map { index in
            let name = "node-\(index)"
            let model = Model(zone: "zone-\(index % 3)", cpu: 2000 + 500 * (index % 4), memory: 4096 + 1024 * (index % 3))
            models[name] = model
            return [
                "metadata": [
                    "name": .string(name),
                    "labels": ["topology.kubernetes.io/zone": .string(model.zone), "kubernetes.io/hostname": .string(name)],
                ],
                "status": ["allocatable": ["cpu": .string("\(model.cpu)m"), "memory": .string("\(model.memory)Mi"), "pods": "110"]],
            ]
        }
        var trial = SchedulingTrial(nodes: nodes, random: random)
        for index in 0..<600 {
            let (owner, size) = ("owner-\(random.int(in: 0..<4))", random.int(in: 1..<4))
            let (cpu, memory, key) = (100 * size, 300 * size, "core/pods/default/p\(index)")
            let expected = Self.scores(models, owner, cpu, memory)
            let found = trial.scores(placing: Self.pod(index, owner, cpu, memory), key: key)
            if expected.isEmpty {
                #expect(found == nil)
                break
            }
            let (node, scores) = try #require(found)
            // The only node that takes a pod has it without more scores.
            if expected.count > 1 { #expect(scores == expected, "pod \(index)") }
            #expect(expected[node] == expected.values.max(), "pod \(index)")
            models[node]?.pods[key] = (owner, cpu, memory)
            // Every third time one of the pods goes.
            guard index % 3 == 0, let gone = models.keys.sorted().first(where: { models[$0]?.pods.count ?? 0 > 2 }) else { continue }
            let name = try #require(models[gone]?.pods.keys.sorted().first)
            models[gone]?.pods[name] = nil
            trial.remove(name)
        }
    }

    /// The scores of nodes with room by upstream's default weights, the system's spread counting twice.
    private static func scores(_ models: [String: Model], _ owner: String, _ cpu: Int, _ memory: Int) -> [String: Int] {
        let taking = models.compactMapValues { $0.resources(cpu, memory) }
        guard models.values.contains(where: { $0.pods.values.contains { $0.owner == owner } }) else { return taking }
        func count(_ model: Model) -> Int { model.pods.values.count { $0.owner == owner } }
        let zones = Dictionary(grouping: models.values, by: \.zone).mapValues { $0.reduce(0) { $0 + count($1) } }
        let seen = Set(taking.keys.compactMap { models[$0]?.zone }).count
        let crowd = taking.keys.reduce(into: [String: Int]()) { crowd, name in
            guard let model = models[name] else { return }
            let host = Double(count(model)) * log(Double(taking.count + 2)) + 2
            crowd[name] = Int((host + Double(zones[model.zone] ?? 0) * log(Double(seen + 2)) + 4).rounded())
        }
        let (least, most) = (crowd.values.min() ?? 0, crowd.values.max() ?? 0)
        return taking.reduce(into: [:]) { $0[$1.key] = $1.value + 2 * (100 * (most + least - (crowd[$1.key] ?? 0)) / max(most, 1)) }
    }
    private static func pod(_ index: Int, _ owner: String, _ cpu: Int, _ memory: Int) -> [UInt8] {
        JSON.encode([
            "metadata": [
                "name": .string("p\(index)"), "namespace": "default", "uid": .string("uid-\(index)"), "labels": ["app": .string(owner)],
                "ownerReferences": [["kind": "ReplicaSet", "name": .string(owner), "uid": .string(owner), "controller": true]],
            ],
            "spec": [
                "containers": [
                    ["name": "c", "resources": ["requests": ["cpu": .string("\(cpu)m"), "memory": .string("\(memory)Mi")]]]
                ]
            ],
        ])
    }

    /// Ties are broken by chance: every node of equals has its share.
    @Test func equalNodesHaveEqualChances() {
        let nodes: [Value] = (0..<8).map { index in
            ["metadata": ["name": .string("n\(index)")], "status": ["allocatable": ["cpu": "4", "memory": "8Gi", "pods": "110"]]]
        }
        var trial = SchedulingTrial(nodes: nodes, random: RandomSource(seed: 3))
        var shares: [String: Int] = [:]
        for index in 0..<1600 {
            guard let node = trial.place(Self.pod(index, "none", 0, 0), key: "core/pods/default/p\(index)") else { continue }
            shares[node, default: 0] += 1
            trial.remove("core/pods/default/p\(index)")
        }
        #expect(shares.count == 8 && shares.values.allSatisfy { (140...260).contains($0) })
    }
}
