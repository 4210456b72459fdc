import Control
import Documents
import KubeAPI
import Network
import Storage
import Synchronization
import Testing

@Suite("Watchers that do not keep up") struct SlowWatchTests {
    private let maps = "/api/v1/namespaces/default/configmaps"

    @Test("A watcher that lags behind too far is ended well: it gets what waits for it and watches again from there")
    func endsWell() async throws {
        let bed = try await ClusterBed { $0.watchBacklogBytes = 4096 }
        let slow = SlowWriter()
        await slow.open(bed, maps + "?watch=1")
        for number in 0..<8 { _ = try await bed.post(maps, Sample.configMap("m-\(number)", ["text": String(repeating: "x", count: 1000)])) }
        #expect(slow.ending == .well)
        let seen = slow.take()
        #expect((3...6).contains(seen.count))
        let last = seen.last?["object"]["metadata"]["resourceVersion"].string ?? ""
        let again = await bed.watch(maps + "?watch=1&resourceVersion=\(last)")
        #expect(seen.count + again.take().count == 8)
    }

    @Test("A watcher that does not take what waits for it after the end is reset half a minute later") func reset() async throws {
        let bed = try await ClusterBed { $0.watchBacklogBytes = 4096 }
        let running = bed.start { try await bed.server.run() }
        defer { running.stop() }
        let slow = SlowWriter()
        await slow.open(bed, maps + "?watch=1")
        for number in 0..<8 { _ = try await bed.post(maps, Sample.configMap("m-\(number)", ["text": String(repeating: "x", count: 1000)])) }
        running.pass(29)
        #expect(slow.ending == .well && bed.server.watchCount == 1)
        running.pass(3)
        #expect(slow.ending == .broken && bed.server.watchCount == 0)
    }

    @Test("Together watchers hold back no more than there is room for: those with more than their share are reset") func total()
        async throws
    {
        let bed = try await ClusterBed { $0.watchBacklogTotalBytes = 6000 }
        let slow = [SlowWriter(), SlowWriter(), SlowWriter()]
        for writer in slow { await writer.open(bed, maps + "?watch=1&labelSelector=app%3Dx") }
        let (sharing, other) = (SlowWriter(), SlowWriter())
        await sharing.open(bed, maps + "?watch=1")
        await other.open(bed, maps + "?watch=1&labelSelector=app%3Dy")
        for number in 0..<8 {
            let text = ["text": String(repeating: "x", count: 1000)]
            _ = try await bed.post(maps, Sample.configMap("m-\(number)", text, labels: ["app": "x"]))
        }
        let left = slow.filter { $0.ending == .none }
        #expect(slow.contains { $0.ending == .broken })
        #expect(left.reduce(0) { $0 + $1.buffered } <= 6000)
        // Lines that are made once for all count for nobody, and who takes what comes is left alone.
        #expect(sharing.ending == .none && other.ending == .none && bed.server.watchCount == left.count + 2)
    }
}

/// A client that reads only when told to.
private final class SlowWriter: BodyWriter {
    enum Ending { case none, well, broken }
    private struct State {
        var bytes: [UInt8] = []
        var ending = Ending.none
        var onClose: [@Sendable () -> Void] = []
    }
    private let state = Mutex(State())

    func open(_ bed: ClusterBed, _ target: String) async {
        let response = await bed.server.respond(to: HTTPRequest("GET", target, peer: ClusterBed.admin))
        if case .writer(let produce) = response.body { produce(self) }
    }
    var ending: Ending { state.withLock { $0.ending } }
    var buffered: Int { state.withLock { $0.bytes.count } }
    func take() -> [Value] {
        let bytes = state.withLock { $0.bytes }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { (try? JSON.parse(String($0))) ?? .null }
    }
    func write(_ bytes: [UInt8]) { state.withLock { if $0.ending == .none { $0.bytes += bytes } } }
    func drained() async throws {}
    func finish(error: Bool) {
        let closers = state.withLock { state in
            state.ending = error ? .broken : .well
            return error ? state.onClose : []
        }
        for closer in closers { closer() }
    }
    func onClose(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.onClose.append(body) } }
}
