import Control
import Documents
import Testing

@testable import KubeModel

@Suite struct PrinterTests {
    private let now = Timestamp("2026-01-01T00:10:00Z") ?? Timestamp(seconds: 0)

    private func row(_ apiVersion: String, _ kind: String, _ object: Value) throws -> [String: Value] {
        let info = try #require(KindTable.kubernetes.find(apiVersion: apiVersion, kind: kind))
        let cells = PrinterColumns.cells(info, object, now: now).items
        #expect(cells.count == info.columns.count)
        return Dictionary(zip(info.columns.map(\.name), cells), uniquingKeysWith: { first, _ in first })
    }
    private func pod(_ status: Value, spec: Value = ["containers": [["name": "a"]]], deleted: Bool = false) throws -> [Value?] {
        var metadata: Value = ["name": "x", "creationTimestamp": "2026-01-01T00:00:00Z"]
        if deleted { metadata["deletionTimestamp"] = "2026-01-01T00:09:00Z" }
        let row = try row("v1", "Pod", ["metadata": metadata, "spec": spec, "status": status])
        return [row["Ready"], row["Status"], row["Restarts"]]
    }

    @Test func aRunningPodIsReady() throws {
        let status: Value = [
            "phase": "Running", "containerStatuses": [["name": "a", "ready": true, "restartCount": 0, "state": ["running": [:]]]],
        ]
        #expect(try pod(status) == ["1/1", "Running", "0"])
        #expect(try pod(status, deleted: true) == ["1/1", "Terminating", "0"])
    }

    @Test func aCrashingPodShowsWhyAndWhen() throws {
        let last: Value = ["terminated": ["finishedAt": "2026-01-01T00:08:30Z"]]
        let status: Value = [
            "phase": "Running",
            "containerStatuses": [
                ["name": "a", "ready": false, "restartCount": 3, "lastState": last, "state": ["waiting": ["reason": "CrashLoopBackOff"]]]
            ],
        ]
        #expect(try pod(status) == ["0/1", "CrashLoopBackOff", "3 (90s ago)"])
    }

