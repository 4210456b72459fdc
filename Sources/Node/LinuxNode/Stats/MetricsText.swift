/// Metrics in Prometheus' text format. Source: Prometheus, exposition formats 0.0.4.
struct MetricsText: Sendable {
    private(set) var text = ""

    /// Begins a family of samples.
    mutating func family(_ name: String, _ kind: String, _ help: String) { text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n" }

    /// A sample without labels; `time` in milliseconds since 1970.
    mutating func sample(_ name: String, _ value: Double, time: Int64? = nil) { sample(name, [:], value, time: time) }

    /// A sample with its labels.
    mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String>, _ value: Double, time: Int64? = nil) {
        text += name
        if !labels.isEmpty { text += "{" + labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}" }
        text += value == value.rounded() && abs(value) < 1e15 ? " \(Int64(value))" : " \(value)"
        text += time.map { " \($0)\n" } ?? "\n"
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x5c || $0 == 0x22 || $0 == 0x0a }) else { return text }
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }
}
