import Control
import Documents
import KubeModel
import Network
import Storage
import Testing

@testable import KubeAPI

/// Renewals of leases against the same renewals with a blank behind them, which take the long way.
@Suite("Lease renewals") struct LeaseRenewalTests {
    private static let path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
    private static func lease(_ labels: [String: String]) -> Value {
        [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": ["name": "n1", "namespace": "kube-node-lease", "labels": Value(labels)],
            "spec": ["holderIdentity": "n1 \"é\"", "leaseDurationSeconds": 40, "renewTime": "2026-01-02T03:04:05.000001Z"],
        ]
    }

    /// The document as a machine would send it to renew it.
    private static func renewal(of text: String, at time: String) -> Value {
        var lease = (try? JSON.parse(Array(text.utf8))) ?? .null
        lease["metadata"]["managedFields"] = .null
        lease["spec"]["renewTime"] = .string(time)
        return lease
    }

    private static func bed(_ labels: [String: String]) async throws -> ClusterBed {
        let bed = try await ClusterBed()
        _ = try await bed.post("/api/v1/namespaces", ["metadata": ["name": "kube-node-lease"]])
        let made = try await bed.send("POST", path, lease(labels), headers: ["user-agent": "kubelet/v1"])
        #expect(made.status == 201, "\(made.text)")
        return bed
    }

    /// The status and the text of the answer.
    private static func put(_ bed: ClusterBed, _ query: String, _ body: [UInt8], _ agent: String) async throws -> String {
        let response = await bed.server.respond(
            to: HTTPRequest(
                "PUT", "\(path)/n1\(query)", headers: ["user-agent": agent, "content-type": "application/json"], body: .bytes(body),
                peer: ClusterBed.admin))
        return "\(response.status) " + String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self)
    }

    @Test("The short way gives the same bytes and errors as the long one", arguments: 0..<4)
    func sameAsTheLongWay(_ number: Int) async throws {
        let random = RandomSource(seed: UInt64(number) + 7)
        let labels = [[:], ["a": "b"], ["a": "managedFields"], ["renewTime": "x"]][number]
        let (short, long) = (try await Self.bed(labels), try await Self.bed(labels))
        var (renewed, refused) = (0, 0)
        for round in 0..<80 {
            let text = try await short.get(Self.path + "/n1").text
            let entry = try #require(short.realm.get(LeaseFields.kind.key("kube-node-lease", "n1")))
            let times = ["2026-01-02T03:04:\(10 + round % 40).123456Z"]
            let odd = [
                "2026-13-02T03:04:05.000000Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.0000001", "now", "2026-01-02T03:04:05.00000 Z",
            ]
            var body = Self.renewal(of: text, at: random.int(in: 0..<6) == 0 ? odd[random.int(in: 0..<odd.count)] : times[0])
            switch random.int(in: 0..<12) {
            case 0: body["metadata"]["resourceVersion"] = "1"
            case 1: body["metadata"]["name"] = "n2"
            case 2: body["spec"]["holderIdentity"] = "other"
            case 3: body["spec"]["leaseDurationSeconds"] = -1
            case 4: body["metadata"]["labels"] = ["more": "\(round)"]
            case 5: body["metadata"]["uid"] = "another"
            default: break
            }
            // Others' renewals end the short way for good, for they own the time then.
            let agent = round > 50 && random.int(in: 0..<6) == 0 ? "other/v1" : "kubelet/v1"
            let queries = ["", "", "?dryRun=All", "?fieldValidation=Strict", "?fieldManager=mine"]
            let query = queries[random.int(in: 0..<(round > 50 ? 5 : 4))]
            let bytes = JSON.encode(body)
            if query.isEmpty, LeaseRenewal(bytes, of: entry.bytes, by: "kubelet", "coordination.k8s.io/v1") != nil { renewed += 1 }
            let one = try await Self.put(short, query, bytes, agent)
            let other = try await Self.put(long, query, bytes + Array(" ".utf8), agent)
            #expect(one == other, "\(JSON.text(body)) \(query)")
            if !one.hasPrefix("200") { refused += 1 }
            let now = random.int(in: 0..<3)
            short.clock.advance(by: .seconds(Int64(now)))
            long.clock.advance(by: .seconds(Int64(now)))
        }
        #expect(renewed > 5 && refused > 3)
        let final = try await short.get(Self.path + "/n1").text
        #expect(final == (try await long.get(Self.path + "/n1")).text)
    }

    @Test("Only the owner of renewTime goes the short way, and only with nothing else changed") func recognition() throws {
        func stored(_ entries: String) -> [UInt8] {
            Array(
                """
                {"kind":"Lease","metadata":{"resourceVersion":"7","name":"n","managedFields":[\(entries)]},"spec":{"renewTime":"2026-01-02T03:04:05.000001Z"}}
                """.utf8)
        }
        func entry(_ manager: String, _ fields: String) -> String {
            "{\"manager\":\"\(manager)\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"time\":\"2026-01-02T03:04:05Z\","
                + "\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\(fields)}}"
        }
        let body = Array(
            """
            {"kind":"Lease","metadata":{"resourceVersion":"7","name":"n"},"spec":{"renewTime":"2026-01-02T03:04:06.000001Z"}}
            """.utf8)
        let own = "\"f:spec\":{\"f:renewTime\":{}}"
        func isShort(_ entries: String, _ body: [UInt8]) -> Bool { LeaseRenewal(body, of: stored(entries), by: "kubelet", "v1") != nil }
        #expect(isShort(entry("kubelet", own), body))
        #expect(!isShort(entry("other", own), body))
        #expect(!isShort(entry("kubelet", own) + "," + entry("other", own), body))
        #expect(!isShort(entry("kubelet", "\"f:metadata\":{\"f:labels\":{\"f:renewTime\":{}}}"), body))
        #expect(!isShort(entry("kubelet", own) + "],\"other\":[{}", body))
        #expect(!isShort(entry("kubelet", own), body.dropLast()))
        #expect(!isShort(entry("kubelet", own), Array("{}".utf8)) && !isShort(entry("kubelet", own), []))
        for place in body.indices where place < body.count - 30 || place >= body.count - 3 {
            var changed = body
            changed[place] ^= 1
            #expect(!isShort(entry("kubelet", own), changed))
        }
    }
}
