import Control
import Documents
import Glibc
import KubeModel

/// Upstream's scheduler_perf against this API server and scheduler, in one process over a store in memory, or with `--directory` on a
/// durable log: pods are created through the API, and the rate is that at which those of the measured part have their nodes.
struct SchedulerPerf {
    /// A case with its workload.
    struct Row {
        let suite: String
        let name: String
        let workload: String
        let threshold: Int
        let parameters: [String: Int]

        init?(_ line: Substring) {
            let words = line.split(separator: " ")
            guard words.count > 4, let threshold = Int(words[3]) else { return nil }
            (suite, name, workload, self.threshold) = (String(words[0]), String(words[1]), String(words[2]), threshold)
            var parameters: [String: Int] = [:]
            for word in words[4...] {
                let parts = word.split(separator: "=")
                // Durations are in seconds.
                if parts.count == 2, let number = Int(parts[1].hasSuffix("s") ? parts[1].dropLast() : parts[1]) {
                    parameters[String(parts[0])] = number
                }
            }
            self.parameters = parameters
        }
        /// Variants of upstream's feature gates are one case here.
        var isVariant: Bool { workload.contains("Enabled") }
    }

    private let only: String?
    private let divisor: Int
    /// Holds the log of each case, one after the other; nil for stores in memory.
    private let directory: String?

    init(_ options: Options) throws {
        only = options.text("case")
        divisor = try options.number("scale", 1)
        directory = options.text("directory")
    }

    func run() async throws {
        let rows = SchedulerThresholds.text.split(separator: "\n").compactMap(Row.init)
        for (number, row) in rows.enumerated() where !row.isVariant && (only == nil || only == row.name) {
            let threshold =
                rows.filter { $0.name == row.name && $0.workload.hasPrefix(row.workload) }.map(\.threshold).max() ?? row.threshold
            guard let plan = PerfPlans.plan(row, divisor: divisor) else {
                print("\(row.name) \(row.workload): not run here")
                continue
            }
            let stage = try await PerfStage(directory: directory.map { "\($0)/\(number)" })
            let result = try await stage.run(plan)
            await stage.stop()
            let rate = Double(result.pods) / result.seconds
            print(
                "\(row.name) \(row.workload): threshold \(threshold)/s, here \(fixed(rate, 0))/s, \(fixed(rate / Double(threshold), 1)) times, "
                    + "CPU \(fixed(result.processorSeconds * 1e6 / Double(result.pods), 0)) us each")
        }
    }
}
