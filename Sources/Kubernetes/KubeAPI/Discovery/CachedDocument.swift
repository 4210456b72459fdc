import Cryptography
import Documents
import KubeModel
import Network
import Synchronization

/// A document that never changes: encoded at the first request, with an entity tag. Source: RFC 9110, section 13.
final class CachedDocument: Sendable {
    private struct Encoded {
        let bytes: [UInt8]
        let tag: String
    }
    private let build: @Sendable () -> [UInt8]
    private let encoded = Mutex<Encoded?>(nil)
    /// A document that is sent as JSON.
    init(_ build: @escaping @Sendable () -> Value) { self.build = { JSON.encode(build()) } }
    /// A document that is sent as these bytes.
    init(bytes build: @escaping @Sendable () -> [UInt8]) { self.build = build }

    private func current() -> Encoded {
        encoded.withLock { encoded in
            if let encoded { return encoded }
            let bytes = build()
            let fresh = Encoded(bytes: bytes, tag: Hex.encode(SHA256.hash(bytes)).uppercased())
            encoded = fresh
            return fresh
        }
    }
    /// The digest of the bytes in upper-case hexadecimal.
    var tag: String { current().tag }

    /// The document, or 304 when the client has it already.
    func respond(to request: RawRequest, type: String = "application/json", headers: HTTPFields = [:]) -> HTTPResponse {
        let document = current()
        var headers = headers
        headers["content-type"] = type
        headers["etag"] = "\"\(document.tag)\""
        headers["vary"] = "Accept"
        if headers["cache-control"] == nil { headers["cache-control"] = "public" }
        if request.headers["if-none-match"] == "\"\(document.tag)\"" { return HTTPResponse(304, headers: headers) }
        return HTTPResponse(200, headers: headers, body: .bytes(document.bytes))
    }
}

/// The media types that a client takes, as far as documents outside the pipeline need to know.
struct AcceptedTypes {
    private struct Entry {
        let type: String
        let parameters: [String: String]
    }
    private let entries: [Entry]

    init(_ header: String?) {
        entries = (header ?? "").split(separator: ",").map { item in
            let parts = item.split(separator: ";").map { part in String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
            var parameters: [String: String] = [:]
            for part in parts.dropFirst() {
                let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
                if pair.count == 2 { parameters[pair[0]] = pair[1] }
            }
            return Entry(type: parts.first ?? "", parameters: parameters)
        }
    }

    /// Whether plain JSON is taken; it is where nothing is said.
    var json: Bool { entries.isEmpty || entries.contains { ["application/json", "application/*", "*/*"].contains($0.type) } }
    /// Whether the aggregated form of discovery comes before the plain one.
    var aggregatedDiscovery: Bool {
        let first = entries.first {
            ["application/json", "application/*", "*/*"].contains($0.type) && ($0.parameters["as"] == nil || known($0))
        }
        return first.map(known) ?? false
    }
    private func known(_ entry: Entry) -> Bool {
        entry.parameters["as"] == "APIGroupDiscoveryList" && entry.parameters["g"] == "apidiscovery.k8s.io" && entry.parameters["v"] == "v2"
    }
    /// Whether OpenAPI v2 in protobuf is asked for and JSON is not taken.
    var openAPIProtobuf: Bool { !json && entries.contains { $0.type.hasPrefix("application/com.github.proto-openapi.spec.v2@v1.0") } }
    /// - Throws: `KubeStatus` NotAcceptable when JSON is not taken.
    func requireJSON() throws(KubeStatus) { if !json { throw .notAcceptable(accepted: ["application/json"]) } }
}
