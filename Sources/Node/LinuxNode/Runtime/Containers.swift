import CRI
package import Kubelet

extension ContainerdRuntime {
    package func createContainer(
        _ config: ContainerConfig, in sandbox: String, of sandboxConfig: SandboxConfig
    ) async throws(RuntimeError) -> String {
        var request = Message<CreateContainerRequestFields>()
        request.podSandboxId = sandbox
        request.config = Message(config)
        request.sandboxConfig = Message(sandboxConfig)
        let id = try await call(RuntimeService.createContainer, request).containerId
        logs.link(id, config, of: sandboxConfig)
        return id
    }

    package func startContainer(_ id: String) async throws(RuntimeError) {
        var request = Message<StartContainerRequestFields>()
        request.containerId = id
        _ = try await call(RuntimeService.startContainer, request)
    }

    package func stopContainer(_ id: String, grace: Duration) async throws(RuntimeError) {
        var request = Message<StopContainerRequestFields>()
        request.containerId = id
        request.timeout = Int(grace.components.seconds)
        _ = try await callIfPresent(RuntimeService.stopContainer, request, timeout: Self.callTimeout + grace)
    }

    /// Its log goes with it.
    package func removeContainer(_ id: String) async throws(RuntimeError) {
        let log = try await container(id)?.logPath ?? ""
        var request = Message<RemoveContainerRequestFields>()
        request.containerId = id
        _ = try await callIfPresent(RuntimeService.removeContainer, request)
        if !log.isEmpty { ContainerLogFiles.remove(log) }
    }

    package func containers() async throws(RuntimeError) -> [ContainerStatus] {
        try await call(RuntimeService.listContainers, Message()).containers.map { item in
            var status = ContainerStatus(item.metadata)
            (status.id, status.sandbox, status.created) = (item.id, item.podSandboxId, item.createdAt)
            status.state = ContainerStatus.State(item.state)
            (status.image, status.imageID) = (item.image.image, item.imageRef)
            (status.labels, status.annotations) = (item.labels, item.annotations)
            return status
        }
    }

    package func container(_ id: String) async throws(RuntimeError) -> ContainerStatus? {
        var request = Message<ContainerStatusRequestFields>()
        request.containerId = id
        guard let found = try await callIfPresent(RuntimeService.containerStatus, request)?.status else { return nil }
        var status = ContainerStatus(found.metadata)
        (status.id, status.state, status.exitCode) = (found.id, ContainerStatus.State(found.state), found.exitCode)
        (status.created, status.started, status.finished) = (found.createdAt, found.startedAt, found.finishedAt)
        (status.reason, status.message) = (found.reason, found.message)
        (status.image, status.imageID, status.logPath) = (found.image.image, found.imageRef, found.logPath)
        (status.labels, status.annotations) = (found.labels, found.annotations)
        // The status does not tell the sandbox, the list does.
        var list = Message<ListContainersRequestFields>()
        list.filter.id = id
        status.sandbox = try await call(RuntimeService.listContainers, list).containers.first?.podSandboxId ?? ""
        return status
    }

    package func updateResources(_ id: String, _ resources: LinuxResources) async throws(RuntimeError) {
        var request = Message<UpdateContainerResourcesRequestFields>()
        request.containerId = id
        request.linux = Message(resources)
        _ = try await call(RuntimeService.updateContainerResources, request)
    }

    package func reopenLog(_ id: String) async throws(RuntimeError) {
        var request = Message<ReopenContainerLogRequestFields>()
        request.containerId = id
        _ = try await call(RuntimeService.reopenContainerLog, request)
    }

    package func containerStats() async throws(RuntimeError) -> [ContainerStats] {
        try await call(RuntimeService.listContainerStats, Message()).stats.map { item in
            ContainerStats(
                id: item.attributes.id, labels: item.attributes.labels, cpuNanoseconds: item.cpu.usageCoreNanoSeconds.value,
                timestamp: item.cpu.timestamp, workingSetBytes: item.memory.workingSetBytes.value,
                usageBytes: item.memory.usageBytes.value, rssBytes: item.memory.rssBytes.value,
                writableBytes: item.writableLayer.usedBytes.value)
        }
    }
}

extension ContainerStatus {
    fileprivate init(_ metadata: Message<ContainerMetadataFields>) {
        self.init()
        (name, attempt) = (metadata.name, metadata.attempt)
    }
}

extension ContainerStatus.State {
    fileprivate init(_ state: ContainerState) {
        switch state {
        case .created: self = .created
        case .running: self = .running
        case .exited: self = .exited
        case .unknown: self = .unknown
        }
    }
}
