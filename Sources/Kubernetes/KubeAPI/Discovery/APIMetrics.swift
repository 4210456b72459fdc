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
    /// The figures of requests of one kind. Counted without a lock.
    final class Series: Sendable {
        let labels: Labels
        private let good = Atomic(0)
        private let created = Atomic(0)
        private let others = Mutex<[Int: Int]>([:])
        private let buckets: InlineArray<24, Atomic<Int>>
        private let nanoseconds = Atomic(0)

        init(_ labels: Labels) {
            self.labels = labels
            buckets = InlineArray { _ in Atomic(0) }
        }

        /// Counts an answered request. The time of long-running requests is not recorded; give nil.
        func record(code: Int, seconds: Double?) {
            switch code {
            case 200: good.add(1, ordering: .relaxed)
            case 201: created.add(1, ordering: .relaxed)
            default: others.withLock { $0[code, default: 0] += 1 }
            }
            guard let seconds else { return }
            var bucket = 0
            while bucket < APIMetrics.bounds.count, seconds > APIMetrics.bounds[bucket] { bucket += 1 }
            buckets[bucket].add(1, ordering: .relaxed)
            nanoseconds.add(Int(seconds * 1e9), ordering: .relaxed)
        }

        /// How many requests had each answer.
        var codes: [Int: Int] {
            var codes = others.withLock { $0 }
            for (code, count) in [(200, good.load(ordering: .relaxed)), (201, created.load(ordering: .relaxed))] where count > 0 {
                codes[code] = count
            }
            return codes
        }
        /// How many requests took up to each bound, and longer than the last.
        var counts: [Int] { buckets.indices.map { buckets[$0].load(ordering: .relaxed) } }
        /// Seconds together.
        var sum: Double { Double(nanoseconds.load(ordering: .relaxed)) / 1e9 }
    }
    /// Upper bounds in seconds. Source: upstream's buckets of apiserver_request_duration_seconds.
    private static let bounds: InlineArray<23, Double> = [
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
    ]
    private let state = Mutex<[Labels: Series]>([:])
    package init() {}

    /// Counts an answered request.
    package func record(_ labels: Labels, code: Int, seconds: Double?) { series(labels).record(code: code, seconds: seconds) }

    /// The figures of requests with these labels, begun at the first.
    func series(_ labels: Labels) -> Series {
        state.withLock { state in
            if let known = state[labels] { return known }
            let fresh = Series(labels)
            state[labels] = fresh
            return fresh
        }
    }

    /// `/metrics`, with the figures of the realm.
    /// - Parameter further: more of the text, asked for at each scrape.
    package func route(
        realm: Realm, watches: @escaping @Sendable () -> Int, further: @escaping @Sendable () -> String = { "" }
    ) -> RawRoute {
        RawRoute("/metrics") { _ in
            let text = self.text + further() + Self.store(realm.snapshot(), watches: watches())
            return HTTPResponse(200, headers: ["content-type": "text/plain; version=0.0.4; charset=utf-8"], body: .bytes(Array(text.utf8)))
        }
    }

    private var text: String {
        let series = state.withLock { Array($0.values) }.sorted { $0.labels.text < $1.labels.text }
        var lines = Self.head("apiserver_request_total", "counter", "Requests answered, by what they asked for and the answer's code.")
        for figures in series {
            lines += figures.codes.sorted { $0.key < $1.key }.map {
                "apiserver_request_total{code=\"\($0.key)\",\(figures.labels.text)} \($0.value)"
            }
        }
        lines += Self.head("apiserver_request_duration_seconds", "histogram", "Time until the answer, in seconds.")
        for figures in series {
            let (counts, text) = (figures.counts, figures.labels.text)
            guard counts.contains(where: { $0 > 0 }) else { continue }
            var total = 0
            for (index, count) in counts.enumerated() {
                total += count
                let bound = index < Self.bounds.count ? Self.number(Self.bounds[index]) : "+Inf"
                lines.append("apiserver_request_duration_seconds_bucket{\(text),le=\"\(bound)\"} \(total)")
            }
            lines.append("apiserver_request_duration_seconds_sum{\(text)} \(Self.number(figures.sum))")
            lines.append("apiserver_request_duration_seconds_count{\(text)} \(total)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The figures of priority levels.
    static func flowControl(_ levels: [PriorityLevel]) -> String {
        let figures = levels.map { (label: "priority_level=\"\($0.name)\"", figures: $0.figures) }
        var lines = head("apiserver_flowcontrol_current_executing_seats", "gauge", "Seats in use, by priority level.")
        lines += figures.map { "apiserver_flowcontrol_current_executing_seats{\($0.label)} \($0.figures.inUse)" }
        lines += head("apiserver_flowcontrol_current_inqueue_requests", "gauge", "Requests that wait for a seat.")
        lines += figures.map { "apiserver_flowcontrol_current_inqueue_requests{\($0.label)} \($0.figures.waiting)" }
        lines += head("apiserver_flowcontrol_rejected_requests_total", "counter", "Requests that found no seat.")
        lines += figures.map { "apiserver_flowcontrol_rejected_requests_total{\($0.label)} \($0.figures.refused)" }
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
