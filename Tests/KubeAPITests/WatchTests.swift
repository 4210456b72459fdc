import Control
import Documents
import KubeAPI
import Storage
import Testing

@Suite("Watching collections") struct WatchTests {
    private let maps = "/api/v1/namespaces/default/configmaps"

    @Test("A watch without a version begins with what is there and goes on with changes") func follow() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(maps, Sample.configMap("a"))
        let watch = await bed.watch(maps + "?watch=1")
        #expect(watch.takeLines() == ["ADDED a"])
        _ = try await bed.post(maps, Sample.configMap("b"))
        _ = try await bed.merge(maps + "/a", ["data": ["x": "1"]])
        let deleted = try await bed.delete(maps + "/b")
        #expect(deleted["status"] == "Success")
        let events = watch.take()
        #expect(events.map { $0["type"] } == ["ADDED", "MODIFIED", "DELETED"])
        #expect(events[1]["object"]["data"]["x"] == "1")
        #expect(events[2]["object"]["metadata"]["resourceVersion"] == .string("\(bed.realm.head)"))
    }

    @Test("A watch from a version gets everything after it and nothing before") func resume() async throws {
        let bed = try await ClusterBed()
        let first = try await bed.post(maps, Sample.configMap("a"))
        _ = try await bed.post(maps, Sample.configMap("b"))
        let watch = await bed.watch(maps + "?watch=1&resourceVersion=\(first["metadata"]["resourceVersion"].string ?? "")")
        #expect(watch.takeLines() == ["ADDED b"])
    }

    @Test("What comes to match is added, what ceases to match is deleted") func transitions() async throws {
        let bed = try await ClusterBed()
        let watch = await bed.watch(maps + "?watch=1&labelSelector=app%3Dweb")
        _ = try await bed.post(maps, Sample.configMap("a"))
        _ = try await bed.merge(maps + "/a", ["metadata": ["labels": ["app": "web"]]])
        _ = try await bed.merge(maps + "/a", ["data": ["x": "1"]])
        _ = try await bed.merge(maps + "/a", ["metadata": ["labels": ["app": "db"]]])
        _ = try await bed.delete(maps + "/a")
        let events = watch.take()
        #expect(events.map { $0["type"] } == ["ADDED", "MODIFIED", "DELETED"])
        #expect(events[2]["object"]["metadata"]["labels"]["app"] == "web")
        #expect(events[2]["object"]["metadata"]["resourceVersion"] != events[1]["object"]["metadata"]["resourceVersion"])
    }

    @Test("Initial events end with a bookmark that says so") func initialEvents() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(maps, Sample.configMap("a"))
        let query = "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
        let events = await bed.watch(maps + query).take()
        #expect(events.map { $0["type"] } == ["ADDED", "BOOKMARK"])
        #expect(events[1]["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"] == "true")
        #expect(events[1]["object"]["metadata"]["resourceVersion"] == .string("\(bed.realm.head)"))
        #expect(await bed.watch(maps + "?watch=1&sendInitialEvents=true").status == 422)
    }

    @Test("A version that is compacted away ends the watch with an Expired error") func tooOld() async throws {
        var limits = StoreLimits()
        limits.historyEvents = 2
        let bed = try await ClusterBed(limits: limits)
        for name in ["a", "b", "c", "d"] { _ = try await bed.post(maps, Sample.configMap(name)) }
        let watch = await bed.watch(maps + "?watch=1&resourceVersion=1")
        let events = watch.take()
        #expect(watch.status == 200 && events.count == 1 && events[0]["type"] == "ERROR")
        #expect(events[0]["object"]["code"] == 410 && events[0]["object"]["reason"] == "Expired")
        #expect(watch.finished)
    }

    @Test("Bookmarks come in time and carry the newest revision; the watch ends when its time is over") func time() async throws {
        let bed = try await ClusterBed()
        let running = bed.start { try await bed.server.run() }
        defer { running.stop() }
        let watch = await bed.watch(maps + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=100")
        #expect(bed.server.watchCount == 1)
        _ = try await bed.post("/api/v1/namespaces/default/secrets", ["metadata": ["name": "s"], "type": "Opaque"])
        #expect(watch.take().isEmpty)
        running.pass(61)
        let bookmark = watch.take()
        #expect(bookmark.map { $0["type"] } == ["BOOKMARK"])
        #expect(bookmark.first?["object"]["metadata"]["resourceVersion"] == .string("\(bed.realm.head)"))
        running.pass(60)
        #expect(watch.finished && bed.server.watchCount == 0)
    }

    @Test("A watch of tables sends the columns once") func tables() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(maps, Sample.configMap("a"))
        let watch = await bed.watch(maps + "?watch=1", accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
        _ = try await bed.post(maps, Sample.configMap("b"))
        let events = watch.take()
        #expect(events.map { $0["object"]["kind"] } == ["Table", "Table"])
        #expect(!events[0]["object"]["columnDefinitions"].items.isEmpty && events[1]["object"]["columnDefinitions"].items.isEmpty)
        #expect(events[1]["object"]["rows"][0]["cells"][0] == "b")
    }

    @Test("A client that goes away is forgotten") func closed() async throws {
        let bed = try await ClusterBed()
        let watch = await bed.watch(maps + "?watch=1")
        #expect(bed.server.watchCount == 1)
        watch.finish(error: true)
        #expect(bed.server.watchCount == 0)
        _ = try await bed.post(maps, Sample.configMap("a"))
        #expect(watch.take().isEmpty)
    }
}
