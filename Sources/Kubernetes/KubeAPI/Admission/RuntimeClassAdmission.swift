import Documents
import KubeModel
import Storage

/// Adds what a pod's runtime class costs and where it runs. Source: upstream's RuntimeClass plugin.
struct RuntimeClassAdmission: AdmissionPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool { request.isFor("", "pods", .create) }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? {
        let name = request.object["spec"]["runtimeClassName"].string ?? ""
        return name.isEmpty ? [] : [.key("node.k8s.io/runtimeclasses/\(name)")]
    }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request) else { return }
        guard let name = request.object["spec"]["runtimeClassName"].string, !name.isEmpty else {
            if !request.object["spec"]["overhead"].isNull {
                throw request.forbidden("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")
            }
            return
        }
        guard let found = request.snapshot.get("node.k8s.io/runtimeclasses/\(name)")?.value else {
            throw request.forbidden("pod rejected: RuntimeClass \(name.quoted) not found")
        }
        let overhead = found["overhead"]["podFixed"]
        let given = request.object["spec"]["overhead"]
        if !given.isNull, given != overhead {
            throw request.forbidden("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
        }
        if !overhead.isNull { request.object["spec"]["overhead"] = overhead }
        for (key, value) in found["scheduling"]["nodeSelector"].strings.sorted(by: { $0.key < $1.key }) {
            let present = request.object["spec"]["nodeSelector"][key].string
            if let present, present != value {
                throw request.forbidden(
                    "conflict: runtimeClass.scheduling.nodeSelector[\(key)] = \(value); pod.spec.nodeSelector[\(key)] = \(present)")
            }
            request.object["spec"]["nodeSelector"][key] = .string(value)
        }
        for toleration in found["scheduling"]["tolerations"].items
        where !request.object["spec"]["tolerations"].items.contains(toleration) {
            request.object["spec"].append(toleration, to: "tolerations")
        }
    }
}
