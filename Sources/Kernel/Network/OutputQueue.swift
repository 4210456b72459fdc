/// Bytes on their way to a socket: small ones gathered in a buffer, large pieces kept as they are between them.
struct OutputQueue {
    /// Pieces of at least that many bytes are not copied together with others.
    static let copyLimit = 4096
    /// A large piece, and how many small bytes go before it.
    private struct Large {
        var before: Int
        var bytes: ArraySlice<UInt8>
    }
    private var larges: [Large] = []
    private var firstLarge = 0
    private var small: [UInt8] = []
    private var smallStart = 0
    /// Small bytes that go before some large piece.
    private var claimed = 0
    /// Bytes waiting.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Adds a piece, by reference when it is large.
    mutating func append(_ piece: [UInt8]) {
        if piece.count >= Self.copyLimit { append(large: piece[...]) } else { piece.withUnsafeBytes { append(copying: $0) } }
    }

    /// Adds a piece by reference.
    mutating func append(large piece: ArraySlice<UInt8>) {
        let before = small.count - smallStart - claimed
        larges.append(Large(before: before, bytes: piece))
        claimed += before
        count += piece.count
    }

    mutating func append(copying bytes: UnsafeRawBufferPointer) {
        small.append(contentsOf: bytes)
        count += bytes.count
    }

    mutating func append(_ text: String) {
        small.append(contentsOf: text.utf8)
        count += text.utf8.count
    }

    /// Calls `body` with the next bytes to send: a large piece itself, or what lies behind each other together in `scratch`.
    func withNext<Outcome>(_ scratch: UnsafeMutableRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Outcome) -> Outcome {
        if firstLarge == larges.count { return small.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[smallStart...])) } }
        if larges[firstLarge].before == 0, larges[firstLarge].bytes.count >= 16_384 {
            return larges[firstLarge].bytes.withUnsafeBytes(body)
        }
        var filled = 0
        forEach(scratch.count) { piece in
            UnsafeMutableRawBufferPointer(rebasing: scratch[filled..<filled + piece.count]).copyMemory(from: piece)
            filled += piece.count
        }
        return body(UnsafeRawBufferPointer(rebasing: scratch[..<filled]))
    }

    /// Calls `body` with the pieces of the next bytes, `limit` at most, and drops them.
    mutating func take(_ limit: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        forEach(limit, body)
        discard(min(limit, count))
    }

    /// Calls `body` with the pieces of the next bytes, `limit` at most.
    private func forEach(_ limit: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        var (left, start) = (min(limit, count), smallStart)
        func passSmall(_ length: Int) {
            let part = min(left, length)
            guard part > 0 else { return }
            small.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start..<start + part])) }
            start += part
            left -= part
        }
        for index in firstLarge..<larges.count {
            passSmall(larges[index].before)
            guard left > 0 else { return }
            let part = min(left, larges[index].bytes.count)
            larges[index].bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<part])) }
            left -= part
        }
        passSmall(left)
    }

    /// Drops bytes that were sent, `count` at most.
    mutating func discard(_ length: Int) {
        var left = length
        count -= length
        guard count > 0 else {
            larges.removeAll(keepingCapacity: true)
            small.removeAll(keepingCapacity: true)
            (firstLarge, smallStart, claimed) = (0, 0, 0)
            return
        }
        while left > 0, firstLarge < larges.count {
            let before = min(left, larges[firstLarge].before)
            larges[firstLarge].before -= before
            (smallStart, claimed, left) = (smallStart + before, claimed - before, left - before)
            let part = min(left, larges[firstLarge].bytes.count)
            left -= part
            guard part == larges[firstLarge].bytes.count else {
                larges[firstLarge].bytes = larges[firstLarge].bytes.dropFirst(part)
                break
            }
            larges[firstLarge].bytes = []
            firstLarge += 1
        }
        smallStart += left
        compact()
    }

    /// Forgets what was sent, now and then.
    private mutating func compact() {
        larges.forget(before: &firstLarge)
        if smallStart >= 4096, smallStart * 2 > small.count {
            small.removeFirst(smallStart)
            smallStart = 0
        }
    }

    /// Borrows an empty buffer for small pieces.
    mutating func borrow(_ buffer: inout [UInt8]) {
        if isEmpty, small.capacity == 0 { swap(&small, &buffer) }
    }

    /// Gives the buffer back when nothing waits, so that an idle connection holds nothing.
    mutating func giveBack(_ buffer: inout [UInt8]) {
        guard isEmpty else { return }
        if larges.capacity > 0 { larges = [] }
        guard small.capacity > 0 else { return }
        if small.capacity > buffer.capacity { swap(&small, &buffer) }
        small = []
    }

    mutating func removeAll() { self = OutputQueue() }
}
