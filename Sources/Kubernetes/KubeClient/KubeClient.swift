package import Documents
import KubeModel
package import Network

/// A client of one cluster's API. Documents go and come as JSON; refusals come as `KubeClientError.refused`.
///
/// Who the caller is follows from the transport (a client certificate, an in-process identity) or from a bearer token.
package struct KubeClient: Sendable {
    private let transport: any HTTPTransport
    private let token: (@Sendable () async throws -> String)?
    private let userAgent: String
    /// Largest answer that is taken, in bytes.
    private static let answerLimit = 256 << 20 - 1

    /// - Parameter token: gives a bearer token for each request; nil where the transport tells who calls.
    package init(transport: any HTTPTransport, userAgent: String = "eyrie", token: (@Sendable () async throws -> String)? = nil) {
        (self.transport, self.userAgent, self.token) = (transport, userAgent, token)
    }

    // MARK: Reading

    /// A document, or one of its subresources such as `scale`.
    /// - Parameter namespace: ignored for kinds without namespaces; nil means `default`.
    package func get(
        _ kind: Kind, namespace: String? = nil, _ name: String, subresource: String? = nil
    ) async throws(KubeClientError) -> Value {
        try await send("GET", path(kind, namespace ?? "default", name, subresource))
    }
    /// Documents of a namespace, or of all when nil; as many as the server gives at once.
    package func list(_ kind: Kind, namespace: String? = nil, _ options: ListOptions = ListOptions()) async throws(KubeClientError)
        -> KubeList
    {
        let value = try await send("GET", path(kind, namespace), options.items)
        guard case .array(let items) = value["items"] else { throw .malformed("a list without items") }
        let metadata = value["metadata"]
        let filled = items.map { item in
            var item = item
            if item["kind"].isNull { item["kind"] = .string(kind.name) }
            if item["apiVersion"].isNull { item["apiVersion"] = .string(kind.apiVersion) }
            return item
        }
        return KubeList(
            items: filled, resourceVersion: metadata["resourceVersion"].string ?? "", continuation: metadata["continue"].string ?? "")
    }
    /// All documents of a namespace, or of all namespaces, page by page.
    package func all(
        _ kind: Kind, namespace: String? = nil, _ options: ListOptions = ListOptions(limit: 500)
    ) async throws(KubeClientError) -> KubeList {
        var (options, items) = (options, [Value]())
        while true {
            let page: KubeList
            do throws(KubeClientError) {
                page = try await list(kind, namespace: namespace, options)
            } catch  where error.isExpired && !options.continuation.isEmpty {
                (options.continuation, options.limit, items) = ("", 0, [])
                continue
            }
            items += page.items
            guard !page.continuation.isEmpty else { return KubeList(items: items, resourceVersion: page.resourceVersion) }
            options.continuation = page.continuation
            options.resourceVersion = ""
        }
    }
    /// Changes after `options.resourceVersion`. The server ends the stream after `timeoutSeconds`.
    package func watch(
        _ kind: Kind, namespace: String? = nil, _ options: ListOptions, timeoutSeconds: Int = 300
    ) async throws(KubeClientError) -> WatchStream {
        let items = options.items + [("watch", "true"), ("allowWatchBookmarks", "true"), ("timeoutSeconds", String(timeoutSeconds))]
        let response = try await answer("GET", path(kind, namespace), items, nil, nil)
        guard response.status == 200 else { throw await refusal(response) }
        return WatchStream(response.body.read())
    }

    // MARK: Writing

    /// Creates a document, or posts to a subresource of the named one (`binding`, `eviction`, `token`).
    package func create(
        _ kind: Kind, _ document: Value, namespace: String? = nil, name: String? = nil, subresource: String? = nil,
        _ options: WriteOptions = WriteOptions()
    ) async throws(KubeClientError) -> Value {
        let namespace = namespace ?? document["metadata"]["namespace"].string ?? "default"
        return try await send("POST", path(kind, namespace, name, subresource), options.items, document)
    }
    /// Replaces a document, or its `status`; `metadata.resourceVersion` guards against lost updates.
    package func update(
        _ kind: Kind, _ document: Value, subresource: String? = nil, _ options: WriteOptions = WriteOptions()
    ) async throws(KubeClientError) -> Value {
        let metadata = document["metadata"]
        let path = path(kind, metadata["namespace"].string ?? "default", metadata["name"].string ?? "", subresource)
        return try await send("PUT", path, options.items, document)
    }
    /// Patches a document or a subresource.
    package func patch(
        _ kind: Kind, namespace: String? = nil, _ name: String, _ patch: Patch, subresource: String? = nil,
        _ options: WriteOptions = WriteOptions()
    ) async throws(KubeClientError) -> Value {
        let path = path(kind, namespace ?? "default", name, subresource)
        return try await send("PATCH", path, patch.items + options.items, patch.document, patch.contentType)
    }
    /// Patches a document or a subresource; nothing of the answer is read, for those who watch it anyway.
    package func patchUnread(
        _ kind: Kind, namespace: String? = nil, _ name: String, _ patch: Patch, subresource: String? = nil
    ) async throws(KubeClientError) {
        let path = path(kind, namespace ?? "default", name, subresource)
        _ = try await bytes(of: answer("PATCH", path, patch.items, JSON.encode(patch.document), patch.contentType))
    }
    /// Replaces a document by one in JSON; of the answer only the new resource version is read.
    package func replace(
        _ kind: Kind, namespace: String? = nil, _ name: String, json: [UInt8]
    ) async throws(KubeClientError) -> String {
        let bytes = try await bytes(of: answer("PUT", path(kind, namespace ?? "default", name), [], json, nil))
        guard let version = (try? Document(bytes))?.root["metadata"]?["resourceVersion"]?.string else {
            throw .malformed("a document without a resource version")
        }
        return version
    }
    /// Deletes a document; returns it as it stands, or a `Status`.
    @discardableResult package func delete(
        _ kind: Kind, namespace: String? = nil, _ name: String, _ options: DeleteOptions = DeleteOptions()
    ) async throws(KubeClientError) -> Value {
        try await send("DELETE", path(kind, namespace ?? "default", name), [], options.document)
    }
    /// Deletes what the selectors select in a namespace.
    @discardableResult package func deleteAll(
        _ kind: Kind, namespace: String?, _ selection: ListOptions = ListOptions(), _ options: DeleteOptions = DeleteOptions()
    ) async throws(KubeClientError) -> Value {
        try await send("DELETE", path(kind, namespace), selection.items, options.document)
    }

    /// A request to any path of the API, as in `["version"]`; the answer must be JSON.
    package func send(
        _ method: String, _ segments: [String], _ items: [(String, String)] = [], _ document: Value? = nil, _ contentType: String? = nil
    ) async throws(KubeClientError) -> Value {
        let bytes = try await bytes(of: answer(method, segments, items, document.map { JSON.encode($0) }, contentType))
        var limits = DocumentLimits()
        limits.bytes = Self.answerLimit
        do {
            return try JSON.parse(bytes, limits: limits)
        } catch {
            throw .malformed("\(error)")
        }
    }
}

