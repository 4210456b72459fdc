import Control
import Documents
import KubeClient
import KubeModel

/// Carries out what machines plan, each operation by itself.
struct PodPerformer: Sendable {
    private static let log = Log("kubelet")
    let runtime: any ContainerRuntime
    let host: any PodHost
    let client: KubeClient
    let events: EventRecorder
    let prober: Prober
    let probes: ProbeCounts
    let images: ImageKeeper
    let clock: any WallClock
    /// Bounds what the runtime makes at the same time.
    let gate: Gate

    /// Carries an operation out and notes how long it took.
    func timed(_ operation: PodOperation, _ spec: PodSpecView) async -> PodOutcome {
        let begun = clock.now
        let outcome = await perform(operation, spec)
        Self.log.debug("operation", ["pod": spec.label, "what": operation.key, "took": DurationText.short(clock.now - begun)])
        return outcome
    }

    private func perform(_ operation: PodOperation, _ spec: PodSpecView) async -> PodOutcome {
        switch operation {
        case .prepare: return await prepare(spec)
        case .refresh:
            try? await host.refresh(spec.pod)
            return .done
        case .runSandbox(let attempt): return await gate.pass { await runSandbox(spec, attempt) }
        case .stopSandbox(let id): return await stopSandbox(id, spec)
        case .removeSandbox(let id): return await removed(sandbox: id)
        case .start(let start): return await ContainerStarter(performer: self, spec: spec, start: start).run()
        case .stop(let stop): return await ContainerStopper(performer: self, spec: spec, stop: stop).run()
        case .resize(let resize): return await self.resize(resize, spec)
        case .removeContainer(let id): return await removed(container: id)
        case .inspectContainer(let id): return await inspect(container: id, spec)
        case .inspectSandbox(let id):
            return await inspect(sandbox: id)
        case .probe(let run):
            let outcome = await prober.probe(run)
            probes.add(run, outcome, of: spec)
            return .probed(run, outcome)
        case .patch(let changes, let report, let uid): return await patch(changes, report, spec, uid)
        case .createMirror(let document): return await createMirror(document)
        case .deleteMirror(let uid): return await deleteMirror(uid, spec)
        case .release: return await release(spec)
        case .delete: return await delete(spec)
        }
    }

    private func prepare(_ spec: PodSpecView) async -> PodOutcome {
        do throws(PodHostError) {
            try await host.prepare(spec.pod)
            return .prepared
        } catch {
            switch error {
            case .cancelled: return .cancelled
            case .volume(_, let message): return failed(spec, "FailedMount", message)
            case .config(let message), .failed(let message): return failed(spec, "FailedCreatePodContainer", message)
            }
        }
    }

    private func failed(_ spec: PodSpecView, _ reason: String, _ message: String) -> PodOutcome {
        events.record(spec.reference(), "Warning", reason, message)
        return .failed(message)
    }

    private func runSandbox(_ spec: PodSpecView, _ attempt: Int) async -> PodOutcome {
        do {
            let config = try await host.sandboxConfig(for: spec.pod, attempt: attempt)
            let id = try await runtime.runSandbox(config)
            guard let status = try await runtime.sandbox(id) else { return .failed("the sandbox is gone") }
            return .sandbox(status)
        } catch let error as RuntimeError {
            if error == .cancelled { return .cancelled }
            return failed(spec, "FailedCreatePodSandBox", "Failed to create pod sandbox: \(error.text)")
        } catch {
            return failed(spec, "FailedCreatePodSandBox", "Failed to create pod sandbox: \(Self.text(error))")
        }
    }

    private func stopSandbox(_ id: String, _ spec: PodSpecView) async -> PodOutcome {
        do throws(RuntimeError) {
            try await runtime.stopSandbox(id)
            return .sandboxSeen(id: id, try await runtime.sandbox(id))
        } catch {
            if error == .cancelled { return .cancelled }
            return failed(spec, "FailedKillPod", "error killing pod: failed to \"KillPodSandbox\" for \"\(spec.uid)\": \(error.text)")
        }
    }

    private func removed(sandbox id: String) async -> PodOutcome {
        do throws(RuntimeError) {
            try await runtime.removeSandbox(id)
            return .sandboxSeen(id: id, nil)
        } catch {
            return .failed(error.text)
        }
    }
    private func removed(container id: String) async -> PodOutcome {
        do throws(RuntimeError) {
            try await runtime.removeContainer(id)
            return .container(id: id, nil)
        } catch {
            return .failed(error.text)
        }
    }

