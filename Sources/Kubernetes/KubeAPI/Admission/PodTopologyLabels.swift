import Documents
import KubeModel
import Storage

/// A pod that is created on a node has the node's region and zone among its labels. Source: upstream's PodTopologyLabels; for pods that
/// get their node later, `APIServer.bind`.
struct PodTopologyLabels: AdmissionPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool { request.isFor("", "pods", .create) }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? { Self.node(of: request) == nil ? [] : nil }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request), let node = Self.node(of: request) else { return }
        let labels = TopologyLabels.of(request.snapshot.get(NodeFields.kind.key(nil, node))?.document?.root)
        guard !labels.isEmpty else { return }
        TopologyLabels.give(labels, to: &request.object["metadata"])
    }

    private static func node(of request: AdmissionRequest) -> String? {
        request.object["spec"]["nodeName"].string.flatMap { $0.isEmpty ? nil : $0 }
    }
}
