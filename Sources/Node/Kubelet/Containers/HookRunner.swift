import Control
import Documents

/// Runs lifecycle hooks. Source: kubelet, pkg/kubelet/lifecycle/handlers.go.
struct HookRunner: Sendable {
    let performer: PodPerformer
    let address: String

    /// - Returns: why it failed; nil when it went well.
    func run(_ hook: Value, _ slot: ContainerSlot, _ container: String, _ spec: PodSpecView) async -> String? {
        if let command = hook["exec"]["command"].array { return await execute(command.compactMap(\.string), slot, container, spec) }
        if let seconds = hook["sleep"]["seconds"].int {
            try? await performer.clock.sleep(for: .seconds(seconds))
            return nil
        }
        if hook["httpGet"].object != nil || hook["tcpSocket"].object != nil {
            switch await performer.prober.hook(hook, slot, address: address) {
            case .success: return nil
            case .failure(let text), .unknown(let text): return text
            }
        }
        return nil
    }

    private func execute(_ command: [String], _ slot: ContainerSlot, _ container: String, _ spec: PodSpecView) async -> String? {
        let title =
            "Exec lifecycle hook ([\(command.joined(separator: " "))]) for Container \"\(slot.name)\" in Pod \"\(spec.label)\" failed"
        do throws(RuntimeError) {
            let outcome = try await performer.runtime.execute(command, in: container, timeout: .seconds(86_400))
            guard outcome.exitCode != 0 else { return nil }
            let output = String(decoding: (outcome.output + outcome.error).prefix(10_240), as: UTF8.self)
            return
                "\(title) - error: command '\(command.joined(separator: " "))' exited with \(outcome.exitCode): \(output), message: \"\(output)\""
        } catch {
            return "\(title) - error: \(error.text), message: \"\""
        }
    }
}