    private func resize(_ resize: ContainerResize, _ spec: PodSpecView) async -> PodOutcome {
        do {
            guard let image = try await runtime.image(resize.image) else { return .failed("the image is gone") }
            try await host.prepare(spec.pod)
            let config = try await host.containerConfig(
                for: resize.slot.spec, of: spec.pod, attempt: resize.status.attempt, image: image, addresses: resize.addresses,
                target: nil)
            try await runtime.updateResources(resize.status.id, config.resources)
            return .resized(id: resize.status.id, resources: resize.slot.spec["resources"])
        } catch {
            return .failed(Self.text(error))
        }
    }

    /// What the runtime says of a container, with what it left as a message.
    func inspect(container id: String, _ spec: PodSpecView) async -> PodOutcome {
        do throws(RuntimeError) {
            return .container(id: id, try await status(id, spec))
        } catch {
            return .failed(error.text)
        }
    }
    private func inspect(sandbox id: String) async -> PodOutcome {
        do throws(RuntimeError) {
            return .sandboxSeen(id: id, try await runtime.sandbox(id))
        } catch {
            return .failed(error.text)
        }
    }
    func status(_ id: String, _ spec: PodSpecView) async throws(RuntimeError) -> ContainerStatus? {
        guard var status = try await runtime.container(id) else { return nil }
        if status.state == .exited, let slot = spec.slot(status.name) {
            let message = await host.terminationMessage(of: slot.spec, in: spec.pod, status: status)
            if !message.isEmpty { status.message = message }
        }
        return status
    }

    private func patch(_ changes: Value, _ report: Value, _ spec: PodSpecView, _ uid: String) async -> PodOutcome {
        let patch: Value = ["metadata": ["uid": .string(uid)], "status": changes]
        do throws(KubeClientError) {
            _ = try await client.patch(PodFields.kind, namespace: spec.namespace, spec.name, .strategic(patch), subresource: "status")
            return .patched(report: report)
        } catch {
            if error == .cancelled { return .cancelled }
            // Gone, or a namesake has come: the watch will tell.
            return error.isNotFound || error.reason == .conflict ? .patched(report: report) : .failed("\(error)")
        }
    }

    private func createMirror(_ document: Value) async -> PodOutcome {
        do throws(KubeClientError) {
            _ = try await client.create(PodFields.kind, document)
            return .mirrored
        } catch {
            return error == .cancelled ? .cancelled : .failed("\(error)")
        }
    }
    private func deleteMirror(_ uid: String, _ spec: PodSpecView) async -> PodOutcome {
        do throws(KubeClientError) {
            let options = DeleteOptions(gracePeriodSeconds: 0, uid: uid)
            try await client.delete(PodFields.kind, namespace: spec.namespace, spec.name, options)
            return .mirrored
        } catch {
            if error == .cancelled { return .cancelled }
            return error.isNotFound || error.reason == .conflict ? .mirrored : .failed("\(error)")
        }
    }

    private func release(_ spec: PodSpecView) async -> PodOutcome {
        do throws(PodHostError) {
            try await host.release(uid: spec.uid)
            return .released
        } catch {
            return .failed("\(error)")
        }
    }

    private func delete(_ spec: PodSpecView) async -> PodOutcome {
        do throws(KubeClientError) {
            let options = DeleteOptions(gracePeriodSeconds: 0, uid: spec.uid)
            try await client.delete(PodFields.kind, namespace: spec.namespace, spec.name, options)
            return .deleted
        } catch {
            if error == .cancelled { return .cancelled }
            return error.isNotFound || error.reason == .conflict ? .missing : .failed("\(error)")
        }
    }

    static func text(_ error: any Error) -> String {
        switch error {
        case let error as RuntimeError: error.text
        case PodHostError.volume(_, let message), PodHostError.config(let message), PodHostError.failed(let message): message
        default: "\(error)"
        }
    }
}

extension RuntimeError {
    /// As the kubelet shows it.
    var text: String {
        switch self {
        case .unavailable(let message): "rpc error: code = Unavailable desc = \(message)"
        case .notFound(let message): "rpc error: code = NotFound desc = \(message)"
        case .timedOut(let message): "rpc error: code = DeadlineExceeded desc = \(message)"
        case .cancelled: "rpc error: code = Canceled desc = context canceled"
        case .failed(let code, let message): "rpc error: code = \(code) desc = \(message)"
        }
    }
}
