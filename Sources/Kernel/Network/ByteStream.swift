/// Two-way bytes. Reading gives back-pressure. Closing twice is nothing; letting go of a stream closes it.
package protocol ByteStream: AnyObject, Sendable {
    /// The next piece; nil at the end. One task reads. - Throws: `HTTPError` when the connection broke or was closed here.
    func read() async throws -> [UInt8]?
    /// Sends a piece and returns when there is room for more. - Throws: `HTTPError` when the peer went away.
    func write(_ bytes: [UInt8]) async throws
    /// Sends a piece behind what was written before, without waiting for room: for few and short ones.
    func queue(_ bytes: [UInt8])
    /// Sends no more (half close); reading goes on.
    func finish()
    /// Ends both directions; what was written before is still sent.
    func close()
}

extension ByteStream {
    /// Copies what comes from `other` to this stream until its end, and then half-closes this one.
    /// - Throws: what reading or writing throws.
    package func pump(from other: any ByteStream) async throws {
        while let piece = try await other.read() { try await write(piece) }
        finish()
    }

    /// Joins this stream with another, both ways, until both directions have ended or either breaks; then both are closed.
    package func join(_ other: any ByteStream) async {
        await withTaskGroup(of: Bool.self) { group in
            for (target, source) in [(self, other), (other, self)] as [(any ByteStream, any ByteStream)] {
                group.addTask {
                    do {
                        try await target.pump(from: source)
                        return true
                    } catch { return false }
                }
            }
            for await whole in group where !whole {
                close()
                other.close()
            }
        }
        close()
        other.close()
    }
}
