import Control
import Documents
import KubeModel
import Network
import Storage

extension APIServer {
    /// Answers a request for a part of a document.
    func answerSubresource(_ context: RequestContext, _ path: RequestPath, _ verb: Verb, _ target: Target) async throws -> HTTPResponse {
        guard let subresource = target.info.subresource(target.subresource) else { throw KubeStatus.noSuchResource }
        guard !target.name.isEmpty else { throw KubeStatus.noSuchResource }
        switch (target.info.resource, target.subresource) {
        case ("pods", "log"):
            guard verb == .get else { throw KubeStatus.methodNotAllowed }
            return try await logs(context, target)
        case ("pods", "exec"), ("pods", "attach"), ("pods", "portforward"): return try await stream(context, verb, target)
        case (_, "proxy"): return try await proxy(context, path, target)
        case ("pods", "binding"):
            guard verb == .create else { throw KubeStatus.methodNotAllowed }
            return try await bind(context, target, subresource)
        case ("pods", "eviction"):
            guard verb == .create else { throw KubeStatus.methodNotAllowed }
            return try await evict(context, target, subresource)
        case (_, "scale"): return try await answerScale(context, verb, target, subresource)
        default: break
        }
        guard subresource.verbs.contains(verb == .get ? "get" : verb.rawValue) else { throw KubeStatus.methodNotAllowed }
        switch verb {
        case .get: return try get(context, target)
        case .update: return try await update(context, target)
        case .patch: return try await patch(context, target)
        default: throw KubeStatus.methodNotAllowed
        }
    }
}

/// How a subresource that shares the document's kind changes it: which part it owns.
enum SubresourceRules {
    /// Takes from a wanted document what the subresource may change, and the rest from the stored one.
    static func restrict(_ new: inout Value, old: Value, _ target: Target) {
        let wanted = new
        switch (target.info.resource, target.subresource) {
        case ("namespaces", "finalize"):
            new = old
            new["spec"]["finalizers"] = wanted["spec"]["finalizers"]
            new["metadata"] = wanted["metadata"]
        case ("pods", "ephemeralcontainers"):
            new = old
            new["spec"]["ephemeralContainers"] = wanted["spec"]["ephemeralContainers"]
        case ("pods", "resize"):
            new = old
            for list in ["containers", "initContainers"] {
                let sizes = Dictionary(
                    wanted["spec"][list].items.map { ($0["name"], $0) }, uniquingKeysWith: { first, _ in first })
                guard !old["spec"][list].isNull else { continue }
                new["spec"][list] = .array(
                    old["spec"][list].items.map { container in
                        var container = container
                        guard let size = sizes[container["name"]] else { return container }
                        for field in ["resources", "resizePolicy"] { container[field] = size[field] }
                        return container
                    })
            }
        case ("certificatesigningrequests.certificates.k8s.io", "approval"):
            new = old
            new["status"]["conditions"] = wanted["status"]["conditions"]
        default: break
        }
    }

    /// What is wrong with such a change.
    static func errors(_ new: Value, old: Value, _ target: Target) -> [FieldError] {
        guard target.info.resource == "pods", target.subresource == "ephemeralcontainers" else { return [] }
        return EphemeralContainerRules.errors(new, old: old)
    }
}
