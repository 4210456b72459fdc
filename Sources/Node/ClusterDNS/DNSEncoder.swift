/// Writes messages, compressing names that were written before.
struct DNSEncoder {
    private var bytes: [UInt8] = []
    /// Where each suffix stands that was written.
    private var suffixes: [Substring: Int] = [:]

    /// The message; records that do not fit into `limit` bytes are left out and the message says so.
    static func encode(_ message: DNSMessage, limit: Int = 65_535) -> [UInt8] {
        var encoder = DNSEncoder()
        return encoder.write(message, limit)
    }
    /// A name without compression.
    static func plain(_ name: String) -> [UInt8] {
        var encoder = DNSEncoder()
        encoder.name(name, compress: false)
        return encoder.bytes
    }

    private mutating func write(_ message: DNSMessage, _ limit: Int) -> [UInt8] {
        let room = limit - (message.udpSize == nil ? 0 : 11)
        number(message.id)
        number(flags(of: message))
        number(UInt16(message.questions.count))
        for _ in 0..<3 { number(0) }
        for question in message.questions {
            name(question.name)
            number(question.type.rawValue)
            number(question.dnsClass)
        }
        var (counts, fits): ([Int], Bool) = ([0, 0, 0], true)
        for (section, records) in [message.answers, message.authorities, message.additionals].enumerated() where fits {
            for item in records {
                let mark = bytes.count
                record(item)
                if bytes.count > room {
                    bytes.removeSubrange(mark...)
                    // What may be missing from the additional section is not missed.
                    if section < 2 { bytes[2] |= 2 }
                    fits = false
                    break
                }
                counts[section] += 1
            }
        }
        if message.udpSize != nil {
            bytes += [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0]
            counts[2] += 1
        }
        for (section, count) in counts.enumerated() { put(UInt16(count), at: 6 + 2 * section) }
        return bytes
    }
    private func flags(of message: DNSMessage) -> UInt16 {
        let bits: [(Bool, UInt16)] = [
            (message.isResponse, 0x8000), (message.isAuthoritative, 0x400), (message.isTruncated, 0x200), (message.wantsRecursion, 0x100),
            (message.offersRecursion, 0x80), (message.authenticData, 0x20), (message.checkingDisabled, 0x10),
        ]
        return bits.reduce(message.opcode << 11 | message.code.rawValue) { $1.0 ? $0 | $1.1 : $0 }
    }

    private mutating func number(_ value: UInt16) { bytes += [UInt8(value >> 8), UInt8(value & 255)] }
    private mutating func long(_ value: UInt32) {
        number(UInt16(value >> 16))
        number(UInt16(value & 0xFFFF))
    }
    private mutating func put(_ value: UInt16, at place: Int) {
        (bytes[place], bytes[place + 1]) = (UInt8(value >> 8), UInt8(value & 255))
    }

    private mutating func name(_ name: String, compress: Bool = true) {
        var rest = name[...]
        while !rest.isEmpty, rest != "." {
            if compress, let place = suffixes[rest] { return number(0xC000 | UInt16(place)) }
            if compress, bytes.count < 0x4000 { suffixes[rest] = bytes.count }
            let end = rest.firstIndex(of: ".") ?? rest.endIndex
            let label = Self.unescaped(rest[..<end]).prefix(63)
            bytes.append(UInt8(label.count))
            bytes += label
            rest = end == rest.endIndex ? "" : rest[rest.index(after: end)...]
        }
        bytes.append(0)
    }
    /// Undoes `\DDD`.
    private static func unescaped(_ label: Substring) -> [UInt8] {
        guard label.utf8.contains(UInt8(ascii: "\\")) else { return Array(label.utf8) }
        var (bytes, rest): ([UInt8], Substring) = ([], label)
        while let first = rest.first {
            if first == "\\", let value = UInt8(rest.dropFirst().prefix(3)) {
                bytes.append(value)
                rest = rest.dropFirst(4)
            } else {
                bytes += Array(String(first).utf8)
                rest = rest.dropFirst()
            }
        }
        return bytes
    }

    private mutating func record(_ record: DNSRecord) {
        name(record.name)
        number(record.type.rawValue)
        number(record.dnsClass)
        long(record.ttl)
        let mark = bytes.count
        number(0)
        switch record.data {
        case .address(let address): bytes += address
        case .name(let target): name(target)
        case .service(let priority, let weight, let port, let target):
            for value in [priority, weight, port] { number(value) }
            name(target, compress: false)
        case .authority(let primary, let mailbox, let serial, let refresh, let retry, let expire, let minimum):
            name(primary)
            name(mailbox)
            for value in [serial, refresh, retry, expire, minimum] { long(value) }
        case .text(let texts):
            for text in texts {
                let piece = Array(text.utf8).prefix(255)
                bytes.append(UInt8(piece.count))
                bytes += piece
            }
        case .opaque(let data): bytes += data
        }
        put(UInt16(truncatingIfNeeded: bytes.count - mark - 2), at: mark)
    }
}
