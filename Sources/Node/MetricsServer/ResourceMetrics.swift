import Control

/// What a node or container had used at one moment.
struct UsagePoint: Sendable, Hashable {
    var time: Timestamp
    /// When it began; nil where that is not told.
    var started: Timestamp?
    /// Seconds of processor time since then.
    var processorSeconds: Double
    var workingSetBytes: Int
}

/// What a kubelet says at `/metrics/resource`. Source: metrics-server, pkg/scraper/client/resource.
struct ResourceMetrics: Sendable, Hashable {
    struct Container: Sendable, Hashable {
        let namespace: String, pod: String, name: String
    }
    /// nil where a part of it was not told.
    private(set) var node: UsagePoint?
    private(set) var containers: [Container: UsagePoint] = [:]

    /// Reads Prometheus' text format; lines that are none of it or that nobody needs are passed over.
    /// - Parameter now: for samples without a time.
    init(_ text: String, now: Timestamp) {
        var rows: [Container?: Partial] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let sample = MetricSample(line) else { continue }
            var container: Container?
            if !sample.name.hasPrefix("node_") {
                guard let name = sample.labels["container"], let namespace = sample.labels["namespace"], let pod = sample.labels["pod"]
                else { continue }
                container = Container(namespace: namespace, pod: pod, name: name)
            }
            switch sample.name {
            case "node_cpu_usage_seconds_total", "container_cpu_usage_seconds_total":
                rows[container, default: Partial()].processor = sample.value
                rows[container, default: Partial()].time = sample.time ?? now
            case "node_memory_working_set_bytes", "container_memory_working_set_bytes":
                rows[container, default: Partial()].memory = sample.value
            case "container_start_time_seconds": rows[container, default: Partial()].started = sample.value
            default: break
            }
        }
        for (container, row) in rows {
            guard let processor = row.processor, let memory = row.memory, let time = row.time, memory >= 0, memory < 1e18 else { continue }
            let started = row.started.map { Timestamp(seconds: 0) + .seconds($0) }
            let point = UsagePoint(time: time, started: started, processorSeconds: processor, workingSetBytes: Int(memory))
            if let container { containers[container] = point } else { node = point }
        }
    }

    private struct Partial {
        var processor: Double?, memory: Double?, started: Double?
        var time: Timestamp?
    }
}

/// One line: `name{label="value",…} number [milliseconds]`.
struct MetricSample: Sendable, Hashable {
    let name: String
    let labels: [String: String]
    let value: Double
    let time: Timestamp?

    init?(_ line: Substring) {
        let name = line.prefix { $0 != "{" && $0 != " " }
        var (rest, labels) = (line[name.endIndex...], [String: String]())
        if rest.first == "{" {
            rest = rest.dropFirst()
            while let first = rest.first, first != "}" {
                let key = rest.prefix { $0 != "=" }
                rest = rest[key.endIndex...].dropFirst()
                guard rest.first == "\"" else { return nil }
                rest = rest.dropFirst()
                var value = ""
                while let character = rest.popFirst(), character != "\"" {
                    guard character == "\\" else {
                        value.append(character)
                        continue
                    }
                    guard let escaped = rest.popFirst() else { return nil }
                    value.append(escaped == "n" ? "\n" : escaped)
                }
                labels[String(key)] = value
                if rest.first == "," { rest = rest.dropFirst() }
            }
            guard rest.popFirst() == "}" else { return nil }
        }
        let words = rest.split(separator: " ")
        guard !name.isEmpty, let first = words.first, let value = Double(first), value.isFinite else { return nil }
        let milliseconds = words.count > 1 ? Int64(words[1]) : nil
        (self.name, self.labels, self.value) = (String(name), labels, value)
        time = milliseconds.map { Timestamp(nanoseconds: Int64(clamping: Int128($0) * 1_000_000)) }
    }
}