    @Test func initContainersShowTheirProgress() throws {
        let spec: Value = ["containers": [["name": "a"]], "initContainers": [["name": "i"], ["name": "j"]]]
        let done: Value = ["name": "i", "state": ["terminated": ["exitCode": 0]]]
        #expect(
            try pod(["phase": "Pending", "initContainerStatuses": [done, ["name": "j", "state": ["running": [:]]]]], spec: spec)[1]
                == "Init:1/2")
        let failed: Value = ["name": "j", "state": ["terminated": ["exitCode": 2]]]
        #expect(try pod(["phase": "Pending", "initContainerStatuses": [done, failed]], spec: spec)[1] == "Init:ExitCode:2")
    }

    @Test func endedAndGatedPodsSaySo() throws {
        let ended: Value = ["phase": "Succeeded", "containerStatuses": [["name": "a", "state": ["terminated": ["reason": "Completed"]]]]]
        #expect(try pod(ended) == ["0/1", "Completed", "0"])
        #expect(
            try pod(["phase": "Pending", "conditions": [["type": "PodScheduled", "status": "False", "reason": "SchedulingGated"]]])[1]
                == "SchedulingGated")
        #expect(try pod(["phase": "Failed", "reason": "Evicted"])[1] == "Evicted")
    }

    @Test func nodesShowStatusAndRoles() throws {
        var node: Value = [
            "metadata": ["name": "n", "labels": ["node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/a": ""]],
            "status": [
                "conditions": [["type": "Ready", "status": "True"]], "addresses": [["type": "InternalIP", "address": "10.0.0.1"]],
                "nodeInfo": ["kubeletVersion": "v1.36.0"],
            ],
        ]
        var row = try row("v1", "Node", node)
        #expect(
            [row["Status"], row["Roles"], row["Version"], row["Internal-IP"], row["External-IP"], row["OS-Image"], row["Age"]] == [
                "Ready", "a,worker", "v1.36.0", "10.0.0.1", "<none>", "<unknown>", "<unknown>",
            ])
        node["spec"]["unschedulable"] = true
        node["status"]["conditions"] = [["type": "Ready", "status": "Unknown"]]
        row = try self.row("v1", "Node", node)
        #expect(row["Status"] == "NotReady,SchedulingDisabled")
    }

    @Test func workloadsCountTheirPods() throws {
        let template: Value = ["spec": ["containers": [["name": "a", "image": "x"], ["name": "b", "image": "y"]]]]
        let deployment: Value = [
            "spec": ["replicas": 3, "selector": ["matchLabels": ["app": "web"]], "template": template],
            "status": ["readyReplicas": 2, "updatedReplicas": 3, "availableReplicas": 2],
        ]
        let row = try row("apps/v1", "Deployment", deployment)
        #expect(
            [row["Ready"], row["Up-to-date"], row["Available"], row["Containers"], row["Images"], row["Selector"]] == [
                "2/3", 3, 2, "a,b", "x,y", "app=web",
            ])
        let job = try self.row(
            "batch/v1", "Job", ["spec": ["completions": 2], "status": ["succeeded": 1, "startTime": "2026-01-01T00:00:00Z"]])
        #expect([job["Status"], job["Completions"], job["Duration"]] == ["Running", "1/2", "10m"])
    }

    @Test func servicesShowTheirAddressesAndPorts() throws {
        let ports: Value = [["port": 80, "nodePort": 30080, "protocol": "TCP"], ["port": 53, "protocol": "UDP"]]
        let row = try row(
            "v1", "Service", ["spec": ["type": "LoadBalancer", "clusterIP": "10.0.0.1", "ports": ports, "selector": ["a": "b"]]])
        #expect(
            [row["Type"], row["Cluster-IP"], row["External-IP"], row["Port(s)"], row["Selector"]] == [
                "LoadBalancer", "10.0.0.1", "<pending>", "80:30080/TCP,53/UDP", "a=b",
            ])
        let name = try self.row("v1", "Service", ["spec": ["type": "ExternalName", "externalName": "e.com"]])
        #expect([name["Cluster-IP"], name["External-IP"], name["Port(s)"]] == ["<none>", "e.com", "<none>"])
    }

    @Test func eventsTellWhenAndWhere() throws {
        let event: Value = [
            "metadata": ["name": "e"], "type": "Normal", "reason": "Pulled", "message": " done \n", "count": 4,
            "lastTimestamp": "2026-01-01T00:09:00Z",
            "firstTimestamp": "2026-01-01T00:05:00Z", "involvedObject": ["kind": "Pod", "name": "a"],
            "source": ["component": "kubelet", "host": "n"],
        ]
        let row = try row("v1", "Event", event)
        #expect(
            [row["Last Seen"], row["First Seen"], row["Object"], row["Source"], row["Message"], row["Count"], row["Name"]] == [
                "60s", "5m", "pod/a", "kubelet, n", "done", 4, "e",
            ])
    }

    @Test func newEventsShowTheSameRow() throws {
        let row = try row(
            "events.k8s.io/v1", "Event",
            ["note": "done", "regarding": ["kind": "Pod", "name": "a"], "eventTime": "2026-01-01T00:09:00.000000Z"])
        #expect([row["Last Seen"], row["Object"], row["Message"]] == ["60s", "pod/a", "done"])
    }

    @Test func manyEndpointsAreCutShort() throws {
        let addresses: Value = .array((1...5).map { ["addresses": [.string("10.0.0.\($0)")]] })
        let row = try row("discovery.k8s.io/v1", "EndpointSlice", ["addressType": "IPv4", "ports": [], "endpoints": addresses])
        #expect([row["Ports"], row["Endpoints"]] == ["<unset>", "10.0.0.1,10.0.0.2,10.0.0.3 + 2 more..."])
    }

    @Test func kindsWithoutColumnsShowTheirCreation() throws {
        let info = try #require(KindTable.kubernetes.find(apiVersion: "v1", kind: "LimitRange"))
        #expect(info.columns.map(\.name) == ["Name", "Created At"])
        let object: Value = ["metadata": ["name": "x", "creationTimestamp": "2026-01-01T00:00:00Z"]]
        #expect(PrinterColumns.cells(info, object, now: now) == ["x", "2026-01-01T00:00:00Z"])
    }

    @Test func everyColumnHasItsSourceAndEveryKindARow() throws {
        let text = String(describing: ColumnsText.columns)
        // A Scale is a part of other kinds.
        let kinds = Set(KindTable.kubernetes.map(\.groupKind)).union(["Scale.autoscaling"])
        for line in text.split(separator: "\n") { #expect(kinds.contains(String(line.prefix { $0 != " " })), "\(line)") }
        for kind in KindTable.kubernetes {
            let stored = try #require(KindTable.kubernetes.find(kind.storage))
            let type = try #require(Schema.kubernetes.type(of: stored))
            for column in kind.columns {
                switch column.source {
                case .computed(let name): #expect(ComputedCells.all[name] != nil, "\(name)")
                case .member(let path, _), .count(let path), .age(let path, _):
                    #expect(Schema.kubernetes.field(path, in: type) != nil, "\(kind.kind) \(path)")
                case .creation: break
                case .path: Issue.record("only custom kinds have columns by path")
                }
            }
            #expect(PrinterColumns.cells(kind, [:], now: now).items.count == PrinterColumns.definitions(kind).items.count)
        }
    }

    @Test(arguments: [
        (-5, "<invalid>"), (-1, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (600, "10m"), (10799, "179m"), (10800, "3h"),
        (12000, "3h20m"),
        (36000, "10h"), (172_800, "2d"), (180_000, "2d2h"), (864_000, "10d"), (70_000_000, "2y80d"), (300_000_000, "9y"),
    ]) func spansReadAsKubectlShowsThem(_ seconds: Int, _ text: String) { #expect(HumanDuration.text(.seconds(seconds)) == text) }
}

@Suite struct ConversionTests {
    @Test func newEventsAreStoredAsOldOnesAndComeBack() throws {
        let kind = try #require(KindTable.kubernetes.find(apiVersion: "events.k8s.io/v1", kind: "Event"))
        let event: Value = [
            "apiVersion": "events.k8s.io/v1", "kind": "Event", "note": "n", "regarding": ["name": "a"], "reportingController": "c",
            "eventTime": "t",
        ]
        let stored = Conversion.toStorage(kind, event)
        #expect(
            stored == [
                "apiVersion": "v1", "kind": "Event", "message": "n", "involvedObject": ["name": "a"], "reportingComponent": "c",
                "eventTime": "t",
            ])
        #expect(Conversion.fromStorage(kind, stored) == event)
    }

    @Test func oldAutoscalersBecomeNewOnesAndComeBack() throws {
        let kind = try #require(KindTable.kubernetes.find(apiVersion: "autoscaling/v1", kind: "HorizontalPodAutoscaler"))
        let old: Value = [
            "apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler",
            "spec": ["maxReplicas": 3, "targetCPUUtilizationPercentage": 50],
        ]
        let stored = Conversion.toStorage(kind, old)
        #expect(stored["apiVersion"] == "autoscaling/v2")
        #expect(
            stored["spec"]["metrics"] == [
                ["type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 50]]]
            ])
        #expect(Conversion.fromStorage(kind, stored) == old)
    }

    @Test func whatTheOldVersionCannotSayTravelsInAnnotations() throws {
        let kind = try #require(KindTable.kubernetes.find(apiVersion: "autoscaling/v1", kind: "HorizontalPodAutoscaler"))
        let behavior: Value = ["scaleDown": ["selectPolicy": "Min"]]
        let stored: Value = [
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": ["name": "x"],
            "spec": ["maxReplicas": 3, "behavior": behavior],
        ]
        let old = Conversion.fromStorage(kind, stored)
        #expect(old["spec"]["behavior"].isNull)
        #expect(Conversion.toStorage(kind, old) == stored)
    }

    @Test func otherKindsStayAsTheyAre() throws {
        let kind = try #require(KindTable.kubernetes.find(apiVersion: "v1", kind: "Pod"))
        #expect(Conversion.toStorage(kind, ["apiVersion": "v1"]) == ["apiVersion": "v1"])
    }
}
