package import Documents

/// What clients ask about the API itself.
package enum MetricsDiscovery {
    private static let groupVersion: Value = [
        "groupVersion": .string(MetricsDocuments.apiVersion), "version": .string(MetricsDocuments.version),
    ]

    /// The document at a path; nil when there is none.
    package static func document(_ segments: [String]) -> Value? {
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
