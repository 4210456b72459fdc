import Documents
import KubeModel

/// The cases whose pods have claims to devices. Source: test/integration/scheduler_perf/dra.
enum PerfDevices {
    private static let driver = "test-driver.cdi.k8s.io"
    private static func kind(_ name: String, _ plural: String, namespaced: Bool = true) -> Kind {
        Kind(group: "resource.k8s.io", name, prefix: "resource.k8s.io/\(plural)/", namespaced: namespaced)
    }

    static func plan(_ row: SchedulerPerf.Row, _ number: (String) -> Int) -> [PerfStep] {
        let (nodes, each) = (number("nodesWithDRA"), row.parameters["maxClaimsPerNode"] ?? 10)
        let common: [PerfStep] = [
            .controllers, .nodes(nodes) { PerfTemplates.node($0) },
            .documents(kind("ResourceSlice", "resourceslices", namespaced: false), nodes) { slice($0, each) },
            .documents(kind("DeviceClass", "deviceclasses", namespaced: false), 1) { _ in
                let selector: Value = ["cel": ["expression": .string("device.driver == \"\(driver)\"")]]
                return ["metadata": ["name": "test-class"], "spec": ["selectors": [selector]]]
            },
            .documents(kind("ResourceClaimTemplate", "resourceclaimtemplates"), 2) { template($0 == 0 ? "init" : "test") },
        ]
        guard row.name.hasPrefix("SteadyState") else {
            return common + [
                .pods(number("initPods"), wait: true) { pod("init", $0) }, .measure(number("measurePods")) { pod("test", $0) },
            ]
        }
        let taken = row.parameters["initClaims"] == 0 ? 0 : min(number("initClaims"), nodes * each - 10)
        let claim = kind("ResourceClaim", "resourceclaims")
        return common + [
            .documents(claim, taken) { ["metadata": ["name": .string("claim-\($0)"), "namespace": "init"], "spec": request] },
            .statuses(claim, taken) { ("init", "claim-\($0)", allocation(node: $0 % nodes, device: $0 / nodes)) },
            .steady(10, .seconds(max(1, number("duration")))) { pod("test", $0) },
        ]
    }

    private static let request: Value = ["devices": ["requests": [["name": "req-0", "exactly": ["deviceClassName": "test-class"]]]]]
    private static func template(_ namespace: String) -> Value {
        ["metadata": ["name": "test-claim-template", "namespace": .string(namespace)], "spec": ["spec": request]]
    }
    private static func slice(_ node: Int, _ count: Int) -> Value {
        let devices = (0..<count).map { index -> Value in
            [
                "name": .string("instance-\(index)"),
                "attributes": [
                    "model": ["string": "A100"], "family": ["string": "GPU"], "driverVersion": ["version": "1.2.3"],
                    "dra.example.com/numa": ["int": .int(Int64(index))],
                ],
                "capacity": ["memory": ["value": "1Gi"]],
            ]
        }
        let name: Value = .string("node-\(node)")
        return [
            "metadata": ["name": name],
            "spec": [
                "driver": .string(driver), "nodeName": name, "pool": ["name": name, "generation": 1, "resourceSliceCount": 1],
                "devices": .array(devices),
            ],
        ]
    }
    private static func allocation(node: Int, device: Int) -> Value {
        let name: Value = .string("node-\(node)")
        let result: Value = ["request": "req-0", "driver": .string(driver), "pool": name, "device": .string("instance-\(device)")]
        let field: Value = ["key": "metadata.name", "operator": "In", "values": [name]]
        return [
            "allocation": ["devices": ["results": [result]], "nodeSelector": ["nodeSelectorTerms": [["matchFields": [field]]]]]
        ]
    }
    private static func pod(_ namespace: String, _ number: Int) -> Value {
        let container: Value = [
            "name": "pause", "image": "registry.k8s.io/pause:3.10.1", "resources": ["claims": [["name": "resource"]]],
        ]
        return [
            "metadata": ["name": .string("pod-\(number)"), "namespace": .string(namespace)],
            "spec": [
                "containers": [container],
                "resourceClaims": [["name": "resource", "resourceClaimTemplateName": "test-claim-template"]],
            ],
        ]
    }
}
