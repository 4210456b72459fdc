import Control
import Documents
import KubeModel
import Storage

/// Fills the cluster of a stopped server with pods, as they would be stored, to measure its next start.
struct FillBench {
    private let directory: String
    private let count: Int

    init(_ options: Options) throws {
        guard let directory = options.text("directory") else { throw BenchError("fill needs --directory DIR, a stopped server's store") }
        self.directory = directory
        count = try options.number("count", 1_000_000)
    }

    func run() async throws {
        let store = try await Store.open(directory: directory, clock: SystemClock())
        guard let name = store.realmNames.first(where: { $0.hasPrefix("cluster/") }) else {
            throw BenchError("there is no cluster in \(directory)")
        }
        let realm = try await store.realm(name)
        let (start, cpu) = (seconds(), ownProcessorSeconds())
        let random = RandomSource()
        var (made, bytes) = (0, 0)
        while made < count {
            let writes = (made..<min(count, made + 1000)).map { number -> Write in
                let pod = Encoded(document: Self.pod(number, uid: random.uuid()), owners: Self.owners)
                bytes += pod.bytes.count
                return Write(PodFields.kind.key("fill-\(number / 10_000)", "pod-\(number)"), .put(pod), if: .none)
            }
            for result in await realm.commit(writes) { _ = try result.get() }
            made += writes.count
        }
        let (time, used) = (seconds() - start, ownProcessorSeconds() - cpu)
        say(
            "\(count) pods of \(bytes / max(1, count)) bytes in \(name): \(fixed(time, 1)) s, CPU \(fixed(used / Double(count) * 1e6, 1)) us each"
        )
        await store.close()
    }

    private static let owners = Array(
        #"[{"manager":"eyrie-bench","operation":"Update","apiVersion":"v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{}}}}}}]"#
            .utf8)
    private static func pod(_ number: Int, uid: String) -> Value {
        let namespace = "fill-\(number / 10_000)"
        var pod = Manifests.pod("pod-\(number)")
        pod["metadata"]["namespace"] = .string(namespace)
        pod["metadata"]["uid"] = .string(uid)
        pod["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
        pod["spec"]["nodeName"] = .string("node-\(number % 5000)")
        pod["status"] = ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]
        return pod
    }
}
