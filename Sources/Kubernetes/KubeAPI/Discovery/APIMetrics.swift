import Network
package import Storage
import Synchronization

/// Figures about the requests that one server answers, in Prometheus' text format. Source: upstream's apiserver metrics.
package final class APIMetrics: Sendable {
    /// What requests are told apart by.
    package struct Labels: Sendable, Hashable {
        package var verb: String
        package var group: String
        package var version: String
        package var resource: String
        package var subresource: String
        /// `resource`, `namespace`, `cluster` or empty.
        package var scope: String
        package init(
            verb: String, group: String = "", version: String = "", resource: String = "", subresource: String = "", scope: String = ""
        ) {
            (self.verb, self.group, self.version, self.resource) = (verb, group, version, resource)
            (self.subresource, self.scope) = (subresource, scope)
        }
        init(_ path: RequestPath, _ verb: Verb) {
            let scope = !path.name.isEmpty ? "resource" : path.namespace.isEmpty ? "cluster" : "namespace"
            self.init(
                verb: Self.verbs[verb] ?? verb.rawValue.uppercased(), group: path.group, version: path.version, resource: path.resource,
                subresource: path.subresource, scope: scope)
        }
        /// Verbs whose name in figures is that of their method.
        private static let verbs: [Verb: String] = [.create: "POST", .update: "PUT"]
        var text: String {
            "group=\"\(group)\",resource=\"\(resource)\",scope=\"\(scope)\",subresource=\"\(subresource)\",verb=\"\(verb)\",version=\"\(version)\""
        }
    }
    private struct Coded: Hashable {
        let labels: Labels
        let code: Int
    }
    private struct Histogram {
        var counts = [Int](repeating: 0, count: APIMetrics.bounds.count + 1)
        var sum = 0.0
    }
    private struct State {
        var requests: [Coded: Int] = [:]
        var durations: [Labels: Histogram] = [:]
    }
    /// Upper bounds in seconds. Source: upstream's buckets of apiserver_request_duration_seconds.
    private static let bounds = [
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
    ]
    private let state = Mutex(State())
    package init() {}

    /// Counts an answered request. The time of long-running requests is not recorded; give nil.
    package func record(_ labels: Labels, code: Int, seconds: Double?) {
        state.withLock { state in
            state.requests[Coded(labels: labels, code: code), default: 0] += 1
            guard let seconds else { return }
            let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
            state.durations[labels, default: Histogram()].counts[bucket] += 1
            state.durations[labels, default: Histogram()].sum += seconds
        }
    }

    /// `/metrics`, with the figures of the realm.
    package func route(realm: Realm, watches: @escaping @Sendable () -> Int) -> RawRoute {
        RawRoute("/metrics") { _ in
            let text = self.text + Self.store(realm.snapshot(), watches: watches())
            return HTTPResponse(200, headers: ["content-type": "text/plain; version=0.0.4; charset=utf-8"], body: .bytes(Array(text.utf8)))
        }
    }

    private var text: String {
        let (requests, durations) = state.withLock { ($0.requests, $0.durations) }
        var lines = Self.head("apiserver_request_total", "counter", "Requests answered, by what they asked for and the answer's code.")
        lines += requests.map { "apiserver_request_total{code=\"\($0.key.code)\",\($0.key.labels.text)} \($0.value)" }.sorted()
        lines += Self.head("apiserver_request_duration_seconds", "histogram", "Time until the answer, in seconds.")
        for (labels, histogram) in durations.sorted(by: { $0.key.text < $1.key.text }) {
            var total = 0
            for (index, count) in histogram.counts.enumerated() {
                total += count
                let bound = index < Self.bounds.count ? Self.number(Self.bounds[index]) : "+Inf"
                lines.append("apiserver_request_duration_seconds_bucket{\(labels.text),le=\"\(bound)\"} \(total)")
            }
            lines.append("apiserver_request_duration_seconds_sum{\(labels.text)} \(Self.number(histogram.sum))")
            lines.append("apiserver_request_duration_seconds_count{\(labels.text)} \(total)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func store(_ snapshot: Snapshot, watches: Int) -> String {
        var counts: [String: Int] = [:]
        var bytes = 0
        snapshot.forEach(prefix: "") { entry in
            let parts = entry.key.split(separator: "/", maxSplits: 2)
            guard parts.count > 1 else { return }
            counts[parts[0] == "core" ? String(parts[1]) : "\(parts[1]).\(parts[0])", default: 0] += 1
            bytes += entry.bytes.count
        }
        var lines = head("apiserver_storage_objects", "gauge", "Stored objects, by resource.")
        lines += counts.sorted { $0.key < $1.key }.map { "apiserver_storage_objects{resource=\"\($0.key)\"} \($0.value)" }
        lines +=
            head("apiserver_storage_size_bytes", "gauge", "Encoded size of all stored objects.") + ["apiserver_storage_size_bytes \(bytes)"]
        lines += head("eyrie_storage_revision", "gauge", "The store's newest revision.") + ["eyrie_storage_revision \(snapshot.revision)"]
        lines +=
            head("apiserver_longrunning_requests", "gauge", "Watches that run.") + [
                "apiserver_longrunning_requests{verb=\"WATCH\"} \(watches)"
            ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func head(_ name: String, _ type: String, _ help: String) -> [String] {
        ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"]
    }
    private static func number(_ value: Double) -> String {
        value == value.rounded() && value < 1e15 ? String(Int64(value)) : String(value)
    }
}
