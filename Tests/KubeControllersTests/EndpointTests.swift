import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

@Suite struct EndpointTests {
    private func slices(_ plane: ControlPlaneBed, _ service: String) -> [Value] {
        plane.bed.list(EndpointSlice.self).filter { $0.metadata.labels?["kubernetes.io/service-name"] == service }.map(\.value)
    }

    @Test func whatSomebodyWroteIntoEndpointsIsMirrored() async throws {
        let plane = try await ControlPlaneBed()
        try await plane.apply(
            .create(
                ServiceFields.kind, ["metadata": ["name": "db", "namespace": "default"], "spec": ["ports": [["port": 5432]]]]))
        let subset: Value = [
            "addresses": [["ip": "192.0.2.1"], ["ip": "2001:db8::1"]], "notReadyAddresses": [["ip": "192.0.2.2"]],
            "ports": [["port": 5432, "protocol": "TCP"]],
        ]
        let document: Value = ["metadata": ["name": "db", "namespace": "default"], "subsets": [subset]]
        try await plane.apply(.create(EndpointsFields.kind, document))
        try await plane.advance(10)
        let all = slices(plane, "db")
        #expect(all.compactMap { $0["addressType"].string }.sorted() == ["IPv4", "IPv6"])
        let first = try #require(all.first { $0["addressType"] == "IPv4" })
        #expect(first["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"] == "endpointslicemirroring-controller.k8s.io")
        #expect(first["endpoints"].items.map { $0["conditions"]["ready"] } == [true, false])
        try await plane.apply(.patch(EndpointsFields.kind, namespace: "default", name: "db", ["subsets": []]))
        try await plane.advance(10)
        #expect(slices(plane, "db").isEmpty)
        plane.bed.stop()
    }
    @Test func whoSelectsOrAsksNotToIsNotMirrored() async throws {
        let plane = try await ControlPlaneBed()
        for (name, selector, labels) in [
            ("own", ["app": "web"], [:]), ("left", Value.null, ["endpointslice.kubernetes.io/skip-mirror": "true"]),
        ] as [(String, Value, Value)] {
            try await plane.apply(
                .create(
                    ServiceFields.kind,
                    [
                        "metadata": ["name": .string(name), "namespace": "default"],
                        "spec": ["selector": selector, "ports": [["port": 80]]],
                    ]))
            try await plane.apply(
                .create(
                    EndpointsFields.kind,
                    [
                        "metadata": ["name": .string("\(name)2"), "namespace": "default", "labels": labels],
                        "subsets": [["addresses": [["ip": "192.0.2.1"]], "ports": [["port": 80, "protocol": "TCP"]]]],
                    ]))
        }
        try await plane.advance(10)
        #expect(slices(plane, "own2").isEmpty && slices(plane, "left").isEmpty, "no service, or no leave")
        plane.bed.stop()
    }
    @Test(arguments: [("PreferSameZone", false), ("PreferClose", false), ("PreferSameNode", true)])
    func trafficStaysNearWhereTheServiceAsksForIt(wish: String, onNode: Bool) async throws {
        let plane = try await ControlPlaneBed()
        let spec: Value = ["selector": ["app": "web"], "ports": [["port": 80]], "trafficDistribution": .string(wish)]
        try await plane.apply(.create(ServiceFields.kind, ["metadata": ["name": "web", "namespace": "default"], "spec": spec]))
        try await plane.makeDeployment(2)
        let endpoints = slices(plane, "web").flatMap { $0["endpoints"].items }
        #expect(endpoints.count == 2)
        for endpoint in endpoints {
            #expect(endpoint["hints"]["forZones"] == [["name": "us-west-1a"]])
            #expect(endpoint["hints"]["forNodes"] == (onNode ? [["name": endpoint["nodeName"]]] : .null))
        }
        plane.bed.stop()
    }
    @Test func largeServicesHaveSeveralSlices() async throws {
        let bed = try await KubeBed()
        bed.start([ReplicaSetController(), EndpointSliceController(), InstantKubelet()])
        try bed.create(
            ServiceFields.kind,
            ["metadata": ["name": "web", "namespace": "default"], "spec": ["selector": ["app": "web"], "ports": [["port": 80]]]])
        try bed.create(ReplicaSetFields.kind, KubeBed.workload(130))
        bed.advance(.seconds(10))
        let counts = bed.list(EndpointSlice.self).map { $0.value["endpoints"].items.count }
        #expect(counts.reduce(0, +) == 130 && counts.allSatisfy { $0 <= 100 } && counts.count == 2)
        bed.stop()
    }
}
