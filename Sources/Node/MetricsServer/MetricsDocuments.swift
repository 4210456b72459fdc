import Control
import Documents
import KubeModel

/// Documents of metrics.k8s.io. Source: k8s.io/metrics, metrics/v1beta1.
enum MetricsDocuments {
    static let group = "metrics.k8s.io", version = "v1beta1"
    static let apiVersion = "metrics.k8s.io/v1beta1"

    /// NodeMetrics of a node.
    static func node(_ node: Value, _ usage: Usage, now: Timestamp) -> Value {
        var value = head("NodeMetrics", node, usage.time, usage.window, now)
        value["usage"] = amounts(usage)
        return value
    }

    /// PodMetrics of a pod. Its window is that of the container that was looked at first.
    static func pod(_ pod: Value, _ containers: [(name: String, usage: Usage)], now: Timestamp) -> Value? {
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

    private static func amounts(_ usage: Usage) -> Value {
        [
            "cpu": .string(Quantity("\(usage.nanocores)n")?.text ?? "0"),
            "memory": .string(Quantity(usage.memoryBytes, format: .binary).text),
        ]
    }

    /// `15.032s`, `1m0.5s`, as Go writes durations to milliseconds.
    static func text(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000)
        var fraction = String(rest % 1000 + 1000).dropFirst()
        while fraction.last == "0" { fraction = fraction.dropLast() }
        return (minutes > 0 ? "\(minutes)m" : "") + "\(rest / 1000)" + (fraction.isEmpty ? "" : ".\(fraction)") + "s"
    }

    /// A list; `kind` is that of its items.
    static func list(_ kind: String, _ items: [Value]) -> Value {
        ["kind": .string(kind + "List"), "apiVersion": .string(apiVersion), "metadata": [:], "items": .array(items)]
    }

    /// Items as rows for people. - Parameter include: `Object`, `None` or `Metadata`, which is meant by nil.
    static func table(_ items: [Value], include: String?) -> Value {
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

/// What clients ask about the API itself.
enum MetricsDiscovery {
    private static let groupVersion: Value = [
        "groupVersion": .string(MetricsDocuments.apiVersion), "version": .string(MetricsDocuments.version),
    ]

    /// The document at a path; nil when there is none.
    static func document(_ segments: [String]) -> Value? {
        let group: Value = ["name": .string(MetricsDocuments.group), "versions": [groupVersion], "preferredVersion": groupVersion]
        switch segments {
        case []:
            return ["paths": ["/apis", "/apis/metrics.k8s.io", "/apis/metrics.k8s.io/v1beta1", "/healthz", "/livez", "/readyz"]]
        case ["apis"]: return ["kind": "APIGroupList", "apiVersion": "v1", "groups": [group]]
        case ["apis", MetricsDocuments.group]:
            var document = group
            (document["kind"], document["apiVersion"]) = ("APIGroup", "v1")
            return document
        case ["apis", MetricsDocuments.group, MetricsDocuments.version]:
            func resource(_ name: String, _ kind: String, namespaced: Bool) -> Value {
                [
                    "name": .string(name), "singularName": "", "namespaced": .bool(namespaced), "kind": .string(kind),
                    "verbs": ["get", "list"],
                ]
            }
            return [
                "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(MetricsDocuments.apiVersion),
                "resources": [resource("nodes", "NodeMetrics", namespaced: false), resource("pods", "PodMetrics", namespaced: true)],
            ]
        case ["openapi", "v2"]:
            return ["swagger": "2.0", "info": ["title": "metrics.k8s.io", "version": "v1beta1"], "paths": [:], "definitions": [:]]
        case ["openapi", "v3"]: return ["paths": [:]]
        case ["version"]: return ["major": "0", "minor": "8", "gitVersion": "v0.8.0", "platform": "linux"]
        default: return nil
        }
    }
}
