import Control
import Documents
import KubeModel
import Network
import Testing

@testable import KubeAPI

/// Patches of a status alone against the same patches with an idle word about metadata, which take the long way.
@Suite("Status patches") struct StatusPatchTests {
    private struct Kind: Sendable {
        let path: String
        let document: Value
        let members: [String]
    }
    private static let kinds = [
        Kind(
            path: "/api/v1/namespaces/default/pods",
            document: [
                "metadata": ["name": "web", "labels": ["app": "web"], "annotations": ["n": "1.50 é\"\\"]],
                "spec": ["containers": [["name": "main", "image": "nginx", "resources": ["limits": ["cpu": "0.5", "memory": "1e3"]]]]],
            ], members: ["conditions", "phase", "podIP", "podIPs", "startTime", "containerStatuses", "unknown", "qosClass", "message"]),
        Kind(
            path: "/api/v1/nodes", document: ["metadata": ["name": "web"], "spec": ["podCIDR": "10.0.0.0/24"]],
            members: ["conditions", "capacity", "allocatable", "addresses", "images", "nodeInfo", "unknown", "phase"]),
        Kind(
            path: "/apis/apps/v1/namespaces/default/deployments",
            document: [
                "metadata": ["name": "web", "labels": ["a": "b"]],
                "spec": [
                    "selector": ["matchLabels": ["a": "b"]],
                    "template": ["metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "a", "image": "b"]]]],
                ],
            ], members: ["conditions", "replicas", "observedGeneration", "unknown", "collisionCount"]),
    ]

    private static func value(of name: String, _ random: RandomSource) -> Value {
        if random.int(in: 0..<8) == 0 { return [nil, "x", 3, [], [:], true, ["$patch": "replace"]][random.int(in: 0..<7)] }
        switch name {
        case "conditions":
            return .array(
                (0..<random.int(in: 0..<4)).map { _ in
                    var condition: Value = [
                        "type": ["Ready", "PodScheduled", "Available"][random.int(in: 0..<3)],
                        "status": random.int(in: 0..<2) == 0 ? "True" : "False",
                        "lastTransitionTime": random.int(in: 0..<3) == 0 ? "2026-01-02T03:04:05.678Z" : "2026-01-02T03:04:05Z",
                    ]
                    if random.int(in: 0..<3) == 0 { condition["reason"] = "Why \"not\"" }
                    if random.int(in: 0..<6) == 0 { condition["lastProbeTime"] = nil }
                    if random.int(in: 0..<9) == 0 { condition["odd"] = 1 }
                    if random.int(in: 0..<9) == 0 { condition["$patch"] = "delete" }
                    return condition
                })
        case "podIPs": return random.int(in: 0..<2) == 0 ? [["ip": "10.0.0.7"]] : [["ip": "10.0.0.8"], ["ip": "fd00::1"]]
        case "podIP": return "10.0.0.\(random.int(in: 0..<3))"
        case "containerStatuses":
            return [["name": "main", "image": "nginx", "imageID": "", "ready": true, "restartCount": 1, "state": ["running": [:]]]]
        case "capacity", "allocatable": return ["cpu": random.int(in: 0..<2) == 0 ? "0.5" : "500m", "memory": "1024Ki"]
        case "addresses": return [["type": "InternalIP", "address": "10.1.0.\(random.int(in: 0..<3))"]]
        case "images": return [["names": ["a:1", "b"], "sizeBytes": 12]]
        case "nodeInfo": return ["machineID": "m", "osImage": "Debian é"]
        case "startTime": return "2026-01-02T03:04:05Z"
        case "replicas", "observedGeneration", "collisionCount": return .int(Int64(random.int(in: 0..<5)))
        default: return random.int(in: 0..<2) == 0 ? "Running" : "Pending"
        }
    }

    private static func send(_ bed: ClusterBed, _ kind: Kind, _ patch: Value, _ type: String, _ query: String) async throws
        -> ClusterBed.Answer
    {
        try await bed.send("PATCH", "\(kind.path)/web/status\(query)", patch, type: type, headers: ["user-agent": "kubelet/v1"])
    }

    @Test("The short way gives the same bytes, warnings and errors as the long one", arguments: 0..<3)
    func sameAsTheLongWay(_ number: Int) async throws {
        let (kind, random) = (Self.kinds[number], RandomSource(seed: UInt64(number) + 40))
        let (short, long) = (try await ClusterBed(), try await ClusterBed())
        let created = try await short.post(kind.path, kind.document)
        #expect(created.text == (try await long.post(kind.path, kind.document)).text && created.status == 201)
        var (successes, latest) = (0, created["metadata"]["resourceVersion"])
        for _ in 0..<120 {
            var status: Value = [:]
            for _ in 0...random.int(in: 0..<2) {
                let name = kind.members[random.int(in: 0..<kind.members.count)]
                status[name] = Self.value(of: name, random)
                if random.int(in: 0..<12) == 0, case .object(var members) = status {
                    members.append(.init("$retainKeys", [.string(name)]))
                    status = .object(members)
                }
            }
            let type = random.int(in: 0..<2) == 0 ? "application/merge-patch+json" : "application/strategic-merge-patch+json"
            let query = ["", "?fieldManager=other", "?fieldValidation=Strict", "?fieldValidation=Ignore"][random.int(in: 0..<4)]
            var patch: Value =
                random.int(in: 0..<4) == 0 ? ["metadata": ["uid": created["metadata"]["uid"]], "status": status] : ["status": status]
            if random.int(in: 0..<5) == 0 { patch["metadata"]["resourceVersion"] = [latest, "1", "0"][random.int(in: 0..<3)] }
            var idle = patch
            idle["metadata"]["name"] = "web"
            let (one, other) = (
                try await Self.send(short, kind, patch, type, query), try await Self.send(long, kind, idle, type, query)
            )
            #expect(one.status == other.status && one.text == other.text, "\(JSON.text(patch)) \(type)\(query)")
            #expect(one.headers.all("warning") == other.headers.all("warning"))
            if one.status == 200 { (successes, latest) = (successes + 1, one["metadata"]["resourceVersion"]) }
            let now = random.int(in: 0..<3)
            short.clock.advance(by: .seconds(Int64(now)))
            long.clock.advance(by: .seconds(Int64(now)))
        }
        #expect(successes > 30)
        let final = try await short.get(kind.path + "/web").text
        #expect(final == (try await long.get(kind.path + "/web")).text)
    }

    @Test("A patch that names more than the status takes the long way") func recognition() throws {
        let info = try #require(KindTable.kubernetes.find(apiVersion: "v1", plural: "pods"))
        #expect(StatusPatch(.merge(["status": ["phase": "Failed"]]), info) != nil)
        #expect(StatusPatch(.strategic(["metadata": ["uid": "u"], "status": [:], "kind": "Pod"]), info) != nil)
        for patch: Value in [
            ["status": nil], ["status": [:], "spec": [:]], ["metadata": ["labels": [:]], "status": [:]], [:],
            ["kind": "Node", "status": [:]],
            ["metadata": ["uid": ""], "status": [:]], ["metadata": ["resourceVersion": nil], "status": [:]],
        ] {
            #expect(StatusPatch(.merge(patch), info) == nil)
        }
    }

    /// Looks at what it is given, and edits the status of pods called `edited`.
    private struct Reader: AdmissionPlugin {
        func concerns(_ request: AdmissionRequest) -> Bool { request.resource == "pods" && request.operation == .update }
        func ground(of request: AdmissionRequest) -> [AdmissionGround]? { nil }
        func admit(_ request: inout AdmissionRequest) async throws {
            #expect(request.object["metadata"] == request.old["metadata"] && !request.old["spec"].isNull)
            if request.object["status"]["phase"] == "Failed" { throw request.forbidden("no failures") }
            if request.object["status"]["reason"] == "edit" { request.object["status"]["message"] = "edited" }
        }
    }

    @Test("Plugins see whole documents and may refuse or edit") func plugins() async throws {
        let bed = try await ClusterBed(admission: [Reader()])
        let kind = Self.kinds[0]
        _ = try await bed.post(kind.path, kind.document)
        let type = "application/merge-patch+json"
        let refused = try await Self.send(bed, kind, ["status": ["phase": "Failed"]], type, "")
        #expect(refused.status == 403 && refused.message.contains("no failures"))
        let edited = try await Self.send(bed, kind, ["status": ["reason": "edit"]], type, "")
        #expect(edited["status"]["message"] == "edited" && edited["status"]["reason"] == "edit")
        #expect(try await Self.send(bed, kind, ["status": ["phase": "Running"]], type, "")["status"]["phase"] == "Running")
        let gone = try await bed.send("PATCH", kind.path + "/none/status", ["status": [:]], type: type)
        #expect(gone.status == 404)
    }
}
