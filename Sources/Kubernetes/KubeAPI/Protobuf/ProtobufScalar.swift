import Control
import Cryptography
import Documents

/// The types that are messages in protobuf and plain values in JSON.
enum ProtobufScalar {
    /// The fields of a message, each number's last value.
    static func fields(_ bytes: ArraySlice<UInt8>) throws(DocumentError) -> [Int: ProtobufReader.Wire] {
        var reader = ProtobufReader(bytes)
        var fields: [Int: ProtobufReader.Wire] = [:]
        while let (number, wire) = try reader.next() { fields[number] = wire }
        return fields
    }

    static func base64(_ bytes: ArraySlice<UInt8>) -> String { Base64.encode(Array(bytes)) }

    /// A moment as seconds and nanoseconds; null for the beginning of all times, which stands for none.
    static func time(_ bytes: ArraySlice<UInt8>, micro: Bool) throws(DocumentError) -> Value {
        let fields = try fields(bytes)
        guard case .varint(let number)? = fields[1] else { return .null }
        let seconds = Int64(bitPattern: number)
        guard (-62_135_596_800...253_402_300_799).contains(seconds) else { throw DocumentError("proto: a time is out of range") }
        // Beyond what nanoseconds can count there is only Go's zero time, which means none.
        guard (-9_223_372_036...9_223_372_036).contains(seconds) else { return .null }
        guard micro, case .varint(let nanoseconds)? = fields[2] else {
            let time = Timestamp(seconds: seconds)
            return .string(micro ? time.microText : time.text)
        }
        let fraction = Int64(min(nanoseconds, 999_999_999))
        return .string((Timestamp(seconds: seconds) + .nanoseconds(fraction)).microText)
    }

    /// A number or a text.
    static func intOrString(_ bytes: ArraySlice<UInt8>) throws(DocumentError) -> Value {
        let fields = try fields(bytes)
        if case .varint(1)? = fields[1] {
            guard case .bytes(let text)? = fields[3] else { return "" }
            guard let string = String(validating: text, as: UTF8.self) else { throw DocumentError("proto: a text is not UTF-8") }
            return .string(string)
        }
        guard case .varint(let number)? = fields[2] else { return 0 }
        return .int(Int64(Int32(truncatingIfNeeded: number)))
    }
}
