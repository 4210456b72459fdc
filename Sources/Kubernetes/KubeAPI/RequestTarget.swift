import KubeModel
import Network

/// A request's target taken apart.
struct RequestTarget: Sendable {
    /// nil for a path that is not of a resource.
    let resource: RequestPath?
    /// The decoded segments of a path that is not of a resource.
    let segments: [String]
    let query: Query

    /// nil when an escape in the path is malformed.
    init?(_ target: String, _ endpoints: EndpointTable) {
        if let known = Self.known(target, endpoints) {
            (resource, query, segments) = (known.path, Query(known.query), [])
            return
        }
        let url = URLTarget(target)
        guard let segments = url.segments else { return nil }
        query = Query(url.query)
        resource = RequestPath(segments)
        self.segments = resource == nil ? segments : []
    }

    /// The plain path of a built-in kind, read without taking it apart into strings; nil for any other.
    private static func known(_ target: String, _ endpoints: EndpointTable) -> (path: RequestPath, query: Substring)? {
        var target = target
        let found: (path: RequestPath, end: Int)? = target.withUTF8 { bytes in
            guard bytes.first == UInt8(ascii: "/") else { return nil }
            var parts = PathParts()
            var (start, end) = (1, 1)
            scan: while end < bytes.count {
                switch bytes[end] {
                case UInt8(ascii: "?"): break scan
                case UInt8(ascii: "%"), UInt8(ascii: "#"): return nil
                case UInt8(ascii: "/"):
                    guard parts.add(start..<end) else { return nil }
                    start = end + 1
                default: break
                }
                end += 1
            }
            guard parts.add(start..<end) else { return nil }
            return parts.path(bytes, endpoints).map { ($0, end) }
        }
        guard let found else { return nil }
        let start = target.utf8.index(target.startIndex, offsetBy: found.end)
        let mark = target[start...]
        return (found.path, mark.isEmpty ? mark : mark.dropFirst().prefix { $0 != "#" })
    }
}

/// The places of a path's segments.
private struct PathParts {
    private var places = InlineArray<8, Range<Int>>(repeating: 0..<0)
    private var count = 0

    /// False for an empty segment and for one too many.
    mutating func add(_ place: Range<Int>) -> Bool {
        guard count < 8, !place.isEmpty else { return false }
        places[count] = place
        count += 1
        return true
    }

    /// The path of a built-in kind; the rules are those of `RequestPath`.
    func path(_ bytes: UnsafeBufferPointer<UInt8>, _ endpoints: EndpointTable) -> RequestPath? {
        func slice(_ place: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[place]) }
        func has(_ index: Int, _ text: StaticString) -> Bool {
            let part = slice(places[index])
            return part.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }
        func text(_ index: Int) -> String { String(decoding: slice(places[index]), as: UTF8.self) }
        guard count > 2 else { return nil }
        let isCore = has(0, "api")
        guard isCore || has(0, "apis") else { return nil }
        var next = isCore ? 2 : 3
        guard count > next else { return nil }
        let version = slice(1..<places[next - 1].upperBound)
        var namespace = ""
        if count > next + 1, has(next, "namespaces") {
            namespace = text(next + 1)
            let own = count == next + 2 || has(next + 2, "status") || has(next + 2, "finalize")
            if !own || !isCore { next += 2 }
        }
        guard count > next, count <= next + 3, let endpoint = endpoints.find(version, slice(places[next])) else { return nil }
        var path = RequestPath(endpoint)
        path.namespace = namespace
        if count > next + 1 { path.name = text(next + 1) }
        if count > next + 2 { path.subresource = text(next + 2) }
        return path
    }
}
