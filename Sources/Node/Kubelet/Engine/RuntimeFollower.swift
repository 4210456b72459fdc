import Control

/// Tells the engine what the runtime has: every 10 s and when asked, and each end as it happens.
struct RuntimeFollower: Service {
    /// Source: kubelet's generic PLEG relists every second; here events carry the news and the list only repairs.
    private static let period = Duration.seconds(10)
    let runtime: any ContainerRuntime
    let mailbox: Mailbox<EngineMessage>
    let asked: Mailbox<Void>
    let health: NodeHealth
    let clock: any WallClock

    /// Runs until cancelled.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await list() }
            group.addTask { try await follow() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func list() async throws {
        while true {
            _ = asked.take()
            var pause = Self.period
            do throws(RuntimeError) {
                let sandboxes = try await runtime.sandboxes()
                let containers = try await runtime.containers()
                health.noteRelist()
                mailbox.post(.listing(sandboxes, containers))
            } catch {
                pause = .seconds(1)
            }
            try await clock.sleep(for: .milliseconds(50))
            try await asked.wait(atMost: pause, on: clock)
        }
    }

    private func follow() async throws {
        let mailbox = mailbox
        while true {
            do throws(RuntimeError) {
                try await runtime.followEvents { mailbox.post(.runtime($0)) }
            } catch {
                try Task.checkCancellation()
            }
            try await clock.sleep(for: .milliseconds(200))
            asked.post(())
        }
    }
}
