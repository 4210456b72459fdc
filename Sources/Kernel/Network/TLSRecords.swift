import CLinux
import COpenSSL
import Glibc

/// The records of a TLS 1.3 connection once OpenSSL has shaken hands, as a kernel with TLS would take them over: bytes are sealed from
/// where they lie straight into what is sent, many records at a time, and opened where they came in. Belongs to the connection's loop.
/// Source: RFC 8446, sections 4.6.3, 5 and 6.
final class TLSRecords {
    /// Most bytes of one record's content.
    static let contentLimit = 16_384
    /// What a record is longer than its content: head, type and tag.
    static let overhead = Int(TLS_RECORD_HEAD + TLS_RECORD_TAG) + 1
    /// Records in a row without data of the application, of which one or none are usual.
    private static let patience = 32
    private enum Kind: UInt8 {
        case alert = 21
        case handshake = 22
        case data = 23
    }
    private enum Alert: UInt8 {
        case closeNotify = 0
        case unexpectedMessage = 10
        case badRecord = 20
        case overflow = 22
        case illegalParameter = 47
    }

    private var sending = tls_direction()
    private var receiving = tls_direction()
    /// What was sealed and the kernel had no room for.
    private var unsent: ArraySlice<UInt8> = []
    /// The beginning of a record; with `heldWhole` what was left when the reader had enough.
    private var held: [UInt8] = []
    private var heldWhole = false
    private var owesKeys = false
    private var withoutData = 0
    /// Whether the last reading took everything that the kernel had.
    private(set) var tookAll = false

    /// - Parameters:
    ///   - suite: what the handshake agreed on.
    ///   - sending: the traffic secret of this side.
    ///   - receiving: that of the other.
    ///   - engine: what AES-GCM goes by; OpenSSL where it is nil.
    /// Nil for a suite that has other records.
    init?(suite: OpaquePointer, sending: [UInt8], receiving: [UInt8], engine: GCMEngine? = .shared) {
        let made =
            tls_direction_begin(&self.sending, suite, sending, sending.count, 1, engine?.pointer) == 1
            && tls_direction_begin(&self.receiving, suite, receiving, receiving.count, 0, engine?.pointer) == 1
        guard made else { return nil }
    }

    deinit {
        tls_direction_end(&sending)
        tls_direction_end(&receiving)
    }

    /// Whether nothing waits that was sealed.
    var isDrained: Bool { unsent.isEmpty && !owesKeys }
    /// Whether something can be read without asking the kernel.
    var holdsRecords: Bool { heldWhole }

    // MARK: Sending

    /// Sends what was left, or else seals as much of `output` as `room` takes and sends that.
    func write(_ output: inout OutputQueue, to descriptor: Int32, by room: UnsafeMutableRawBufferPointer) -> IOOutcome {
        if !unsent.isEmpty {
            let count = unsent.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count >= 0 else { return Self.failure }
            unsent = unsent.dropFirst(count)
            if unsent.isEmpty { unsent = [] }
            return .moved(count)
        }
        guard let count = seal(&output, into: room) else { return .failed("TLS: a record cannot be sealed") }
        let sent = send(descriptor, room.baseAddress, count, Int32(MSG_NOSIGNAL))
        let outcome: IOOutcome = sent >= 0 ? .moved(sent) : Self.failure
        if sent < count { unsent = ArraySlice(room[max(0, sent)..<count]) }
        return outcome
    }

    private static var failure: IOOutcome { errno == EAGAIN || errno == EINTR ? .wouldBlock : .failed(lastErrorText()) }

    /// Seals records of what waits; returns their bytes. Nil when OpenSSL fails.
    private func seal(_ output: inout OutputQueue, into room: UnsafeMutableRawBufferPointer) -> Int? {
        var used = 0
        if owesKeys {
            // A key update that asks for nothing.
            guard let count = seal(.handshake, [24, 0, 0, 1, 0], into: room), tls_direction_update(&sending) == 1 else { return nil }
            owesKeys = false
            used = count
        }
        while !output.isEmpty {
            let left = room.count - used - Self.overhead
            guard left >= min(Self.contentLimit, output.count) else { break }
            let record = UnsafeMutableRawBufferPointer(rebasing: room[used...])
            let whole = seal(.data, min(Self.contentLimit, output.count), into: record) { add in
                output.take(min(Self.contentLimit, output.count), add)
            }
            guard let whole else { return nil }
            used += whole
        }
        return used
    }

    private func seal(_ kind: Kind, _ content: [UInt8], into room: UnsafeMutableRawBufferPointer) -> Int? {
        seal(kind, content.count, into: room) { add in content.withUnsafeBytes(add) }
    }

    /// Seals one record; `body` passes its content, `length` bytes, piece by piece. Returns the record's bytes.
    private func seal(
        _ kind: Kind, _ length: Int, into room: UnsafeMutableRawBufferPointer, _ body: ((UnsafeRawBufferPointer) -> Void) -> Void
    ) -> Int? {
        let size = length + 1 + Int(TLS_RECORD_TAG)
        guard let bytes = room.baseAddress?.assumingMemoryBound(to: UInt8.self), room.count >= size + Int(TLS_RECORD_HEAD) else {
            return nil
        }
        (bytes[0], bytes[1], bytes[2]) = (Kind.data.rawValue, 3, 3)
        (bytes[3], bytes[4]) = (UInt8(size >> 8), UInt8(size & 255))
        var (place, sealed) = (Int(TLS_RECORD_HEAD), tls_record_begin(&sending, bytes) == 1)
        body { piece in
            guard sealed, let start = piece.bindMemory(to: UInt8.self).baseAddress else { return }
            sealed = place + piece.count < room.count && tls_record_add(&sending, bytes + place, start, Int32(piece.count)) == 1
            place += piece.count
        }
        bytes[place] = kind.rawValue
        guard sealed, place == length + Int(TLS_RECORD_HEAD), tls_record_add(&sending, bytes + place, bytes + place, 1) == 1,
            tls_record_seal(&sending, bytes + place + 1) == 1
        else { return nil }
        return size + Int(TLS_RECORD_HEAD)
    }

