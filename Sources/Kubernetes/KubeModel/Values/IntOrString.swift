package import Documents

/// A number or a text, most often a percentage or the name of a port. Source: apimachinery, util/intstr.
package enum IntOrString: Convertible, Hashable {
    case int(Int)
    case string(String)
    package init?(_ value: Value) {
        if let number = value.int { self = .int(number) } else if let text = value.string { self = .string(text) } else { return nil }
    }
    package var value: Value {
        switch self {
        case .int(let number): number.value
        case .string(let text): text.value
        }
    }
    /// The number; nil for a text.
    package var int: Int? { if case .int(let number) = self { number } else { nil } }
    /// The text; nil for a number.
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The number of percents of a text such as `25%`; nil for anything else.
    package var percent: Int? {
        guard let text = string, text.hasSuffix("%") else { return nil }
        return Int(text.dropLast())
    }
    /// The number, or that percentage of `total` rounded up or down; nil for a text that is no percentage.
    package func scaled(to total: Int, roundUp: Bool) -> Int? {
        if let int { return int }
        guard let percent else { return nil }
        let (product, overflow) = percent.multipliedReportingOverflow(by: total)
        guard !overflow else { return nil }
        return product / 100 + (roundUp && product % 100 > 0 ? 1 : 0)
    }
}
