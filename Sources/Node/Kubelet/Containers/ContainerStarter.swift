import Control
import Documents

/// Starts one container: image, configuration, creation, start, hook after it.
struct ContainerStarter {
    let performer: PodPerformer
    let spec: PodSpecView
    let start: ContainerStart
    private var slot: ContainerSlot { start.slot }

    func run() async -> PodOutcome {
        do throws(ContainerStartError) {
            let image = try await performer.images.obtain(slot, spec)
            let id = try await performer.gate.pass { await created(image) }.get()
            try await postStart(id)
            guard let status = await seen(id) else { throw .failed(ContainerFailure(reason: "RunContainerError", message: "gone"), nil) }
            return .started(status)
        } catch {
            switch error {
            case .cancelled: return .cancelled
            case .failed(let failure, let id):
                var status: ContainerStatus?
                if let id { status = await seen(id) }
                return .startFailed(name: slot.name, failure, status)
            }
        }
    }

    private func seen(_ id: String) async -> ContainerStatus? {
        var status = try? await performer.status(id, spec)
        status?.sandbox = start.sandbox.id
        return status
    }

    private func created(_ image: RuntimeImage) async -> Result<String, ContainerStartError> {
        do throws(ContainerStartError) {
            let id = try await create(image)
            do throws(RuntimeError) {
                try await performer.runtime.startContainer(id)
            } catch {
                throw failure("RunContainerError", Self.words(error), id)
            }
            event("Normal", "Started", "Container started")
            return .success(id)
        } catch {
            return .failure(error)
        }
    }

    private func create(_ image: RuntimeImage) async throws(ContainerStartError) -> String {
        var config: ContainerConfig
        let sandboxConfig: SandboxConfig
        do throws(PodHostError) {
            config = try await performer.host.containerConfig(
                for: slot.spec, of: spec.pod, attempt: start.attempt, image: image, addresses: start.sandbox.addresses,
                target: start.target)
            sandboxConfig = try await performer.host.sandboxConfig(for: spec.pod, attempt: start.sandbox.attempt)
        } catch {
            if error == .cancelled { throw .cancelled }
            throw failure("CreateContainerConfigError", PodPerformer.text(error))
        }
        mark(&config)
        do throws(RuntimeError) {
            let id = try await performer.runtime.createContainer(config, in: start.sandbox.id, of: sandboxConfig)
            event("Normal", "Created", "Container created")
            return id
        } catch {
            if error == .cancelled { throw .cancelled }
            throw failure("CreateContainerError", Self.words(error))
        }
    }

    /// What the kubelet wants to read again from the runtime.
    private func mark(_ config: inout ContainerConfig) {
        config.labels[RuntimeLabel.podName] = spec.name
        config.labels[RuntimeLabel.podNamespace] = spec.namespace
        config.labels[RuntimeLabel.podUID] = spec.uid
        config.labels[RuntimeLabel.containerName] = slot.name
        config.annotations[ContainerNote.hash] = slot.hash
        config.annotations[ContainerNote.restartCount] = String(start.attempt)
        config.annotations[ContainerNote.policy] = slot.spec["terminationMessagePolicy"].string ?? "File"
        config.annotations[ContainerNote.path] = slot.spec["terminationMessagePath"].string ?? "/dev/termination-log"
        if let grace = spec.pod["spec"]["terminationGracePeriodSeconds"].int { config.annotations[ContainerNote.podGrace] = String(grace) }
    }

    private func postStart(_ id: String) async throws(ContainerStartError) {
        let hook = slot.spec["lifecycle"]["postStart"]
        guard hook.object != nil else { return }
        let runner = HookRunner(performer: performer, address: start.sandbox.addresses.first ?? "")
        guard let problem = await runner.run(hook, slot, id, spec) else { return }
        event("Warning", "FailedPostStartHook", "PostStartHook failed")
        let stop = ContainerStop(
            slot: slot, id: id, name: slot.name, grace: .seconds(spec.grace), message: "FailedPostStartHook",
            address: start.sandbox.addresses.first ?? "")
        _ = await ContainerStopper(performer: performer, spec: spec, stop: stop).run()
        throw .failed(ContainerFailure(reason: "PostStartHookError", message: problem), id)
    }

    private func event(_ type: String, _ reason: String, _ message: String) {
        performer.events.record(spec.reference(slot.fieldPath), type, reason, message)
    }
    private func failure(_ reason: String, _ message: String, _ id: String? = nil) -> ContainerStartError {
        event("Warning", "Failed", "Error: \(message)")
        return .failed(ContainerFailure(reason: reason, message: message), id)
    }
    /// The runtime's words without the frame of the call. Source: kubelet, grpcstatus messages in startContainer.
    private static func words(_ error: RuntimeError) -> String {
        switch error {
        case .unavailable(let message), .notFound(let message), .timedOut(let message), .failed(_, let message): message
        case .cancelled: "context canceled"
        }
    }
}

/// Why a container was not started, with its id if it was made.
enum ContainerStartError: Error {
    case failed(ContainerFailure, String?)
    case cancelled
}
