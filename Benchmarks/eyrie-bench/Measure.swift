import Glibc

/// Prints a line at once, for those who watch a long run through a pipe.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// Seconds of the monotonic clock.
func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// CPU seconds that this process has used.
func ownProcessorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The latencies of many operations.
struct Latencies: Sendable {
    private var samples: [Double] = []
    mutating func add(_ seconds: Double) { samples.append(seconds) }
    mutating func add(_ other: Latencies) { samples += other.samples }
    var count: Int { samples.count }
    /// The latency that the given share of operations did not exceed, in milliseconds.
    func percentiles(_ shares: [Double]) -> [Double] {
        let sorted = samples.sorted()
        return shares.map { share in sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] * 1000 }
    }
}

/// The number with so many digits behind the point.
func fixed(_ number: Double, _ digits: Int = 2) -> String {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((number * Double(scale)).rounded())
    guard digits > 0 else { return "\(scaled)" }
    let fraction = String(abs(scaled) % scale)
    return "\(scaled < 0 ? "-" : "")\(abs(scaled) / scale).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
}

/// Prints what was measured as one line of a table.
func report(_ name: String, _ latencies: Latencies, seconds: Double, processorSeconds: Double?) {
    let percentiles = latencies.percentiles([0.5, 0.99])
    var line = row(name, latencies.count, rate: Double(latencies.count) / seconds, "/s")
    line += "  p50 \(padded(fixed(percentiles[0]), 8)) ms  p99 \(padded(fixed(percentiles[1]), 8)) ms"
    if let processorSeconds, latencies.count > 0 { line += cost(processorSeconds / Double(latencies.count)) }
    print(line)
}

/// The beginning of a line: what was done, how often, and how fast.
func row(_ name: String, _ count: Int, rate: Double, _ unit: String) -> String {
    "\(name)\(String(repeating: " ", count: max(1, 34 - name.count)))\(padded("\(count)", 8))  \(padded(fixed(rate, rate < 100 ? 1 : 0), 7))\(unit)"
}

/// The end of a line: CPU of the server for one operation.
func cost(_ processorSeconds: Double) -> String { "  CPU \(padded(fixed(processorSeconds * 1e6, 1), 9)) us each" }

private func padded(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
