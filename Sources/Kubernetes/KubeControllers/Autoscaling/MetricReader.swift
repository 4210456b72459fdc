import Control
import Documents
import KubeModel

/// Reads the metrics APIs. Source: kubernetes, pkg/controller/podautoscaler/metrics.
struct MetricReader {
    let source: any AutoscalerSource
    let namespace: String
    let now: Timestamp

    /// The pods that a selector selects.
    func pods(_ selector: String) async throws(MetricError) -> [Pod] {
        let path = ["api", "v1", "namespaces", namespace, "pods"]
        do throws(KubeStatus) {
            let list = try await source.send("GET", path, [("labelSelector", selector), ("resourceVersion", "0")], nil)
            return list["items"].items.compactMap(Pod.init)
        } catch { throw MetricError("unable to get pods while calculating replica count: \(error.message)") }
    }

    /// The use of a resource by each pod, or by its container of that name.
    func resource(_ name: String, container: String?, _ selector: String) async throws(MetricError) -> [String: PodMetric] {
        let path = ["apis", "metrics.k8s.io", "v1beta1", "namespaces", namespace, "pods"]
        let items: [Value]
        do throws(KubeStatus) {
            items = try await source.send("GET", path, [("labelSelector", selector)], nil)["items"].items
        } catch {
            throw MetricError("unable to fetch metrics from resource metrics API: \(Self.text(error, "pods.metrics.k8s.io"))")
        }
        if items.isEmpty { throw MetricError("no metrics returned from resource metrics API") }
        var metrics: [String: PodMetric] = [:]
        for item in items {
            let pod = item["metadata"]["name"].string ?? ""
            var containers = item["containers"].items
            if let container {
                containers = containers.filter { $0["name"].string == container }
                if containers.isEmpty { throw MetricError("container \(container) not present in metrics for pod \(namespace)/\(pod)") }
            }
            let amounts = containers.compactMap { Quantity($0["usage"][name]) }
            // A pod that does not tell of all its containers tells nothing.
            guard amounts.count == containers.count, !amounts.isEmpty else { continue }
            metrics[pod] = metric(amounts.reduce(0) { $0 + $1.milli }, item["timestamp"], Self.duration(item["window"].string ?? ""))
        }
        return metrics
    }

    /// A metric of each pod of a selection.
    func pods(metric: Value, _ selector: String) async throws(MetricError) -> [String: PodMetric] {
        let name = metric["name"].string ?? ""
        let items = try await custom(["namespaces", namespace, "pods", "*", name], metric["selector"], selector)
        var metrics: [String: PodMetric] = [:]
        for item in items {
            guard let pod = item["describedObject"]["name"].string, let value = Quantity(item["value"]) else { continue }
            metrics[pod] = self.metric(value.milli, item["timestamp"], .seconds(item["windowSeconds"].int ?? 60))
        }
        return metrics
    }
    /// A metric of one object, in thousandths.
    func object(_ reference: Value, metric: Value) async throws(MetricError) -> Int {
        let kind = reference["kind"].string ?? ""
        let info = KindTable.kubernetes.find(apiVersion: reference["apiVersion"].string ?? "", kind: kind)
        let resource = info?.resource ?? kind.lowercased() + "s"
        let place = info?.namespaced == false ? [] : ["namespaces", namespace]
        let items = try await custom(
            place + [resource, reference["name"].string ?? "", metric["name"].string ?? ""], metric["selector"], nil)
        return items.first.flatMap { Quantity($0["value"]) }?.milli ?? 0
    }
    private func custom(_ path: [String], _ metricSelector: Value, _ selector: String?) async throws(MetricError) -> [Value] {
        var query: [(String, String)] = selector.map { [("labelSelector", $0)] } ?? []
        if !metricSelector.isNull { query.append(("metricLabelSelector", LabelSelector(metricSelector).description)) }
        do throws(KubeStatus) {
            let items = try await source.send("GET", ["apis", "custom.metrics.k8s.io", try await customVersion()] + path, query, nil)
            if !items["items"].items.isEmpty { return items["items"].items }
        } catch {
            throw MetricError("unable to fetch metrics from custom metrics API: \(error.message)")
        }
        throw MetricError("no metrics returned from custom metrics API")
    }
    /// The version of custom metrics that the cluster serves, the newest first.
    private func customVersion() async throws(KubeStatus) -> String {
        do throws(KubeStatus) {
            let group = try await source.send("GET", ["apis", "custom.metrics.k8s.io"], [], nil)
            let served = group["versions"].items.compactMap { $0["version"].string }
            if let version = ["v1beta2", "v1beta1"].first(where: served.contains) { return version }
        } catch {
            guard error.code == 404 else { throw error }
        }
        throw KubeStatus(404, .notFound, "no custom metrics API (custom.metrics.k8s.io) registered")
    }

    /// The sum of an external metric's values, in thousandths.
    func external(_ metric: Value) async throws(MetricError) -> Int {
        let name = metric["name"].string ?? ""
        let path = ["apis", "external.metrics.k8s.io", "v1beta1", "namespaces", namespace, name]
        let items: [Value]
        do throws(KubeStatus) {
            let query = metric["selector"].isNull ? [] : [("labelSelector", LabelSelector(metric["selector"]).description)]
            items = try await source.send("GET", path, query, nil)["items"].items
        } catch {
            throw MetricError(
                "unable to fetch metrics from external metrics API: \(Self.text(error, "\(name).external.metrics.k8s.io"))")
        }
        if items.isEmpty { throw MetricError("no metrics returned from external metrics API") }
        return items.reduce(0) { $0 + (Quantity($1["value"])?.milli ?? 0) }
    }

    private func metric(_ milli: Int, _ time: Value, _ window: Duration) -> PodMetric {
        PodMetric(milli: milli, timestamp: time.string.flatMap(Timestamp.init) ?? now, window: window)
    }
    /// A refusal as Go's clients put it: with the resource where the server knows nothing of it.
    private static func text(_ status: KubeStatus, _ resource: String) -> String {
        switch status.code {
        case 404 where status.details?.name.isEmpty ?? true:
            "the server could not find the requested resource (get \(resource))"
        case 503: "the server is currently unable to handle the request (get \(resource))"
        default: status.message
        }
    }
    /// Reads `15.032s`, `1m0s`.
    private static func duration(_ text: String) -> Duration {
        var (total, number) = (Duration.zero, "")
        for character in text {
            if character.isNumber || character == "." {
                number.append(character)
            } else {
                let amount = Double(number) ?? 0
                if character == "m" { total += .seconds(amount * 60) }
                if character == "s" { total += .seconds(amount) }
                if character == "h" { total += .seconds(amount * 3600) }
                number = ""
            }
        }
        return total
    }
}
