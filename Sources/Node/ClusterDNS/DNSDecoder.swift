/// Why bytes are no message.
package enum DNSFormatError: Error, Sendable, Hashable {
    case truncated, badName, tooManyRecords
}

/// Reads messages. Every length is checked, and compression pointers only lead backwards.
struct DNSDecoder {
    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Throws: `DNSFormatError`.
    static func decode(_ bytes: [UInt8]) throws(DNSFormatError) -> DNSMessage {
        var decoder = DNSDecoder(bytes)
        return try decoder.message()
    }

    private mutating func message() throws(DNSFormatError) -> DNSMessage {
        var message = DNSMessage()
        message.id = try number()
        let flags = try number()
        (message.isResponse, message.opcode) = (flags & 0x8000 != 0, flags >> 11 & 15)
        (message.isAuthoritative, message.isTruncated) = (flags & 0x400 != 0, flags & 0x200 != 0)
        (message.wantsRecursion, message.offersRecursion) = (flags & 0x100 != 0, flags & 0x80 != 0)
        (message.authenticData, message.checkingDisabled) = (flags & 0x20 != 0, flags & 0x10 != 0)
        message.code = DNSCode(rawValue: flags & 15) ?? .serverFailure
        let counts = [try number(), try number(), try number(), try number()].map(Int.init)
        guard counts.reduce(0, +) <= bytes.count / 5 + 1 else { throw .tooManyRecords }
        for _ in 0..<counts[0] {
            var question = DNSQuestion(try name(), DNSType(rawValue: try number()))
            question.dnsClass = try number()
            message.questions.append(question)
        }
        for _ in 0..<counts[1] { message.answers.append(try record()) }
        for _ in 0..<counts[2] { message.authorities.append(try record()) }
        for _ in 0..<counts[3] {
            let record = try record()
            if record.type == .opt { message.udpSize = max(512, Int(record.dnsClass)) } else { message.additionals.append(record) }
        }
        return message
    }

    private mutating func number() throws(DNSFormatError) -> UInt16 {
        guard position + 2 <= bytes.count else { throw .truncated }
        defer { position += 2 }
        return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
    }
    private mutating func long() throws(DNSFormatError) -> UInt32 {
        let high = try number()
        return UInt32(high) << 16 | UInt32(try number())
    }

    /// A name with its compression undone. Bytes that are no plain text are escaped as `\DDD`.
    private mutating func name() throws(DNSFormatError) -> String {
        var (text, place, end, room) = ("", position, Int?.none, 255)
        while true {
            guard place < bytes.count else { throw .truncated }
            let length = Int(bytes[place])
            if length == 0 { break }
            if length & 0xC0 == 0xC0 {
                guard place + 1 < bytes.count else { throw .truncated }
                let target = (length & 0x3F) << 8 | Int(bytes[place + 1])
                guard target < place else { throw .badName }
                if end == nil { end = place + 2 }
                place = target
                continue
            }
            room -= length + 1
            guard length < 64, place + 1 + length <= bytes.count, room > 0 else { throw .badName }
            for byte in bytes[(place + 1)...(place + length)] { Self.append(byte, to: &text) }
            text += "."
            place += 1 + length
        }
        position = end ?? place + 1
        return text.isEmpty ? "." : text
    }
    private static func append(_ byte: UInt8, to text: inout String) {
        if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "."), byte != UInt8(ascii: "\\") {
            text.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            let digits = String(byte)
            text += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }
    }

    private mutating func record() throws(DNSFormatError) -> DNSRecord {
        var record = DNSRecord(try name(), DNSType(rawValue: try number()), ttl: 0, .opaque([]))
        record.dnsClass = try number()
        record.ttl = try long()
        let length = Int(try number())
        let end = position + length
        guard end <= bytes.count else { throw .truncated }
        record.data = try data(of: record.type, length)
        guard position <= end else { throw .badName }
        position = end
        return record
    }
    private mutating func data(of type: DNSType, _ length: Int) throws(DNSFormatError) -> DNSRecord.Data {
        let here = Array(bytes[position..<position + length])
        switch type {
        case .a where length == 4, .aaaa where length == 16: return .address(here)
        case .ns, .cname, .ptr: return .name(try name())
        case .srv where length >= 7:
            return .service(priority: try number(), weight: try number(), port: try number(), target: try name())
        case .soa:
            return .authority(
                primary: try name(), mailbox: try name(), serial: try long(), refresh: try long(), retry: try long(),
                expire: try long(), minimum: try long())
        case .mx where length >= 3: return .opaque(Array(here[..<2]) + (try exchangeName()))
        case .txt: return .text(Self.strings(here))
        default: return .opaque(here)
        }
    }
    private mutating func exchangeName() throws(DNSFormatError) -> [UInt8] {
        position += 2
        return DNSEncoder.plain(try name())
    }
    private static func strings(_ data: [UInt8]) -> [String] {
        var (texts, place): ([String], Int) = ([], 0)
        while place < data.count {
            let end = min(data.count, place + 1 + Int(data[place]))
            texts.append(String(decoding: data[(place + 1)..<end], as: UTF8.self))
            place = end
        }
        return texts
    }
}
