import Control
import Testing

@testable import Storage

/// Leads and the list of realms, on stores of one process.
@Suite struct LeadershipTests {
    @Test func `one leads a realm at a time, and the next in line follows`() async throws {
        let store = Store.memory(clock: FixedClock())
        let order = Notes<String>()
        let gate = Mailbox<Void>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await store.lead("r", as: "first") {
                    order.add("first \(Fence.current?.realm ?? "none")")
                    _ = await gate.receive()
                }
            }
            while await store.leader(of: "r") == nil { await Task.yield() }
            group.addTask { try await store.lead("r", as: "second") { order.add("second") } }
            try await store.lead("other", as: "second") { order.add("other") }
            #expect(await store.leader(of: "r") == "first")
            gate.post(())
            try await group.waitForAll()
        }
        #expect(order.all == ["first r", "other", "second"])
        #expect(await store.leader(of: "r") == nil && Fence.current == nil)
    }

    @Test func `one who stops waiting does not lead, and what the body throws comes out`() async throws {
        struct Trouble: Error {}
        let store = Store.memory(clock: FixedClock())
        await #expect(throws: Trouble.self) { try await store.lead("r", as: "a") { throw Trouble() } }
        let gate = Mailbox<Void>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.lead("r", as: "a") { _ = await gate.receive() } }
            while await store.leader(of: "r") == nil { await Task.yield() }
            let second = Task { @Sendable in try await store.lead("r", as: "b") { Issue.record("b must not lead") } }
            second.cancel()
            await #expect(throws: CancellationError.self) { try await second.value }
            gate.post(())
            try await group.waitForAll()
        }
        #expect(await store.leader(of: "r") == nil)
    }

    @Test(arguments: Bed.all) func `those who watch realms learn of new and destroyed ones`(bed: Bed) async throws {
        try await bed.run { store in
            _ = try await store.realm("b")
            let told = Notes<[String]>()
            let watch = store.watchRealms { told.add($0) }
            let realm = try await store.realm("a")
            try await realm.current()
            try await store.destroy(realm: "b")
            for _ in 0..<60_000 where told.all.count < 3 { try await Task.sleep(for: .milliseconds(1)) }
            watch.cancel()
            _ = try await store.realm("c")
            #expect(told.all == [["b"], ["a", "b"], ["a"]])
        }
    }
}
