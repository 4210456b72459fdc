import Control
import Documents
import KubeAPI
import Storage
import Testing

/// Paged lists that go on at another server, or after a restart.
@Suite("Paging at several servers") struct PagingTests {
    private let maps = "/api/v1/namespaces/default/configmaps"
    private func names(_ answer: ClusterBed.Answer) -> [String] { answer["items"].items.compactMap { $0["metadata"]["name"].string } }
    private func token(_ answer: ClusterBed.Answer) -> String { answer["metadata"]["continue"].string ?? "" }

    /// A server over a handle of its own.
    private func server(_ memory: SharedMemory) async throws -> ClusterBed {
        try await ClusterBed(store: memory.connect().store) { $0.isShared = true }
    }
    private func memory(limits: StoreLimits = StoreLimits()) -> SharedMemory {
        SharedMemory(clock: ManualClock(Timestamp(seconds: 1_800_000_000)), limits: limits)
    }

    @Test("A token that one server gave goes on at the same revision at another, whenever that began", arguments: [0, 20_000])
    func goesOn(history: Int) async throws {
        var limits = StoreLimits()
        limits.historyEvents = history
        let memory = memory(limits: limits)
        let (one, two) = (try await server(memory), try await server(memory))
        for name in ["a", "b", "c", "d", "e"] { _ = try await one.post(maps, Sample.configMap(name)) }
        let first = try await one.get(maps + "?limit=2")
        #expect(names(first) == ["a", "b"] && first["metadata"]["remainingItemCount"] == 3)
        _ = try await two.delete(maps + "/c")
        _ = try await one.merge(maps + "/d", ["data": ["later": "yes"]])
        _ = try await two.post(maps, Sample.configMap("bb"))
        for server in [two, try await server(memory), one] {
            let second = try await server.get(maps + "?limit=2&continue=\(token(first))")
            #expect(names(second) == ["c", "d"] && second["items"][1]["data"]["later"].isNull)
            #expect(second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"])
            #expect(second["metadata"]["remainingItemCount"] == 1)
            for server in [one, two] {
                let third = try await server.get(maps + "?limit=2&continue=\(token(second))")
                #expect(names(third) == ["e"] && third["metadata"]["continue"].isNull)
            }
            let exact = first["metadata"]["resourceVersion"].string ?? ""
            let whole = try await server.get(maps + "?resourceVersion=\(exact)&resourceVersionMatch=Exact")
            #expect(names(whole) == ["a", "b", "c", "d", "e"])
        }
    }

    @Test("Where the revision is compacted, the answer is 410 with a token that goes on without consistency") func compacted() async throws
    {
        let memory = memory()
        let one = try await server(memory)
        for name in ["a", "b", "c"] { _ = try await one.post(maps, Sample.configMap(name)) }
        let first = try await one.get(maps + "?limit=1")
        _ = try await one.post(maps, Sample.configMap("d"))
        memory.compact(to: one.realm.head)
        let two = try await server(memory)
        let gone = try await two.get(maps + "?limit=1&continue=\(token(first))")
        #expect(gone.status == 410 && gone.reason == "Expired" && gone["code"] == 410)
        #expect(
            gone.message
                == "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
                + "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing "
                + "with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the "
                + "time the first chunk was returned and now may show up in the list.")
        let rest = try await two.get(maps + "?limit=2&continue=\(token(gone))")
        #expect(names(rest) == ["b", "c"] && rest["metadata"]["remainingItemCount"] == 1)
        // It goes on as a list at the newest revision, consistent again from there.
        #expect(rest["metadata"]["resourceVersion"] == .string("\(two.realm.head)"))
        _ = try await one.delete(maps + "/d")
        #expect(try await names(one.get(maps + "?continue=\(token(rest))")) == ["d"])
        // Who kept the snapshot goes on as before.
        #expect(try await names(one.get(maps + "?continue=\(token(first))")) == ["b", "c"])
    }

    @Test("A token grows old at every server alike") func age() async throws {
        let memory = memory()
        let (one, two) = (try await server(memory), try await server(memory))
        for name in ["a", "b", "c"] { _ = try await one.post(maps, Sample.configMap(name)) }
        let first = try await one.get(maps + "?limit=1")
        _ = try await one.post(maps, Sample.configMap("d"))
        two.clock.advance(by: .seconds(299))
        #expect(try await names(two.get(maps + "?continue=\(token(first))")) == ["b", "c"])
        two.clock.advance(by: .seconds(2))
        #expect(try await two.get(maps + "?continue=\(token(first))").status == 410)
    }

    @Test("A server that cannot ask the store says so, and nothing else") func cutOff() async throws {
        let memory = memory()
        let one = try await server(memory)
        for name in ["a", "b"] { _ = try await one.post(maps, Sample.configMap(name)) }
        let first = try await one.get(maps + "?limit=1")
        _ = try await one.post(maps, Sample.configMap("c"))
        let (store, link) = memory.connect()
        let two = try await ClusterBed(store: store) { $0.isShared = true }
        link.cut()
        let answer = try await two.get(maps + "?continue=\(token(first))")
        #expect(answer.status == 503 && answer.reason == "ServiceUnavailable")
        link.heal()
        #expect(try await names(two.get(maps + "?continue=\(token(first))")) == ["b"])
    }
}
