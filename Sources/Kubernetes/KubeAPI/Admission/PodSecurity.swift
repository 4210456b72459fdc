import Documents
import KubeModel
import Storage

/// Holds pods to the security level that the labels of their namespace name. Source: upstream's PodSecurity plugin.
struct PodSecurity: AdmissionPlugin {
    private static let prefix = "pod-security.kubernetes.io/"
    /// Where workloads keep the pods that they will make.
    private static let templates: [String: [String]] = [
        "/replicationcontrollers": ["spec", "template"], "/podtemplates": ["template"], "apps/deployments": ["spec", "template"],
        "apps/replicasets": ["spec", "template"], "apps/statefulsets": ["spec", "template"], "apps/daemonsets": ["spec", "template"],
        "batch/jobs": ["spec", "template"], "batch/cronjobs": ["spec", "jobTemplate", "spec", "template"],
    ]

    func concerns(_ request: AdmissionRequest) -> Bool {
        (request.operation == .create || request.operation == .update)
            && (request.subresource.isEmpty || request.subresource == "ephemeralcontainers")
            && (Self.isPod(request) || Self.templates["\(request.kind.group)/\(request.resource)"] != nil)
    }
    private static func isPod(_ request: AdmissionRequest) -> Bool { request.resource == "pods" && request.kind.group.isEmpty }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? { [.key("core/namespaces/\(request.namespace)")] }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request) else { return }
        let isPod = Self.isPod(request)
        guard let path = isPod ? [] : Self.templates["\(request.kind.group)/\(request.resource)"] else { return }
        guard let labels = request.snapshot.get("core/namespaces/\(request.namespace)")?.value["metadata"]["labels"].strings else { return }
        let pod = request.object[path: path]
        let old = request.old[path: path]
        // What does not change what a pod may do needs no new judgement.
        if request.operation == .update, pod["spec"] == old["spec"], pod["metadata"]["annotations"] == old["metadata"]["annotations"] {
            return
        }
        if isPod, let (level, version) = Self.level(labels, "enforce") {
            let violations = PodSecurityChecks.violations(of: level, pod)
            guard violations.isEmpty else {
                throw request.forbidden("violates PodSecurity \"\(level.rawValue):\(version)\": \(violations.joined(separator: ", "))")
            }
        }
        if let (level, version) = Self.level(labels, "warn") {
            let violations = PodSecurityChecks.violations(of: level, pod)
            if !violations.isEmpty {
                request.warnings.append("would violate PodSecurity \"\(level.rawValue):\(version)\": \(violations.joined(separator: ", "))")
            }
        }
    }

    private static func level(_ labels: [String: String], _ mode: String) -> (PodSecurityLevel, String)? {
        guard let text = labels[prefix + mode] else { return nil }
        // A level that is misspelt is the strictest one, as upstream takes it.
        return (PodSecurityLevel(rawValue: text) ?? .restricted, labels["\(prefix)\(mode)-version"] ?? "latest")
    }
}

/// How much a pod may do. Source: Kubernetes documentation, "Pod Security Standards".
enum PodSecurityLevel: String, Sendable { case privileged, baseline, restricted }
