import CRI
package import Kubelet

extension ContainerdRuntime {
    package func runSandbox(_ config: SandboxConfig) async throws(RuntimeError) -> String {
        var request = Message<RunPodSandboxRequestFields>()
        request.config = Message(config)
        return try await call(RuntimeService.runPodSandbox, request, timeout: .seconds(240)).podSandboxId
    }

    package func stopSandbox(_ id: String) async throws(RuntimeError) {
        var request = Message<StopPodSandboxRequestFields>()
        request.podSandboxId = id
        _ = try await callIfPresent(RuntimeService.stopPodSandbox, request)
    }

    package func removeSandbox(_ id: String) async throws(RuntimeError) {
        var request = Message<RemovePodSandboxRequestFields>()
        request.podSandboxId = id
        _ = try await callIfPresent(RuntimeService.removePodSandbox, request)
    }

    package func sandboxes() async throws(RuntimeError) -> [SandboxStatus] {
        try await call(RuntimeService.listPodSandbox, Message()).items.map { item in
            var status = SandboxStatus(item.metadata)
            (status.id, status.isReady, status.created) = (item.id, item.state == .ready, item.createdAt)
            (status.labels, status.annotations) = (item.labels, item.annotations)
            return status
        }
    }

    package func sandbox(_ id: String) async throws(RuntimeError) -> SandboxStatus? {
        var request = Message<PodSandboxStatusRequestFields>()
        request.podSandboxId = id
        guard let found = try await callIfPresent(RuntimeService.podSandboxStatus, request)?.status else { return nil }
        var status = SandboxStatus(found.metadata)
        (status.id, status.isReady, status.created) = (found.id, found.state == .ready, found.createdAt)
        (status.labels, status.annotations) = (found.labels, found.annotations)
        status.addresses = ([found.network.ip] + found.network.additionalIps.map(\.ip)).filter { !$0.isEmpty }
        return status
    }
}

extension SandboxStatus {
    fileprivate init(_ metadata: Message<PodSandboxMetadataFields>) {
        self.init()
        (name, namespace, uid, attempt) = (metadata.name, metadata.namespace, metadata.uid, metadata.attempt)
    }
}
