import Synchronization

/// Counters, gauges and histograms, shown in Prometheus' text format.
package final class Metrics: Sendable {
    private struct Family {
        var type: String, help: String
        /// By label text, as in `{error="x"}`.
        var values: [String: Double] = [:]
        var counts: [Int] = []
        var sum = 0.0
    }
    private let families = Mutex<[String: Family]>([:])
    /// Upper bounds of histograms in seconds.
    private static let bounds = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192, 16.384]

    package init() {}

    func set(_ name: String, _ value: Double, labels: String = "", help: String) {
        families.withLock { $0[name, default: Family(type: "gauge", help: help)].values[labels] = value }
    }
    func add(_ name: String, _ value: Double = 1, labels: String = "", help: String) {
        families.withLock { $0[name, default: Family(type: "counter", help: help)].values[labels, default: 0] += value }
    }
    func observe(_ name: String, _ duration: Duration, help: String) {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        let place = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        families.withLock { families in
            var family = families[name] ?? Family(type: "histogram", help: help)
            if family.counts.isEmpty { family.counts = [Int](repeating: 0, count: Self.bounds.count + 1) }
            family.counts[place] += 1
            family.sum += seconds
            families[name] = family
        }
    }

    /// All families, by name.
    package var text: String {
        families.withLock { $0 }.sorted { $0.key < $1.key }.map(Self.lines).joined()
    }

    private static func lines(_ name: String, _ family: Family) -> String {
        var text = "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.type)\n"
        for (labels, value) in family.values.sorted(by: { $0.key < $1.key }) { text += "\(name)\(labels) \(number(value))\n" }
        guard !family.counts.isEmpty else { return text }
        var total = 0
        for (index, count) in family.counts.enumerated() {
            total += count
            let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
            text += "\(name)_bucket{le=\"\(bound)\"} \(total)\n"
        }
        return text + "\(name)_sum \(family.sum)\n\(name)_count \(total)\n"
    }
    private static func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? String(value) }
}
