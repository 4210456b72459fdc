import Cryptography
import Documents
import Glibc
import Network

/// A server that answers from memory and does nothing else: what sockets, TLS and HTTP/2 take of a request, beneath which no API server
/// over them can get. It is measured like one, by the same generators; there is one namespace, whatever its name.
struct FloorBench {
    private let options: Options
    init(_ options: Options) { self.options = options }

    /// Prints its URL and serves until it is killed.
    func run() async throws {
        let answers = FloorAnswers(pods: try options.number("count", 10_000))
        let server = HTTPServer(HTTPServer.Configuration(tls: try Self.certificate()), handler: answers)
        print("https://127.0.0.1:\(try await server.start())")
        fflush(nil)
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    private static func certificate() throws -> TLSConfiguration {
        let (now, key) = (Int64(time(nil)), try PrivateKey.generate(.p256))
        let authority = try CertificateAuthority.make(commonName: "floor", now: now)
        let certificate = try authority.issueServer(
            commonName: "floor", names: ["localhost"], addresses: ["127.0.0.1"], key: key.publicKey, now: now)
        return TLSConfiguration(certificateChainPEM: certificate.pem, privateKeyPEM: key.pem)
    }
}

/// The answers, made once: a ConfigMap of 1 KiB to a path with a name, a list to one without.
private struct FloorAnswers: PromptHandler {
    private let document: HTTPResponse
    private let list: HTTPResponse

    /// - Parameter pods: how many of 7 KB are in the list.
    init(pods: Int) {
        document = Self.answer(.bytes(JSON.encode(Manifests.configMap("floor"))))
        var pod = Manifests.pod("floor")
        pod["metadata"]["annotations"]["bench.example.com/filling"] = .string(String(repeating: "filling ", count: 500))
        var slices: [[UInt8]] = [Array(#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":["#.utf8)]
        for number in 0..<pods {
            if number > 0 { slices.append([UInt8(ascii: ",")]) }
            pod["metadata"]["name"] = .string("floor-\(number)")
            slices.append(JSON.encode(pod))
        }
        slices.append(Array("]}".utf8))
        list = Self.answer(.slices(slices))
    }

    private static func answer(_ body: Body) -> HTTPResponse {
        let fields: HTTPFields = ["content-type": "application/json", "cache-control": "no-cache, private"]
        var response = HTTPResponse(200, headers: fields, body: body)
        response.prepared = PreparedFields(fields)
        return response
    }

    func promptly(to request: HTTPRequest) -> HTTPResponse? {
        // `/api/v1/namespaces/NAME/pods` is a collection, one more slash is a document.
        request.target.utf8.count { $0 == UInt8(ascii: "/") } < 6 ? list : document
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse { promptly(to: request) ?? document }
}
