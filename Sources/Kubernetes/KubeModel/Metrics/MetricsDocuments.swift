package import Control
package import Documents

/// What something uses, over a window of time.
package struct ResourceUsage: Sendable, Hashable {
    /// The end of the window.
    package var time: Timestamp
    package var window: Duration
    /// Billionths of a processor.
    package var nanocores: Int
    package var memoryBytes: Int
    /// So much use in the window that ends at `time`.
    package init(time: Timestamp, window: Duration, nanocores: Int, memoryBytes: Int) {
        (self.time, self.window, self.nanocores, self.memoryBytes) = (time, window, nanocores, memoryBytes)
    }
}

/// Documents of metrics.k8s.io. Source: k8s.io/metrics, metrics/v1beta1.
package enum MetricsDocuments {
    package static let group = "metrics.k8s.io", version = "v1beta1"
    package static let apiVersion = "metrics.k8s.io/v1beta1"

    /// NodeMetrics of a node.
    package static func node(_ node: Value, _ usage: ResourceUsage, now: Timestamp) -> Value {
        var value = head("NodeMetrics", node, usage.time, usage.window, now)
        value["usage"] = amounts(usage)
        return value
    }

    /// PodMetrics of a pod. Its window is that of the container that was looked at first.
    package static func pod(_ pod: Value, _ containers: [(name: String, usage: ResourceUsage)], now: Timestamp) -> Value? {
        guard let earliest = containers.min(by: { $0.usage.time < $1.usage.time })?.usage else { return nil }
        var value = head("PodMetrics", pod, earliest.time, earliest.window, now)
        value["containers"] = .array(containers.map { ["name": .string($0.name), "usage": amounts($0.usage)] })
        return value
    }

    private static func head(_ kind: String, _ object: Value, _ time: Timestamp, _ window: Duration, _ now: Timestamp) -> Value {
        var metadata: Value = ["name": object["metadata"]["name"]]
        if !object["metadata"]["namespace"].isNull { metadata["namespace"] = object["metadata"]["namespace"] }
        metadata["creationTimestamp"] = .string(now.text)
        metadata["labels"] = object["metadata"]["labels"]
        return [
            "kind": .string(kind), "apiVersion": .string(apiVersion), "metadata": metadata, "timestamp": .string(time.text),
            "window": .string(text(window)),
        ]
    }

    private static func amounts(_ usage: ResourceUsage) -> Value {
        [
            "cpu": .string(Quantity("\(usage.nanocores)n")?.text ?? "0"),
            "memory": .string(Quantity(usage.memoryBytes, format: .binary).text),
        ]
    }

    /// `15.032s`, `1m0.5s`, as Go writes durations to milliseconds.
    package static func text(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000)
        var fraction = String(rest % 1000 + 1000).dropFirst()
        while fraction.last == "0" { fraction = fraction.dropLast() }
        return (minutes > 0 ? "\(minutes)m" : "") + "\(rest / 1000)" + (fraction.isEmpty ? "" : ".\(fraction)") + "s"
    }

    /// A list; `kind` is that of its items.
    package static func list(_ kind: String, _ items: [Value]) -> Value {
        ["kind": .string(kind + "List"), "apiVersion": .string(apiVersion), "metadata": [:], "items": .array(items)]
    }

    /// Items as rows for people. - Parameter include: `Object`, `None` or `Metadata`, which is meant by nil.
    package static func table(_ items: [Value], include: String?) -> Value {
        func column(_ name: String, _ format: String) -> Value {
            ["name": .string(name), "type": "string", "format": .string(format), "description": "", "priority": 0]
        }
        let rows = items.map { item -> Value in
            let usages = item["usage"].isNull ? item["containers"].items.map { $0["usage"] } : [item["usage"]]
            let sums = ["cpu", "memory"].map { name in
                usages.compactMap { $0[name].string.flatMap { Quantity($0) } }.reduce(
                    Quantity(0, format: name == "memory" ? .binary : .decimal), +)
            }
            var row: Value = ["cells": [item["metadata"]["name"], .string(sums[0].text), .string(sums[1].text), item["window"]]]
            switch include {
            case "None": break
            case "Object": row["object"] = item
            default: row["object"] = ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": item["metadata"]]
            }
            return row
        }
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": [:],
            "columnDefinitions": [
                column("Name", "name"), column("cpu", "quantity"), column("memory", "quantity"), column("Window", "duration"),
            ],
            "rows": .array(rows),
        ]
    }
}
