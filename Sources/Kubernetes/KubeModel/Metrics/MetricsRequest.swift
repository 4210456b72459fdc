package import Control
package import Documents

/// What is known of nodes, pods and their use.
package protocol MetricsSource {
    /// The nodes, or the pods of a namespace or of all.
    func objects(_ resource: String, in namespace: String?) -> [Value]
    /// One of them; nil when there is none.
    func object(_ resource: String, in namespace: String?, _ name: String) -> Value?
    /// nil while nothing is known.
    func usage(ofNode name: String) -> ResourceUsage?
    /// The use of each container; nil while nothing is known.
    func usage(ofPod pod: Value) -> [(name: String, usage: ResourceUsage)]?
}

/// Which metrics a client wants, and in which form.
package struct MetricsView: Sendable, Hashable {
    let labelSelector: String
    let fieldSelector: String
    let asTable: Bool
    let include: String?
    /// By the query of a request; `include` is `includeObject` of tables.
    package init(labelSelector: String, fieldSelector: String, asTable: Bool, include: String?) {
        (self.labelSelector, self.fieldSelector, self.asTable, self.include) = (labelSelector, fieldSelector, asTable, include)
    }
}

/// A request for metrics: `nodes[/{name}]`, `pods` or `namespaces/{namespace}/pods[/{name}]`.
package struct MetricsRequest: Sendable, Hashable {
    package let resource: String
    package private(set) var namespace: String?
    package private(set) var name: String?

    /// Reads the segments of a path; nil for other paths.
    package init?(_ segments: [String]) {
        guard segments.count >= 4, segments[0] == "apis", segments[1] == MetricsDocuments.group, segments[2] == MetricsDocuments.version
        else { return nil }
        let rest = Array(segments[3...])
        switch (rest[0], rest.count) {
        case ("nodes", 1...2): (resource, name) = ("nodes", rest.count == 2 ? rest[1] : nil)
        case ("pods", 1): resource = "pods"
        case ("namespaces", 3...4) where rest[2] == "pods":
            (resource, namespace, name) = ("pods", rest[1], rest.count == 4 ? rest[3] : nil)
        default: return nil
        }
    }

    /// The document that answers.
    /// - Throws: the refusal of a bad selector, or of something that has no metrics.
    package func answer(from source: some MetricsSource, _ view: MetricsView, now: Timestamp) throws(KubeStatus) -> Value {
        guard let name else {
            let items = try list(source, view, now)
            if view.asTable { return MetricsDocuments.table(items, include: view.include) }
            return MetricsDocuments.list(resource == "nodes" ? "NodeMetrics" : "PodMetrics", items)
        }
        guard let found = source.object(resource, in: namespace, name).flatMap({ metrics($0, source, now) }) else {
            let shown = resource == "nodes" ? name : "\(namespace ?? "")/\(name)"
            throw KubeStatus(
                404, .notFound, "\(resource).\(MetricsDocuments.group) \"\(shown)\" not found",
                details: .init(name: shown, group: MetricsDocuments.group, kind: resource))
        }
        return view.asTable ? MetricsDocuments.table([found], include: view.include) : found
    }
    private func list(_ source: some MetricsSource, _ view: MetricsView, _ now: Timestamp) throws(KubeStatus) -> [Value] {
        let selector: LabelSelector
        do throws(SelectorError) { selector = try LabelSelector(parsing: view.labelSelector) } catch {
            throw .badRequest("unable to parse requirement: \(error.message)")
        }
        let fields = try FieldConditions(view.fieldSelector)
        return source.objects(resource, in: namespace).filter { selector.matches(document: $0) && fields.hold(for: $0) }
            .compactMap { metrics($0, source, now) }
    }
    private func metrics(_ object: Value, _ source: some MetricsSource, _ now: Timestamp) -> Value? {
        guard resource == "pods" else {
            return source.usage(ofNode: object["metadata"]["name"].string ?? "").map { MetricsDocuments.node(object, $0, now: now) }
        }
        return source.usage(ofPod: object).flatMap { MetricsDocuments.pod(object, $0, now: now) }
    }

    /// The verb of the API for a method.
    package func verb(_ method: String) -> String {
        switch method {
        case "GET", "HEAD": name == nil ? "list" : "get"
        case "POST": "create"
        case "PUT": "update"
        case "PATCH": "patch"
        case "DELETE": name == nil ? "deletecollection" : "delete"
        default: method.lowercased()
        }
    }
}

/// A field selector over name and namespace, all that metrics are selected by.
struct FieldConditions: Sendable {
    private var conditions: [(field: String, value: String, isEqual: Bool)] = []

    /// - Throws: `KubeStatus` BadRequest for another field.
    init(_ text: String) throws(KubeStatus) {
        for part in text.split(separator: ",") {
            let isEqual = !part.contains("!=")
            let words = part.split(separator: "=", omittingEmptySubsequences: true)
            let field = (words.first ?? "").filter { $0 != "!" }
            guard words.count <= 2, field == "metadata.name" || field == "metadata.namespace" else {
                throw .badRequest("\"\(field)\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
            }
            conditions.append((field, words.count == 2 ? String(words[1]) : "", isEqual))
        }
    }

    func hold(for object: Value) -> Bool {
        conditions.allSatisfy { condition in
            let key = condition.field == "metadata.name" ? "name" : "namespace"
            return ((object["metadata"][key].string ?? "") == condition.value) == condition.isEqual
        }
    }
}
