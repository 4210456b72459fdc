import KubeModel
import Network
import Synchronization

/// Keeps the links of proxied pages behind the proxy's path. Source: apimachinery, util/proxy, Transport.
struct ProxyLinks: Sendable {
    /// The path that stands before every path of the backend's: `/api/v1/namespaces/a/pods/b/proxy`.
    let prefix: String
    /// The hosts that mean the backend: its own, and the one that the client asked.
    let hosts: [String]

    /// A URL of the backend as the client has to ask for it; relative ones and other hosts' stay as they are.
    func rewrite(_ url: String) -> String {
        var path = Substring(url)
        if let range = url.range(of: "//", upTo: 8), range.lowerBound == url.startIndex || url[..<range.lowerBound].hasSuffix(":") {
            let rest = url[range.upperBound...]
            let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            guard hosts.contains(String(host)) else { return url }
            path = rest[host.endIndex...]
            if path.isEmpty { path = "/" }
        }
        guard path.hasPrefix("/") else { return url }
        return path.hasPrefix(prefix) ? String(path) : prefix + path
    }

    /// An answer with its links rewritten: the place that it leads to, and the links of a page.
    func rewrite(_ response: HTTPResponse) -> HTTPResponse {
        var answer = response
        if response.status == 201 || (300..<400).contains(response.status), let place = response.headers["location"] {
            answer.headers["location"] = rewrite(place)
        }
        let type = response.headers["content-type"]?.prefix { $0 != ";" }.trimmed.lowercased()
        guard type == "text/html", response.headers["content-encoding"] == nil else { return answer }
        answer.headers["content-length"] = nil
        answer.body = .reader(PageReader(response.body.read(), self))
        return answer
    }
}

extension String {
    /// Where `text` begins within the first `count` characters.
    fileprivate func range(of text: String, upTo count: Int) -> Range<Index>? {
        var start = startIndex
        for _ in 0..<count where start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}

/// A page whose links are rewritten while it streams through.
private final class PageReader: BodyReader {
    private let reader: any BodyReader
    private let page: Mutex<PageRewriter>
    init(_ reader: any BodyReader, _ links: ProxyLinks) {
        self.reader = reader
        page = Mutex(PageRewriter(links))
    }

    func next() async throws -> [UInt8]? {
        while let piece = try await reader.next() {
            let out = page.withLock { $0.feed(piece) }
            if !out.isEmpty { return out }
        }
        let rest = page.withLock { $0.finish() }
        return rest.isEmpty ? nil : rest
    }
    func cancel() { reader.cancel() }
}
