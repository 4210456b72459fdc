import Control
import Documents
import KubeModel
import Synchronization

/// Sees to it that containers' images are there. Source: kubelet, pkg/kubelet/images/image_manager.go.
struct ImageKeeper: Sendable {
    let runtime: any ContainerRuntime
    let host: any PodHost
    let events: EventRecorder
    let clock: any WallClock
    let turns = ImageTurns()

    /// The image of a container, pulled when its policy asks for it.
    func obtain(_ slot: ContainerSlot, _ spec: PodSpecView) async throws(ContainerStartError) -> RuntimeImage {
        guard ImageReference(slot.image) != nil else {
            let message =
                "Failed to apply default image tag \"\(slot.image)\": couldn't parse image name \"\(slot.image)\": invalid reference format"
            event(spec, slot, "Warning", "InspectFailed", message)
            throw failure(spec, slot, "InvalidImageName", message)
        }
        let asked = clock.now
        let policy = slot.spec["imagePullPolicy"].string ?? "IfNotPresent"
        await turns.take(slot.image)
        defer { turns.give(slot.image) }
        if policy != "Always", let image = try await present(slot, spec) {
            let text = "Container image \"\(slot.image)\" already present on machine and can be accessed by the pod"
            event(spec, slot, "Normal", "Pulled", text)
            return image
        }
        guard policy != "Never" else {
            let message = "Container image \"\(slot.image)\" is not present with pull policy of Never"
            event(spec, slot, "Warning", "ErrImageNeverPull", message)
            throw failure(spec, slot, "ErrImageNeverPull", message)
        }
        return try await pull(slot, spec, asked)
    }

    private func present(_ slot: ContainerSlot, _ spec: PodSpecView) async throws(ContainerStartError) -> RuntimeImage? {
        do throws(RuntimeError) {
            return try await runtime.image(slot.image)
        } catch {
            if error == .cancelled { throw .cancelled }
            let message = "Failed to inspect image \"\(slot.image)\": \(error.text)"
            event(spec, slot, "Warning", "InspectFailed", message)
            throw failure(spec, slot, "ImageInspectError", message)
        }
    }

    private func pull(_ slot: ContainerSlot, _ spec: PodSpecView, _ asked: Timestamp) async throws(ContainerStartError) -> RuntimeImage {
        event(spec, slot, "Normal", "Pulling", "Pulling image \"\(slot.image)\"")
        let begun = clock.now
        var last: RuntimeError?
        let credentials = await host.credentials(for: slot.image, of: spec.pod).map(Optional.some)
        for credential in credentials.isEmpty ? [nil] : credentials {
            do throws(RuntimeError) {
                _ = try await runtime.pullImage(slot.image, credential: credential)
                guard let image = try await present(slot.image) else { continue }
                let taken = DurationText.short(clock.now - begun)
                let waited = DurationText.short(clock.now - asked)
                let text =
                    "Successfully pulled image \"\(slot.image)\" in \(taken) (\(waited) including waiting). Image size: \(image.size) bytes."
                event(spec, slot, "Normal", "Pulled", text)
                return image
            } catch {
                if error == .cancelled { throw .cancelled }
                last = error
            }
        }
        let text = last?.text ?? "image is not present"
        event(spec, slot, "Warning", "Failed", "Failed to pull image \"\(slot.image)\": \(text)")
        throw failure(spec, slot, "ErrImagePull", text)
    }
    private func present(_ reference: String) async throws(RuntimeError) -> RuntimeImage? { try await runtime.image(reference) }

    private func failure(_ spec: PodSpecView, _ slot: ContainerSlot, _ reason: String, _ message: String) -> ContainerStartError {
        event(spec, slot, "Warning", "Failed", "Error: \(reason)")
        return .failed(ContainerFailure(reason: reason, message: message), nil)
    }
    private func event(_ spec: PodSpecView, _ slot: ContainerSlot, _ type: String, _ reason: String, _ message: String) {
        events.record(spec.reference(slot.fieldPath), type, reason, message)
    }
}

/// One at a time for each image, all images side by side.
final class ImageTurns: Sendable {
    private let lines = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    func take(_ image: String) async {
        await withCheckedContinuation { continuation in
            let isFirst = lines.withLock { lines in
                guard lines[image] != nil else {
                    lines[image] = []
                    return true
                }
                lines[image]?.append(continuation)
                return false
            }
            if isFirst { continuation.resume() }
        }
    }
    func give(_ image: String) {
        let next = lines.withLock { lines -> CheckedContinuation<Void, Never>? in
            guard var line = lines[image], !line.isEmpty else {
                lines[image] = nil
                return nil
            }
            let next = line.removeFirst()
            lines[image] = line
            return next
        }
        next?.resume()
    }
}
