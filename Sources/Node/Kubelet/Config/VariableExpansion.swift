/// `$(NAME)` in commands, arguments and values. Source: third_party/forked/golang/expansion.
package enum VariableExpansion {
    /// The text with its references replaced; `$$` is a dollar, and what is unknown stays as it is.
    package static func expand(_ text: String, _ known: (String) -> String?) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "$"), index + 1 < bytes.count else {
                result.append(bytes[index])
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case UInt8(ascii: "$"):
                result.append(UInt8(ascii: "$"))
                index += 2
            case UInt8(ascii: "("):
                guard let end = bytes[(index + 2)...].firstIndex(of: UInt8(ascii: ")")) else {
                    result += [UInt8(ascii: "$"), UInt8(ascii: "(")]
                    index += 2
                    continue
                }
                let name = String(decoding: bytes[(index + 2)..<end], as: UTF8.self)
                result += (known(name) ?? "$(\(name))").utf8
                index = end + 1
            default:
                result += bytes[index...(index + 1)]
                index += 2
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
