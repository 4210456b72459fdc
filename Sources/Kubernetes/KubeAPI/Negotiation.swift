import KubeModel

/// What form of answer a client takes. Source: upstream's content negotiation for JSON.
struct Accepted: Sendable, Hashable {
    enum Form: Sendable, Hashable { case object, table, partialMetadata }
    var form = Form.object

    /// Reads an Accept header: the first clause that can be served decides; protobuf, YAML and other types give way to a later one.
    /// - Throws: `KubeStatus` NotAcceptable.
    init(_ header: String?) throws(KubeStatus) {
        guard let header, !header.isEmpty, header != "application/json", header != "*/*" else { return }
        for clause in header.split(separator: ",") {
            let parts = clause.split(separator: ";").map { $0.trimmed }
            guard let type = parts.first, ["application/json", "*/*", "application/*"].contains(type) else { continue }
            var parameters: [String: String] = [:]
            for part in parts.dropFirst() {
                guard let equals = part.firstIndex(of: "=") else { continue }
                parameters[String(part[..<equals])] = String(part[part.index(after: equals)...])
            }
            switch (parameters["as"], parameters["g"], parameters["v"]) {
            case (nil, _, _): form = .object
            case ("Table", "meta.k8s.io", "v1"): form = .table
            case ("PartialObjectMetadata", "meta.k8s.io", "v1"), ("PartialObjectMetadataList", "meta.k8s.io", "v1"): form = .partialMetadata
            default: continue
            }
            return
        }
        throw .notAcceptable(accepted: ["application/json", "application/json;stream=watch"])
    }
}

extension Substring {
    /// The text without surrounding blanks.
    var trimmed: String {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