extension KubeClient {
    /// `/api/v1/namespaces/default/pods/web/status` and the like, in segments.
    private func path(_ kind: Kind, _ namespace: String?, _ name: String? = nil, _ subresource: String? = nil) -> [String] {
        var segments = kind.group.isEmpty ? ["api", kind.version] : ["apis", kind.group, kind.version]
        if kind.namespaced, let namespace { segments += ["namespaces", namespace] }
        segments.append(kind.plural)
        if let name { segments.append(name) }
        if let subresource { segments.append(subresource) }
        return segments
    }

    private func answer(
        _ method: String, _ segments: [String], _ items: [(String, String)], _ body: [UInt8]?, _ contentType: String?
    ) async throws(KubeClientError) -> HTTPResponse {
        let target = URLTarget(segments: segments, items: items.map { URLTarget.Item($0.0, $0.1) })
        var request = HTTPRequest(method, target.text, headers: ["accept": "application/json", "user-agent": userAgent])
        if let body {
            request.headers["content-type"] = contentType ?? "application/json"
            request.body = .bytes(body)
        }
        do {
            if let token { request.headers["authorization"] = "Bearer \(try await token())" }
            return try await transport.send(request)
        } catch {
            throw KubeClientError(error)
        }
    }

    /// The whole body of an answer that is a success.
    private func bytes(of response: HTTPResponse) async throws(KubeClientError) -> [UInt8] {
        guard 200..<300 ~= response.status else { throw await refusal(response) }
        do { return try await response.body.collect(limit: Self.answerLimit) } catch { throw KubeClientError(error) }
    }

    /// The error of an answer that is no success.
    private func refusal(_ response: HTTPResponse) async -> KubeClientError {
        let bytes: [UInt8]
        do {
            bytes = try await response.body.collect(limit: 3 << 20)
        } catch {
            return KubeClientError(error)
        }
        if let document = try? JSON.parse(bytes), let status = KubeStatus(document: document, code: response.status) {
            return .refused(status)
        }
        let text = String(decoding: bytes.prefix(512), as: UTF8.self)
        return .refused(KubeStatus(response.status, .unknown, text.isEmpty ? "HTTP status \(response.status)" : text))
    }
}

extension Kind {
    /// The resource name in paths, as in `pods`: the second part of the key prefix.
    package var plural: String {
        let bytes = prefix.utf8
        guard let first = bytes.firstIndex(of: UInt8(ascii: "/")) else { return prefix }
        let rest = bytes[bytes.index(after: first)...]
        guard !rest.isEmpty else { return prefix }
        return String(prefix[rest.startIndex..<(rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex)])
    }
}
