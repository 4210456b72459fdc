import Network

/// Who asks for which document, and what counts it.
struct PromptPlace {
    let caller: Caller
    let endpoint: Endpoint
    /// A path in the collection; its name is another document's.
    let collection: RequestPath
    var key: String
    let series: APIMetrics.Series
}

/// The latest plain GET of a connection. The next one has the same header fields, as a rule, and another name in the same collection: then
/// what was made of the fields and of the path stands, and only the name is read.
struct PromptMemo {
    private let place: PromptPlace
    private let headers: HTTPFields
    /// The target before the name.
    private let path: [UInt8]
    /// The key before the name.
    private let prefix: String

    /// Nil for a target that is written in another way than name by name.
    init?(_ place: PromptPlace, of request: HTTPRequest, name: String) {
        guard request.target.utf8.reversed().starts(with: name.utf8.reversed()), place.key.utf8.count > name.utf8.count else { return nil }
        (self.place, headers) = (place, request.headers)
        path = Array(request.target.utf8.dropLast(name.utf8.count))
        prefix = String(place.key.utf8.dropLast(name.utf8.count)) ?? ""
        guard path.last == UInt8(ascii: "/"), !prefix.isEmpty else { return nil }
    }

    /// Where a request of the same kind leads; nil for any other.
    func place(of request: HTTPRequest) -> PromptPlace? {
        guard hasFields(request.headers) else { return nil }
        var target = request.target
        let key: String? = target.withUTF8 { bytes in
            guard bytes.count > path.count, bytes.starts(with: path) else { return nil }
            let name = UnsafeBufferPointer(rebasing: bytes[path.count...])
            guard name.allSatisfy(Self.isPlain) else { return nil }
            var key = ""
            key.reserveCapacity(prefix.utf8.count + name.count)
            key += prefix
            key += String(decoding: name, as: UTF8.self)
            return key
        }
        guard let key else { return nil }
        var found = place
        found.key = key
        return found
    }

    /// Whether the fields are those of the request that is remembered. Some clients send them in another order each time.
    private func hasFields(_ others: HTTPFields) -> Bool {
        guard others.count == headers.count else { return false }
        if others == headers { return true }
        // Both ways: a field that comes twice must not stand for one that is not there.
        return others.allSatisfy { Self.holds(headers, $0) } && headers.allSatisfy { Self.holds(others, $0) }
    }
    private static func holds(_ fields: HTTPFields, _ wanted: (name: String, value: String)) -> Bool {
        fields.contains { $0.name == wanted.name && $0.value == wanted.value }
    }

    /// The letters of nearly all names, which mean themselves in a path.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }
}
