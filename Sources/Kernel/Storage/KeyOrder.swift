import Glibc

/// Keys are ordered by their UTF-8 bytes, as etcd orders them, not by Unicode's rules.
extension String {
    /// Whether this key comes before the other.
    func precedes(_ other: String) -> Bool { compareBytes(self, other) < 0 }
    /// Negative when this key comes before the other, 0 when both are the same.
    func byteOrder(to other: String) -> Int { compareBytes(self, other) }
    /// Whether this key begins with the bytes of `prefix`.
    func begins(with prefix: String) -> Bool {
        let length = prefix.utf8.count
        guard utf8.count >= length else { return false }
        return withBytes(of: self) { key in withBytes(of: prefix) { order(key, $0, length) == 0 } }
    }
    /// The part of a key, or of a prefix, up to its second slash: its kind, as a rule. Nil when there are no two.
    var keyPart: Substring? {
        guard let first = utf8.firstIndex(of: UInt8(ascii: "/")),
            let second = utf8[utf8.index(after: first)...].firstIndex(of: UInt8(ascii: "/"))
        else { return nil }
        return self[...second]
    }
    /// Whether both have the same bytes.
    func matches(_ other: String) -> Bool { utf8.count == other.utf8.count && compareBytes(self, other) == 0 }
}

private func compareBytes(_ left: String, _ right: String) -> Int {
    withBytes(of: left) { left in
        withBytes(of: right) { right in
            let order = order(left, right, min(left.count, right.count))
            return order != 0 ? order : left.count - right.count
        }
    }
}

/// Compares the first `length` bytes of both.
private func order(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>, _ length: Int) -> Int {
    guard length > 0, let left = left.baseAddress, let right = right.baseAddress else { return 0 }
    return Int(memcmp(left, right, length))
}

/// Calls `body` with the UTF-8 bytes of the text; strings made in Swift are contiguous, so nothing is copied to the heap.
private func withBytes<Result>(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    if let result = text.utf8.withContiguousStorageIfAvailable(body) { return result }
    return Array(text.utf8).withUnsafeBufferPointer(body)
}
