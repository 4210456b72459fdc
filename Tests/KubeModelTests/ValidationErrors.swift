import Documents
import Testing

@testable import KubeModel

/// What is wrong with a document that has these parts, defaults filled in, in the words that clients get; with `old`, with its update.
func validationErrors(
    _ apiVersion: String, _ kind: String, _ spec: Value, old: Value? = nil, status: Value = .null
) throws -> [String] {
    let info = try #require(KindTable.kubernetes.find(apiVersion: apiVersion, kind: kind))
    func document(_ spec: Value) -> Value {
        var document: Value = ["metadata": ["name": "x"], "spec": spec]
        if !status.isNull { document["status"] = status }
        if info.namespaced { document["metadata"]["namespace"] = "default" }
        Defaulting.apply(info, to: &document)
        return document
    }
    return Validation.validate(info, document(spec), old: old.map(document)).map(\.description)
}
