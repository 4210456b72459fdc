import Documents
import Network
import Synchronization

/// A cluster's API over several connections, used in turn.
final class Cluster: Sendable {
    private let transports: [any HTTPTransport]
    private let headers: HTTPFields
    private let turn = Atomic(0)

    /// A cluster reached by any of the transports; the headers go with every request.
    init(_ transports: [any HTTPTransport], headers: HTTPFields = [:]) {
        self.transports = transports
        self.headers = headers
    }

    /// Sends a request and returns the answer's body, still to be read.
    func stream(_ method: String, _ target: String, _ body: [UInt8] = [], type: String = "application/json") async throws -> Body {
        var request = HTTPRequest(method, target, headers: headers, body: .bytes(body))
        request.headers["accept"] = "application/json"
        if !body.isEmpty { request.headers["content-type"] = type }
        let index = turn.add(1, ordering: .relaxed).newValue
        let response = try await transports[index % transports.count].send(request)
        guard response.status < 300 else {
            let text = String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self)
            throw StatusError(status: response.status, description: "\(method) \(target): \(response.status) \(text.prefix(300))")
        }
        return response.body
    }

    /// Sends a request and returns the answer's bytes.
    @discardableResult
    func call(_ method: String, _ target: String, _ body: [UInt8] = [], type: String = "application/json") async throws -> [UInt8] {
        try await stream(method, target, body, type: type).collect(limit: 1 << 30)
    }

    /// Makes the namespace when it is missing.
    func ensureNamespace(_ name: String) async throws {
        let namespace: Value = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
        do { try await call("POST", "/api/v1/namespaces", JSON.encode(namespace)) } catch let error as StatusError where error.status == 409
        {}
    }

    /// Watches a collection from a revision on, calling `line` with every event's JSON until that returns false. A server ends watches
    /// that do not keep up: then it goes on where it was.
    func watch(_ collection: String, from revision: String, _ line: (ArraySlice<UInt8>) -> Bool) async throws {
        var revision = revision
        while let last = try await watchOnce(collection, from: revision, line) {
            let event = try JSON.parse(last)
            guard let reached = event["object"]["metadata"]["resourceVersion"].string, event["type"] != "ERROR" else {
                throw BenchError("the watch of \(collection) ended: \(event["object"]["message"].string ?? "")")
            }
            revision = reached
        }
    }

    /// One watch. - Returns: the last event when the server ended it; nil when `line` did.
    private func watchOnce(_ collection: String, from revision: String, _ line: (ArraySlice<UInt8>) -> Bool) async throws -> [UInt8]? {
        let reader = try await stream("GET", "\(collection)?watch=true&resourceVersion=\(revision)").read()
        defer { reader.cancel() }
        var (rest, last): ([UInt8], [UInt8]) = ([], [])
        while let piece = try await reader.next() {
            rest += piece
            var (start, whole): (Int, Range<Int>?) = (0, nil)
            while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                guard line(rest[start..<end]) else { return nil }
                whole = start..<end
                start = end + 1
            }
            if let whole { last = Array(rest[whole]) }
            rest.removeSubrange(..<start)
        }
        guard !last.isEmpty else { throw BenchError("the watch of \(collection) ended") }
        return last
    }
}

/// An answer that is not a success.
struct StatusError: Error, CustomStringConvertible {
    let status: Int
    let description: String
}
