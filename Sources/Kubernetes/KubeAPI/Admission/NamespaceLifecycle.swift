/// Keeps the namespaces that a cluster cannot do without. Source: upstream's NamespaceLifecycle.
///
/// That nothing is created where there is no namespace, or one that is going away, is the pipeline's own rule.
struct NamespaceLifecycle: AdmissionPlugin {
    private static let immortal: Set<String> = ["default", "kube-system", "kube-public"]

    func admit(_ request: inout AdmissionRequest) async throws {
        guard request.isFor("", "namespaces", .delete), Self.immortal.contains(request.name) else { return }
        throw request.forbidden("this namespace may not be deleted")
    }
}
