import Foundation
import Kubelet
import Synchronization
import Testing

@testable import LinuxNode

@Suite(.enabled(if: ContainerdBed.isPossible), .serialized) struct RuntimeTests {
    /// Runs a behaviour on a containerd of its own.
    private func onBed(_ body: (ContainerdBed) async throws -> Void) async throws {
        let bed = try await ContainerdBed()
        do {
            try await body(bed)
        } catch {
            await bed.close()
            throw error
        }
        await bed.close()
    }

    private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<2_400 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        Issue.record("\(what) did not happen")
    }

    @Test func aContainerLivesAndIsReported() async throws {
        try await onBed { bed in
            let runtime = bed.runtime
            #expect(try await runtime.version().name == "containerd")
            let sandboxConfig = bed.sandbox("web", network: .pod)
            let sandbox = try await runtime.runSandbox(sandboxConfig)
            let status = try #require(try await runtime.sandbox(sandbox))
            #expect(status.isReady && status.name == "web" && status.uid == "uid-web")
            #expect(status.addresses == ["192.0.2.7"])

            let gone = Mutex<[RuntimeEvent]>([])
            let events = Task { try await runtime.followEvents { event in gone.withLock { $0.append(event) } } }
            defer { events.cancel() }
            var config = bed.container("main", "echo started; trap 'exit 3' TERM; while true; do sleep 0.1; done")
            config.security.network = .pod
            config.environment = [EnvironmentVariable("COLOUR", "blue")]
            let id = try await runtime.createContainer(config, in: sandbox, of: sandboxConfig)
            try await runtime.startContainer(id)
            let running = try #require(try await runtime.container(id))
            #expect(running.state == .running && running.image == ContainerdBed.image && running.started > 0)
            #expect(try await runtime.containers().map(\.id) == [id])

            let said = try await runtime.execute(["/bin/sh", "-c", "echo $COLOUR; echo no >&2; exit 7"], in: id, timeout: .seconds(60))
            #expect(said == ExecOutcome(exitCode: 7, output: Array("blue\n".utf8), error: Array("no\n".utf8)))
            await #expect(throws: RuntimeError.self) { try await runtime.execute(["/bin/sleep", "9"], in: id, timeout: .seconds(1)) }

            let log = sandboxConfig.logDirectory + "/main/0.log"
            try await eventually("the log") { (try? String(contentsOfFile: log, encoding: .utf8))?.contains("stdout F started") ?? false }
            try await runtime.stopContainer(id, grace: .seconds(5))
            let ended = try #require(try await runtime.container(id))
            #expect(ended.state == .exited && ended.exitCode == 3 && ended.reason == "Error" && ended.finished > ended.started)
            try await eventually("the event") { gone.withLock { $0.contains(.exited(container: id)) } }

            try await runtime.stopSandbox(sandbox)
            try await runtime.removeSandbox(sandbox)
            try await runtime.removeSandbox(sandbox)
            #expect(try await runtime.sandboxes().isEmpty)
            #expect(try await runtime.container(id) == nil)
        }
    }

    @Test func imagesAreKnownByNameAndId() async throws {
        try await onBed { bed in
            try bed.importImage(named: "registry.example/user:1", entrypoint: ["/bin/id"], user: "1000:1000")
            let image = try #require(try await bed.runtime.image("registry.example/user:1"))
            #expect(image.tags == ["registry.example/user:1"] && image.userID == 1000 && image.size > 0)
            #expect(try await bed.runtime.images().count == 3)
            try await bed.runtime.removeImage(image.id)
            try await bed.runtime.removeImage(image.id)
            #expect(try await bed.runtime.image("registry.example/user:1") == nil)
        }
    }

    @Test func failuresAreTheRuntimesOwnWords() async throws {
        try await onBed { bed in
            let sandboxConfig = bed.sandbox("broken")
            let sandbox = try await bed.runtime.runSandbox(sandboxConfig)
            var config = bed.container("main", "")
            config.command = ["/bin/nothing"]
            let id = try await bed.runtime.createContainer(config, in: sandbox, of: sandboxConfig)
            do throws(RuntimeError) {
                try await bed.runtime.startContainer(id)
                Issue.record("a program that is not there was started")
            } catch {
                guard case .failed("Unknown", let message) = error else { throw error }
                #expect(message.contains(#"exec: "/bin/nothing": stat /bin/nothing: no such file or directory"#))
            }
            await #expect(throws: RuntimeError.self) { try await bed.runtime.pullImage("127.0.0.1:1/none:1", credential: nil) }
            bed.kill()
            do throws(RuntimeError) {
                _ = try await bed.runtime.version()
                Issue.record("a runtime that was killed answers")
            } catch {
                guard case .unavailable = error else { throw error }
            }
            try bed.start()
            try await bed.ready()
            #expect(try await bed.runtime.sandboxes().map(\.id) == [sandbox])
        }
    }
}
