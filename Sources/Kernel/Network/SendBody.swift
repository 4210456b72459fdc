/// A body as a connection sends it: fixed bytes, or whatever a writer brings. Belongs to the connection's loop.
struct SendBody {
    private var fixed = ByteQueue()
    private let writer: OutgoingBody?
    private var pump: Task<Void, Never>?
    /// Bytes altogether; nil where a writer decides.
    let length: Int?
    /// Bytes taken so far.
    private(set) var taken = 0

    /// - Parameter listener: told on the loop whenever a writer has brought something, until the body is closed.
    init(_ body: Body, loop: EventLoop, listener: any OutgoingListener) {
        switch body {
        case .bytes(let bytes):
            fixed.append(bytes)
            (writer, length) = (nil, bytes.count)
        case .slices(let slices):
            for slice in slices { fixed.append(slice) }
            (writer, length) = (nil, fixed.count)
        case .upgrade: (writer, length) = (nil, 0)
        case .writer(let produce):
            let outgoing = OutgoingBody(loop: loop)
            outgoing.listener = listener
            (writer, length) = (outgoing, nil)
            produce(outgoing)
        case .reader(let reader):
            let outgoing = OutgoingBody(loop: loop)
            outgoing.listener = listener
            (writer, length) = (outgoing, nil)
            pump = Task(executorPreference: loop) { await Self.pump(reader, into: outgoing) }
        }
    }

    /// Bytes that can be sent now.
    var available: Int { writer?.queue.count ?? fixed.count }
    /// Whether nothing follows what is available.
    var isLast: Bool { writer?.ended ?? true }
    /// Whether the application broke the body off.
    var isBroken: Bool { writer?.broken ?? false }

    /// Moves `count` available bytes into `output`.
    mutating func move(_ count: Int, to output: inout OutputQueue) {
        taken += count
        if let writer {
            writer.queue.move(count, to: &output)
            writer.sent(count)
        } else {
            fixed.move(count, to: &output)
        }
    }

    /// Lets the application know that the stream is over.
    func close() {
        pump?.cancel()
        writer?.close()
    }

    private static func pump(_ reader: any BodyReader, into outgoing: OutgoingBody) async {
        do {
            while let piece = try await reader.next() {
                outgoing.write(piece)
                try await outgoing.drained()
            }
            outgoing.finish(error: false)
        } catch {
            reader.cancel()
            outgoing.finish(error: true)
        }
    }

    /// Tells the application of a response that nobody will read.
    static func discard(_ body: Body, loop: EventLoop) {
        switch body {
        case .bytes, .slices, .upgrade: break
        case .reader(let reader): reader.cancel()
        case .writer(let produce):
            let outgoing = OutgoingBody(loop: loop)
            outgoing.close()
            produce(outgoing)
        }
    }
}

extension ByteQueue {
    /// Moves bytes from the front into `output`, large pieces and parts of them by reference.
    mutating func move(_ count: Int, to output: inout OutputQueue) {
        var left = Swift.min(count, self.count)
        while left > 0 {
            let part = Swift.min(firstCount, left)
            if part >= OutputQueue.copyLimit {
                output.append(large: takeFirst(part))
            } else {
                withFirst { output.append(copying: UnsafeRawBufferPointer(rebasing: $0[..<part])) }
                discard(part)
            }
            left -= part
        }
    }
}
