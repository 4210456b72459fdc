import Control
import Documents
import KubeAPI
import KubeModel
import Network
import Testing

/// Puts protobuf messages together, as Go clients do.
private enum Wire {
    static func varint(_ number: UInt64) -> [UInt8] {
        var (rest, bytes) = (number, [UInt8]())
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
    static func bytes(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        varint(UInt64(number << 3 | 2)) + varint(UInt64(content.count)) + content
    }
    static func text(_ number: Int, _ text: String) -> [UInt8] { bytes(number, Array(text.utf8)) }
    static func number(_ number: Int, _ value: Int64) -> [UInt8] { varint(UInt64(number << 3)) + varint(UInt64(bitPattern: value)) }
    static func entry(_ number: Int, _ key: String, _ value: [UInt8]) -> [UInt8] { bytes(number, text(1, key) + bytes(2, value)) }
    static func document(_ apiVersion: String, _ kind: String, _ raw: [UInt8]) -> [UInt8] {
        [0x6b, 0x38, 0x73, 0] + bytes(1, text(1, apiVersion) + text(2, kind)) + bytes(2, raw) + text(3, "") + text(4, "")
    }
    /// Metadata with the empty fields that Go always sends.
    static func metadata(_ name: String) -> [UInt8] {
        text(1, name) + text(2, "") + text(3, "") + text(4, "") + text(5, "") + text(6, "") + number(7, 0) + bytes(8, [])
    }
    static let pod = document(
        "v1", "Pod",
        bytes(1, metadata("web") + entry(11, "app", Array("web".utf8)))
            + bytes(
                2,
                bytes(1, text(1, "data") + bytes(2, bytes(2, text(1, ""))))
                    + bytes(
                        2,
                        text(1, "app") + text(2, "nginx") + text(3, "a") + text(3, "") + text(5, "")
                            + bytes(6, number(2, 0) + number(3, 80))
                            + bytes(8, entry(1, "cpu", text(1, "100m")))
                            + bytes(11, bytes(1, bytes(2, bytes(2, number(1, 1) + text(3, "http")))))
                    ) + number(4, 0)) + bytes(3, []))
}

@Suite struct ProtobufTests {
    @Test func aPodReadsAsItsJSON() throws {
        let pod = try ProtobufDecoder.kubernetes.decode(Wire.pod)
        let container: Value = [
            "name": "app", "image": "nginx", "command": ["a", ""], "ports": [["containerPort": 80]],
            "resources": ["limits": ["cpu": "100m"]], "readinessProbe": ["httpGet": ["port": "http"]],
        ]
        let spec: Value = [
            "volumes": [["name": "data", "emptyDir": [:]]], "containers": [container], "terminationGracePeriodSeconds": 0,
        ]
        let expected: Value = ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "web", "labels": ["app": "web"]], "spec": spec]
        #expect(pod == expected)
    }
    @Test func bytesTimesAndWrappedListsReadAsJSONWritesThem() throws {
        let secret = try ProtobufDecoder.kubernetes.decode(
            Wire.document("v1", "Secret", Wire.bytes(1, Wire.metadata("s")) + Wire.entry(2, "key", [0, 255])))
        #expect(secret["data"] == ["key": "AP8="])
        let time = Wire.number(1, 1_800_000_000) + Wire.number(2, 5_000)
        let lease = try ProtobufDecoder.kubernetes.decode(
            Wire.document("coordination.k8s.io/v1", "Lease", Wire.bytes(1, Wire.metadata("l")) + Wire.bytes(2, Wire.bytes(4, time))))
        #expect(lease["spec"]["renewTime"] == .string((Timestamp(seconds: 1_800_000_000) + .microseconds(5)).microText))
        let extra = Wire.entry(5, "scopes", Wire.text(1, "a") + Wire.text(1, "b"))
        let review = try ProtobufDecoder.kubernetes.decode(
            Wire.document("authorization.k8s.io/v1", "SubjectAccessReview", Wire.bytes(2, Wire.text(3, "bob") + extra)))
        #expect(review["spec"] == ["user": "bob", "extra": ["scopes": ["a", "b"]]])
    }
    @Test func partsOfResourcesHaveTheirKinds() throws {
        let eviction = Wire.document("policy/v1", "Eviction", Wire.bytes(1, Wire.metadata("p")) + Wire.bytes(2, Wire.number(1, 0)))
        #expect(try ProtobufDecoder.kubernetes.decode(eviction)["deleteOptions"] == ["gracePeriodSeconds": 0])
        let options = Wire.document("apps/v1", "DeleteOptions", Wire.number(1, 5))
        #expect(try ProtobufDecoder.kubernetes.decode(options)["gracePeriodSeconds"] == 5)
    }
    @Test func otherBytesAreRefused() {
        for bytes in [[], [1, 2, 3], Wire.document("v1", "Nothing", []), [0x6b, 0x38, 0x73, 0, 0x12, 0xff]] {
            #expect(throws: DocumentError.self) { try ProtobufDecoder.kubernetes.decode(bytes) }
        }
    }
    @Test func brokenMessagesAreRefusedOrReadButNeverTrap() {
        let random = RandomSource(seed: 3)
        for _ in 0..<3000 {
            var bytes = Wire.pod
            for _ in 0..<random.int(in: 1..<4) { bytes[random.int(in: 4..<bytes.count)] = UInt8(random.int(in: 0..<256)) }
            _ = try? ProtobufDecoder.kubernetes.decode(Array(bytes.prefix(random.int(in: 4..<bytes.count + 1))))
        }
    }
    @Test func everyServedKindCanBeSent() {
        // Only the aggregator's kind has no numbers here: no typed client of ours sends it.
        for row in KindTable.kubernetes where row.verbs.contains("create") && row.kind != "APIService" {
            #expect(throws: Never.self, "\(row.kind)") {
                try ProtobufDecoder.kubernetes.decode(Wire.document(row.apiVersion, row.kind, []))
            }
        }
    }
    @Test func theServerTakesProtobuf() async throws {
        let bed = try await ClusterBed()
        let raw = Wire.document("v1", "Namespace", Wire.bytes(1, Wire.metadata("team")))
        let headers: HTTPFields = ["content-type": "application/vnd.kubernetes.protobuf"]
        let request = HTTPRequest("POST", "/api/v1/namespaces", headers: headers, body: .bytes(raw), peer: ClusterBed.admin)
        #expect(await bed.server.respond(to: request).status == 201)
        #expect(try await bed.get("/api/v1/namespaces/team")["metadata"]["name"] == "team")
    }
}
