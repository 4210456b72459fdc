import CNGHTTP2

/// Fields that many answers have in common, checked and laid out for HTTP/2 once.
package final class PreparedFields: @unchecked Sendable {
    /// The same as a response has them.
    package let fields: HTTPFields
    private let text: UnsafeMutableBufferPointer<UInt8>
    private let places: UnsafeMutableBufferPointer<nghttp2_nv>
    let count: Int

    /// Lays the fields out. What a server adds by itself (date, content-length) must not be among them.
    package init(_ fields: HTTPFields) {
        self.fields = fields
        text = .allocate(capacity: fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count })
        places = .allocate(capacity: fields.count)
        var block = HTTP2FieldBlock(text: text, entries: places)
        for (name, value) in fields where HTTP2Session.isForwarded(name, value) { block.add(name, value) }
        count = block.count
    }

    deinit {
        text.deallocate()
        places.deallocate()
    }

    /// What nghttp2 takes; valid as long as this object.
    var entries: UnsafeBufferPointer<nghttp2_nv> { UnsafeBufferPointer(rebasing: places[..<count]) }
}
