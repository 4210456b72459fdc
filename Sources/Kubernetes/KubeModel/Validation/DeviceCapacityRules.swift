import Documents

// How shares of a capacity may be asked for. Source: resource/validation, validateRequestPolicy.
extension KindRules {
    static func requestPolicy(_ capacity: Value, _ path: FieldPath, _ faults: inout Faults) {
        let policy = capacity["requestPolicy"]
        let (values, range) = (policy["validValues"].items, policy["validRange"])
        guard values.isEmpty || range.isNull else {
            let text = "exactly one policy can be specified, cannot specify \"validValues\" and \"validRange\" at the same time"
            return faults.add(.forbidden(path, text))
        }
        guard !values.isEmpty || !range.isNull, let most = Quantity(capacity["value"]) else { return }
        guard let standard = Quantity(policy["default"]) else {
            let name = values.isEmpty ? "validRange" : "validValues"
            return faults.add(.required(path.child("default"), "required when \(name) is defined"))
        }
        if range.isNull {
            validValues(values, standard, most, path.child("validValues"), &faults)
        } else {
            validRange(range, standard, most, path.child("validRange"), &faults)
        }
    }
    private static func validValues(
        _ values: [Value], _ standard: Quantity, _ most: Quantity, _ path: FieldPath, _ faults: inout Faults
    ) {
        let amounts = values.map { Quantity($0) ?? .zero }
        for index in amounts.indices.dropFirst() where amounts[index - 1] > amounts[index] {
            faults.add(.invalid(path.index(index), text(amounts[index]), "values must be sorted in ascending order"))
        }
        if values.count > 10 {
            faults.add(.tooMany(path, count: values.count, limit: 10))
        } else {
            for (index, amount) in amounts.enumerated() where amount > most {
                faults.add(.invalid(path.index(index), text(amount), "option is larger than capacity value: \(most.description)"))
            }
            faults.unique(amounts.map { .string(String($0.units)) }) { path.index($0) }
        }
        if values.count > 10 || !amounts.contains(standard) {
            faults.add(.invalid(path, text(standard), "default value is not valid according to the requestPolicy"))
        }
    }
    private static func validRange(
        _ range: Value, _ standard: Quantity, _ most: Quantity, _ path: FieldPath, _ faults: inout Faults
    ) {
        guard let least = Quantity(range["min"]) else {
            return faults.add(.required(path.child("min"), "required when validRange is defined"))
        }
        func check(_ isWrong: Bool, _ name: String, _ value: Quantity, _ sentence: String, _ bound: Quantity) {
            if isWrong { faults.add(.invalid(path.child(name), text(value), "\(sentence): \(bound.description)")) }
        }
        check(least > most, "min", least, "min is larger than capacity value", most)
        check(standard < least, "min", standard, "default is less than min", least)
        let end = Quantity(range["max"])
        if let end {
            check(least > end, "max", least, "min is larger than max", end)
            check(end > most, "max", end, "max is larger than capacity value", most)
            check(standard > end, "max", standard, "default is more than max", end)
        }
        guard let step = Quantity(range["step"]) else { return }
        let first = least + step
        check(first > most, "step", step, "one step \(first.description) is larger than capacity value", most)
        for value in [standard, end].compactMap({ $0 }) {
            // A step of nothing fits no value.
            let (above, overflows) = value.units.subtractingReportingOverflow(least.units)
            guard step.units == 0 || overflows || above % step.units != 0 else { continue }
            let sentence = "value is not a multiple of a given step (\(step.description)) from (\(least.description))"
            faults.add(.invalid(path.child("step"), text(value), sentence))
        }
    }
    private static func text(_ amount: Quantity) -> Value { .string(amount.description) }
}

/// Versions by the grammar of semver.org 2.0.0.
enum SemanticVersion {
    static func isValid(_ text: String) -> Bool {
        let build = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        let core = build[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = core[0].split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers.allSatisfy(isNumber) else { return false }
        func parts(_ list: [Substring], _ holds: (Substring) -> Bool) -> Bool {
            list.count < 2 || list[1].split(separator: ".", omittingEmptySubsequences: false).allSatisfy(holds)
        }
        return parts(core) { isIdentifier($0) && (!$0.utf8.allSatisfy(isDigit) || isNumber($0)) } && parts(build, isIdentifier)
    }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isDigit) && (text == "0" || text.utf8.first != UInt8(ascii: "0"))
    }
    private static func isIdentifier(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || Names.isAlphanumeric($0) }
    }
}
