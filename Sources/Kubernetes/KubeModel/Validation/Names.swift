/// The grammars of names. Each function returns what is wrong, in upstream's words; nothing when the text is good.
/// Source: apimachinery, util/validation.
package enum Names {
    private static func isLower(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }
    private static func isUpper(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    /// Whether a byte is an ASCII letter or digit.
    static func isAlphanumeric(_ byte: UInt8) -> Bool { isLower(byte) || isUpper(byte) || isDigit(byte) }

    private static func shaped(_ text: Substring, ends: (UInt8) -> Bool, middle: (UInt8) -> Bool) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return ends(first) && ends(last) && text.utf8.allSatisfy(middle)
    }
    private static func isLabel(_ text: Substring) -> Bool {
        shaped(text, ends: { isLower($0) || isDigit($0) }, middle: { isLower($0) || isDigit($0) || $0 == UInt8(ascii: "-") })
    }
    /// Labels with dots between, of any length.
    private static func isSubdomain(_ text: Substring.UTF8View) -> Bool {
        var previous = UInt8(ascii: ".")
        for byte in text {
            switch byte {
            case UInt8(ascii: "."): if !isLower(previous) && !isDigit(previous) { return false }
            case UInt8(ascii: "-"): if previous == UInt8(ascii: ".") { return false }
            default: if !isLower(byte) && !isDigit(byte) { return false }
            }
            previous = byte
        }
        return isLower(previous) || isDigit(previous)
    }
    /// Whether a qualified name has nothing wrong with it; most have not.
    private static func isQualified(_ text: String) -> Bool {
        let bytes = text.utf8
        let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
        let name = slash.map { bytes[bytes.index(after: $0)...] } ?? bytes[...]
        guard let first = name.first, let last = name.last, isAlphanumeric(first), isAlphanumeric(last), name.count <= 63 else {
            return false
        }
        guard name.allSatisfy(isNamePart) else { return false }
        return slash.map { bytes[..<$0].count <= 253 && isSubdomain(bytes[..<$0]) } ?? true
    }
    /// `must be no more than N bytes`.
    static func tooLong(_ limit: Int) -> String { "must be no more than \(limit) bytes" }

    private static let labelText =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    private static let subdomainText =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    private static let label1035Text =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
    private static let qualifiedText =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    private static let valueText =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

    /// RFC 1123 label: at most 63 bytes.
    package static func label(_ text: String) -> [String] {
        if text.utf8.count > 63 { return [tooLong(63)] + (isLabel(text[...]) ? [] : [labelText]) }
        return isLabel(text[...]) ? [] : [labelText]
    }
    /// RFC 1035 label: as above, and starts with a letter.
    package static func label1035(_ text: String) -> [String] {
        let good = isLabel(text[...]) && (text.utf8.first.map(isLower) ?? false)
        return (text.utf8.count > 63 ? [tooLong(63)] : []) + (good ? [] : [label1035Text])
    }
    /// RFC 1123 subdomain: labels with dots between, at most 253 bytes.
    package static func subdomain(_ text: String) -> [String] {
        let good = isSubdomain(text.utf8[...])
        return (text.utf8.count > 253 ? [tooLong(253)] : []) + (good ? [] : [subdomainText])
    }
    /// A name with an optional prefix: `example.com/name`.
    package static func qualifiedName(_ text: String) -> [String] {
        if isQualified(text) { return [] }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var problems: [String] = []
        guard parts.count <= 2, let name = parts.last else {
            return ["a qualified name \(qualifiedText) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
        }
        if parts.count == 2 {
            if parts[0].isEmpty {
                problems.append("prefix part must be non-empty")
            } else {
                problems += subdomain(parts[0]).map { "prefix part \($0)" }
            }
        }
        if name.isEmpty {
            problems.append("name part must be non-empty")
        } else if name.utf8.count > 63 {
            problems.append("name part \(tooLong(63))")
        }
        if !shaped(name[...], ends: isAlphanumeric, middle: isNamePart) { problems.append("name part \(qualifiedText)") }
        return problems
    }
    private static func isNamePart(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }
    /// The value of a label: at most 63 bytes, may be empty.
    package static func labelValue(_ text: String) -> [String] {
        let good = text.isEmpty || shaped(text[...], ends: isAlphanumeric, middle: isNamePart)
        return (text.utf8.count > 63 ? [tooLong(63)] : []) + (good ? [] : [valueText])
    }
    /// A name as one part of a path. Source: path.ValidatePathSegmentName.
    package static func pathSegment(_ text: String) -> [String] {
        if text == "." || text == ".." { return ["may not be '\(text)'"] }
        return ["/", "%"].filter { text.contains($0) }.map { "may not contain '\($0)'" }
    }
    /// The name of an environment variable. Source: validation.IsEnvVarName, relaxed: printable ASCII without `=`.
    package static func environmentVariable(_ text: String) -> [String] {
        if text.isEmpty { return ["environment variable name must be non-empty"] }
        let good = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "=") }
        return good ? [] : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
    }
    /// A key of a ConfigMap or Secret: at most 253 bytes.
    package static func configKey(_ text: String) -> [String] {
        var problems = text.utf8.count > 253 ? [tooLong(253)] : []
        if text.isEmpty || !text.utf8.allSatisfy(isNamePart) {
            problems.append(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
            )
        }
        if text == "." || text == ".." {
            problems.append("must not be '\(text)'")
        } else if text.hasPrefix("..") {
            problems.append("must not start with '..'")
        }
        return problems
    }
    /// An address of either family. Source: validation.IsValidIP.
    package static func address(_ text: String) -> [String] {
        AddressText(text) == nil ? ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"] : []
    }
    /// A block of addresses of either family. Source: validation.IsValidCIDR.
    package static func block(_ text: String) -> [String] {
        AddressBlock(text) == nil ? ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"] : []
    }
    /// A subdomain whose first label is a star. Source: validation.IsWildcardDNS1123Subdomain.
    package static func wildcard(_ text: String) -> [String] {
        if text.hasPrefix("*."), isSubdomain(text.utf8.dropFirst(2)), text.utf8.count <= 253 { return [] }
        return [
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
        ]
    }
    /// The name of a port: an IANA service name of at most 15 bytes.
    package static func portName(_ text: String) -> [String] {
        var problems = text.utf8.count > 15 ? ["must be no more than 15 characters"] : []
        if !text.utf8.allSatisfy({ isLower($0) || isDigit($0) || $0 == UInt8(ascii: "-") }) || text.isEmpty {
            problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
        }
        if !text.utf8.contains(where: isLower) { problems.append("must contain at least one letter (a-z)") }
        if zip(text.utf8, text.utf8.dropFirst()).contains(where: { $0 == UInt8(ascii: "-") && $1 == UInt8(ascii: "-") }) {
            problems.append("must not contain consecutive hyphens")
        }
        if text.hasPrefix("-") || text.hasSuffix("-") { problems.append("must not begin or end with a hyphen") }
        return problems
    }
}
