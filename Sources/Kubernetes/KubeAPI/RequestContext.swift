import Documents
import KubeModel
import Network
import Synchronization

/// One request on its way through the pipeline.
struct RequestContext: Sendable {
    var request: HTTPRequest
    let query: Query
    let user: UserInfo
    let accepted: Accepted
    let warnings = Warnings()
    /// The body, where it is JSON without repeated members and has been read already.
    var document: Document?

    /// Whether answers are indented: on request, and for the tools of people who read them. Source: upstream's isPrettyPrint.
    var pretty: Bool {
        if query["pretty"] != nil { return query.flag("pretty") }
        return request.headers["user-agent"].map(Self.isForPeople) ?? false
    }
    /// Whether a client shows answers to people as they are.
    static func isForPeople(_ agent: String) -> Bool {
        switch agent.utf8.first {
        case UInt8(ascii: "c"): agent.hasPrefix("curl")
        case UInt8(ascii: "W"): agent.hasPrefix("Wget")
        case UInt8(ascii: "M"): agent.hasPrefix("Mozilla/5.0")
        default: false
        }
    }

    /// A JSON answer.
    func respond(_ status: Int, bytes: [UInt8]) -> HTTPResponse {
        guard pretty, let value = try? JSON.parse(bytes) else { return compressed(status, [bytes], size: bytes.count) }
        let text = Array((JSON.text(value, pretty: true) + "\n").utf8)
        return compressed(status, [text], size: text.count)
    }
    /// A JSON answer.
    func respond(_ status: Int, _ value: Value) -> HTTPResponse { respond(status, bytes: JSON.encode(value)) }
    /// A JSON answer in pieces.
    func respond(_ status: Int, slices: [[UInt8]]) -> HTTPResponse {
        if pretty { return respond(status, bytes: Array(slices.joined())) }
        return compressed(status, slices, size: slices.reduce(0) { $0 + $1.count })
    }

    /// Compresses a large body for a client that takes gzip.
    private func compressed(_ status: Int, _ slices: [[UInt8]], size: Int) -> HTTPResponse {
        let plain = HTTPResponse(status, headers: headers, body: slices.count == 1 ? .bytes(slices[0]) : .slices(slices))
        guard size >= Self.compressionThreshold, request.method == "GET", takesGzip, let packed = Gzip.compress(slices)
        else {
            return plain
        }
        var headers = headers
        headers["content-encoding"] = "gzip"
        headers["vary"] = "Accept-Encoding"
        return HTTPResponse(status, headers: headers, body: .slices(packed))
    }
    private var takesGzip: Bool {
        request.headers.all("accept-encoding").joined(separator: ",").split(separator: ",").contains { coding in
            let parts = coding.split(separator: ";").map { $0.trimmed }
            return parts.first == "gzip" && !parts.dropFirst().contains { ["q=0", "q=0.0"].contains($0) }
        }
    }

    /// A stream of JSON lines.
    func respond(_ status: Int, writer: @escaping @Sendable (any BodyWriter) -> Void) -> HTTPResponse {
        HTTPResponse(status, headers: headers, body: .writer(writer))
    }

    /// Bytes from which answers are compressed. Source: upstream's threshold.
    static let compressionThreshold = 128 << 10
    /// The fields of every JSON answer.
    static let plainHeaders: HTTPFields = ["content-type": "application/json", "cache-control": "no-cache, private"]

    private var headers: HTTPFields {
        var headers = Self.plainHeaders
        for text in warnings.all { headers.add("warning", "299 - \(text.quoted)") }
        return headers
    }
}

/// The texts of a response's `Warning` headers, gathered on the way. Source: upstream's warning recorder limits.
final class Warnings: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) {
        texts.withLock { texts in
            guard !text.isEmpty, !texts.contains(text), texts.count < 64 else { return }
            texts.append(String(text.prefix(256)))
        }
    }
}
