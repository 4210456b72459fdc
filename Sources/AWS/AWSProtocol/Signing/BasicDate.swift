import Control

extension Timestamp {
    /// ISO 8601 in its basic form, whole seconds: `20150830T123600Z`.
    var basicText: String { String(Timestamp(seconds: seconds).text.filter { $0 != "-" && $0 != ":" }) }

    /// The moment that `20150830T123600Z` tells; nil for anything else.
    init?(basic text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        self.init("\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z")
    }
}
