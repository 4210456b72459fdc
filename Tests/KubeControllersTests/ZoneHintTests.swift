import Control
import Documents
import KubeModel
import Reconcile
import Testing

@testable import KubeControllers

@Suite struct ZoneHintTests {
    private func slices(_ plane: ControlPlaneBed) -> [Value] {
        plane.bed.list(EndpointSlice.self).filter { $0.metadata.labels?["kubernetes.io/service-name"] == "web" }.map(\.value)
    }
    private func label(_ plane: ControlPlaneBed, _ node: String, zone: Value) async throws {
        try await plane.apply(
            .patch(NodeFields.kind, namespace: nil, name: node, ["metadata": ["labels": ["topology.kubernetes.io/zone": zone]]]))
    }

    @Test func endpointsAreForTheirZonesWhileZonesHaveEnough() async throws {
        let plane = try await ControlPlaneBed()
        try await label(plane, "n1", zone: "us-west-1b")
        let metadata: Value = [
            "name": "web", "namespace": "default", "annotations": ["service.kubernetes.io/topology-mode": "Auto"],
        ]
        let spec: Value = ["selector": ["app": "web"], "ports": [["port": 80]]]
        try await plane.apply(.create(ServiceFields.kind, ["metadata": metadata, "spec": spec]))
        try await plane.makeDeployment(4)
        let endpoints = slices(plane).flatMap { $0["endpoints"].items }
        #expect(endpoints.count == 4 && endpoints.allSatisfy { $0["hints"]["forZones"] == [["name": $0["zone"]]] })
        #expect(plane.bed.events("TopologyAwareHintsEnabled") == ["Topology Aware Hints has been enabled, addressType: IPv4"])
        try await label(plane, "n1", zone: .null)
        try await plane.advance(10)
        #expect(slices(plane).flatMap { $0["endpoints"].items }.allSatisfy { $0["hints"].isNull })
        #expect(plane.bed.events("TopologyAwareHintsDisabled").contains { $0.hasPrefix("Insufficient Node information") })
        plane.bed.stop()
    }

    /// A world of nodes with these processors in zones, and ready endpoints in zones.
    private func hints(_ processors: [String: Int], _ endpoints: [String]) -> ZoneHints {
        let nodes = processors.sorted { $0.key < $1.key }.map { zone, amount -> (Kind, Value) in
            let status: Value = ["allocatable": ["cpu": .int(Int64(amount))], "conditions": [["type": "Ready", "status": "True"]]]
            let metadata: Value = ["name": .string(zone), "labels": ["topology.kubernetes.io/zone": .string(zone)]]
            return (NodeFields.kind, ["metadata": metadata, "status": status])
        }
        let values = endpoints.enumerated().map { number, zone -> Value in
            let name = Value.string("pod-\(number + 100)")
            return ["conditions": ["ready": true], "zone": .string(zone), "targetRef": ["name": name, "uid": name]]
        }
        return ZoneHints(values, in: World(nodes, now: Timestamp(seconds: 0)))
    }
    @Test func noZoneCarriesAFifthMoreThanItsShare() {
        let random = RandomSource(seed: 7)
        for _ in 0..<300 {
            let zones = (0..<random.int(in: 2..<5)).map { "z\($0)" }
            let processors = Dictionary(uniqueKeysWithValues: zones.map { ($0, random.int(in: 1..<9)) })
            let endpoints = (0..<random.int(in: 1..<40)).map { _ in zones[random.int(in: zones.indices)] }
            let hints = hints(processors, endpoints)
            guard hints.problem == nil else {
                #expect(hints.zones.isEmpty)
                continue
            }
            #expect(hints.zones.count == endpoints.count, "every endpoint is for somebody")
            let total = processors.values.reduce(0, +)
            for zone in zones {
                let share = Double(endpoints.count * (processors[zone] ?? 0)) / Double(total)
                let held = Double(hints.zones.values.count { $0 == zone })
                #expect(held * 1.2 >= share - 1e-9, "\(zone) has \(held) of \(share)")
            }
        }
    }
    @Test func fewEndpointsAndNodesWithoutZonesGetNoHints() {
        #expect(hints(["a": 1, "b": 1], ["a"]).problem == "Insufficient number of endpoints (1 endpoints, 2 zones)")
        #expect(hints(["a": 1], ["a", "a"]).problem?.hasPrefix("Insufficient Node information") == true)
        #expect(hints(["a": 1, "b": 1], ["a", ""]).problem == "One or more endpoints do not have a zone specified")
        #expect(hints(["a": 10, "b": 1], ["a", "b"]).problem?.hasPrefix("Unable to allocate minimum") == true)
    }
}