    /// Tells the peer that no more will come, unless something is on its way that cannot be finished.
    func shutdown(_ descriptor: Int32) { tell(.closeNotify, descriptor) }

    private func tell(_ alert: Alert, _ descriptor: Int32) {
        guard unsent.isEmpty else { return }
        let level: UInt8 = alert == .closeNotify ? 1 : 2
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { room in
            guard let count = seal(.alert, [level, alert.rawValue], into: room) else { return }
            _ = send(descriptor, room.baseAddress, count, Int32(MSG_NOSIGNAL))
        }
    }

    // MARK: Receiving

    /// Reads what has come into `room` and hands on what its whole records hold, until `deliver` wants no more.
    func read(
        from descriptor: Int32, by room: UnsafeMutableRawBufferPointer, deliver: (UnsafeRawBufferPointer) -> Bool
    ) -> IOOutcome {
        var filled = held.count
        tookAll = false
        if !heldWhole {
            let free = UnsafeMutableRawBufferPointer(rebasing: room[filled...])
            let count = recv(descriptor, free.baseAddress, free.count, 0)
            guard count > 0 else { return count == 0 ? .failed("the peer closed the connection") : Self.failure }
            tookAll = count < free.count
            filled += count
        }
        if !held.isEmpty {
            room.copyBytes(from: held)
            held = []
        }
        heldWhole = false
        var place = 0
        while let size = Self.record(UnsafeRawBufferPointer(rebasing: room[place..<filled])) {
            guard size > 0 else {
                tell(.overflow, descriptor)
                return .failed("TLS: a record that is too long, or none")
            }
            let record = UnsafeMutableRawBufferPointer(rebasing: room[place..<place + size])
            place += size
            switch open(record) {
            case .success(let content?):
                guard deliver(content) else {
                    held = Array(room[place..<filled])
                    heldWhole = !held.isEmpty
                    return .moved(place)
                }
            case .success(nil): break
            case .failure(.ended): return .end
            case .failure(.told(let reason)): return .failed(reason)
            case .failure(.wrong(let alert)):
                tell(alert, descriptor)
                return .failed("TLS: alert \(alert.rawValue)")
            }
        }
        if place < filled { held = Array(room[place..<filled]) }
        return .moved(max(1, place))
    }

    private enum Refusal: Error {
        case ended
        case told(String)
        case wrong(Alert)
    }

    /// The bytes of the first record; nil as long as it is not whole, 0 when it cannot be one.
    private static func record(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= Int(TLS_RECORD_HEAD) else { return nil }
        let size = Int(bytes[3]) << 8 | Int(bytes[4])
        guard bytes[0] == Kind.data.rawValue, bytes[1] == 3, size > Int(TLS_RECORD_TAG), size <= contentLimit + 256 else { return 0 }
        return bytes.count >= Int(TLS_RECORD_HEAD) + size ? Int(TLS_RECORD_HEAD) + size : nil
    }

    /// Opens a record where it lies; nil when it holds nothing for the application.
    private func open(_ record: UnsafeMutableRawBufferPointer) -> Result<UnsafeRawBufferPointer?, Refusal> {
        guard let bytes = record.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return .failure(.wrong(.badRecord)) }
        let content = bytes + Int(TLS_RECORD_HEAD)
        var length = record.count - Int(TLS_RECORD_HEAD + TLS_RECORD_TAG)
        guard tls_record_begin(&receiving, bytes) == 1, tls_record_add(&receiving, content, content, Int32(length)) == 1,
            tls_record_open(&receiving, content + length) == 1
        else { return .failure(.wrong(.badRecord)) }
        // The type is the last byte that is not padding.
        while length > 0, content[length - 1] == 0 { length -= 1 }
        guard length > 0 else { return .failure(.wrong(.unexpectedMessage)) }
        length -= 1
        guard length <= Self.contentLimit else { return .failure(.wrong(.overflow)) }
        let kind = Kind(rawValue: content[length])
        let inside = UnsafeRawBufferPointer(start: content, count: length)
        withoutData = kind == .data && length > 0 ? 0 : withoutData + 1
        guard withoutData <= Self.patience else { return .failure(.wrong(.unexpectedMessage)) }
        switch kind {
        case .data: return .success(length == 0 ? nil : inside)
        case .alert:
            guard length == 2 else { return .failure(.wrong(.unexpectedMessage)) }
            return .failure(inside[1] == Alert.closeNotify.rawValue ? .ended : .told("TLS: the peer's alert \(inside[1])"))
        case .handshake: return update(inside)
        case nil: return .failure(.wrong(.unexpectedMessage))
        }
    }

    /// The one message that a client may send after the handshake: it uses new keys from now on, and may ask for the same.
    private func update(_ message: UnsafeRawBufferPointer) -> Result<UnsafeRawBufferPointer?, Refusal> {
        guard message.elementsEqual([24, 0, 0, 1, 0]) || message.elementsEqual([24, 0, 0, 1, 1]) else {
            return .failure(.wrong(message.first == 24 ? .illegalParameter : .unexpectedMessage))
        }
        guard tls_direction_update(&receiving) == 1 else { return .failure(.wrong(.badRecord)) }
        if message[4] == 1 { owesKeys = true }
        return .success(nil)
    }
}
