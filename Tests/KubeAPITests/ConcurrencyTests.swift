import Control
import Documents
import Glibc
import KubeAPI
import KubeModel
import Reconcile
import Storage
import Testing

@Suite("Many writers at once") struct ConcurrencyTests {
    private let maps = "/api/v1/namespaces/default/configmaps"

    @Test("No update is lost: guarded writers retry, patches merge") func noLostUpdate() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(maps, Sample.configMap("counter", ["n": "0"]))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<6 {
                group.addTask {
                    for _ in 0..<8 { try await increment(bed) }
                    _ = try await bed.merge(maps + "/counter", ["data": .object(["w\(writer)": "done"])])
                }
            }
            try await group.waitForAll()
        }
        let data = try await bed.get(maps + "/counter")["data"].strings
        #expect(data["n"] == "48")
        #expect(data.values.filter { $0 == "done" }.count == 6)
    }
    @Test("Writers without a resource version never conflict, not even with writes that are not durable yet") func unguarded() async throws
    {
        try await onFiles { bed in
            _ = try await bed.post(maps, Sample.configMap("busy", ["n": "0"]))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<32 {
                    group.addTask { try await bed.merge(maps + "/busy", ["data": .object(["w\(writer)": "done"])]).status }
                }
                for try await status in group { #expect(status < 400) }
            }
            #expect(try await bed.get(maps + "/busy")["data"].strings.count == 33)
        }
    }
    @Test("Pods of one budget are evicted at once as far as it allows, and the others wait") func evictions() async throws {
        try await onFiles { bed in
            let (pods, budgets) = ("/api/v1/namespaces/default/pods", "/apis/policy/v1/namespaces/default/poddisruptionbudgets")
            let budget: Value = ["metadata": ["name": "web"], "spec": ["minAvailable": 2, "selector": ["matchLabels": ["app": "web"]]]]
            _ = try await bed.post(budgets, budget)
            let allowed: Value = ["observedGeneration": 1, "disruptionsAllowed": 14, "currentHealthy": 16, "desiredHealthy": 2]
            _ = try await bed.merge(budgets + "/web/status", ["status": allowed])
            let running: Value = ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]
            for number in 0..<16 {
                _ = try await bed.post(pods, Sample.pod("p\(number)", labels: ["app": "web"], node: "n1"))
                _ = try await bed.merge(pods + "/p\(number)/status", ["status": running])
            }
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<16 {
                    let eviction: Value = [
                        "apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string("p\(number)"), "namespace": "default"],
                    ]
                    group.addTask { try await bed.post(pods + "/p\(number)/eviction", eviction).status }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(answers == [201: 14, 429: 2])
            #expect(try await bed.get(budgets + "/web")["status"]["disruptedPods"].object?.count == 14)
        }
    }
    @Test("A pod that another changes meanwhile is not evicted by its version") func guardedEvictions() async throws {
        try await onFiles { bed in
            let (pods, budgets) = ("/api/v1/namespaces/default/pods", "/apis/policy/v1/namespaces/default/poddisruptionbudgets")
            let budget: Value = ["metadata": ["name": "web"], "spec": ["minAvailable": 2, "selector": ["matchLabels": ["app": "web"]]]]
            _ = try await bed.post(budgets, budget)
            let allowed: Value = ["observedGeneration": 1, "disruptionsAllowed": 40, "currentHealthy": 42, "desiredHealthy": 2]
            _ = try await bed.merge(budgets + "/web/status", ["status": allowed])
            let running: Value = ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]
            for number in 0..<32 {
                let path = "\(pods)/p\(number)"
                _ = try await bed.post(pods, Sample.pod("p\(number)", labels: ["app": "web"], node: "n1"))
                let version = try await bed.merge(path + "/status", ["status": running])["metadata"]["resourceVersion"]
                let eviction: Value = [
                    "apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string("p\(number)"), "namespace": "default"],
                    "deleteOptions": ["preconditions": ["resourceVersion": version]],
                ]
                async let evicted = bed.post(path + "/eviction", eviction).status
                let patched = try await bed.merge(path, ["metadata": ["annotations": ["changed": "yes"]]]).json
                let isUnmarked = !patched["status"]["conditions"].items.contains { $0["type"] == "DisruptionTarget" }
                let status = try await evicted
                #expect(status == 201 || status == 409)
                if isUnmarked { #expect(status == 409) }
            }
        }
    }
    /// With a store on real files, where a write takes its time until it is durable.
    private func onFiles(_ body: (ClusterBed) async throws -> Void) async throws {
        var directory = Array("/tmp/eyrie-XXXXXX".utf8CString)
        try #require(mkdtemp(&directory) != nil)
        let path = String(decoding: directory.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer {
            if let folder = opendir(path) {
                while let entry = readdir(folder) {
                    let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                    unlink("\(path)/\(name)")
                }
                closedir(folder)
            }
            rmdir(path)
        }
        let store = try await Store.open(directory: path, clock: SystemClock())
        try await body(try await ClusterBed(store: store))
        await store.close()
    }
    private func increment(_ bed: ClusterBed) async throws {
        while true {
            var map = try await bed.get(maps + "/counter").json
            map["data"]["n"] = .string("\((map["data"]["n"].string.flatMap(Int.init) ?? 0) + 1)")
            if try await bed.put(maps + "/counter", map).status == 200 { return }
        }
    }

    @Test("Services made at once get different addresses and node ports, and failures leak none") func allocation() async throws {
        let bed = try await ClusterBed { configuration in
            configuration.serviceCIDR = "10.0.0.0/27"
            configuration.nodePorts = 30000...30027
        }
        let services = "/api/v1/namespaces/default/services"
        for round in 0..<3 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<24 {
                    group.addTask {
                        // Two of each name: one of them fails and must give back what it took.
                        _ = try await bed.post(services, Sample.service("s\(number / 2)-\(round)", type: "NodePort"))
                    }
                }
                try await group.waitForAll()
            }
            let made = try await bed.get(services)["items"].items.filter { $0["metadata"]["name"] != "kubernetes" }
            #expect(made.count == 12)
            #expect(Set(made.map { $0["spec"]["clusterIP"] }).count == 12)
            #expect(Set(made.map { $0["spec"]["ports"][0]["nodePort"] }).count == 12)
            for service in made { _ = try await bed.delete(services + "/" + (service["metadata"]["name"].string ?? "")) }
        }
        for number in 0..<28 {
            #expect(try await bed.post(services, Sample.service("all\(number)", type: "NodePort")).status == 201)
        }
    }

    @Test("A list and the watch from its revision together tell everything exactly once") func listAndWatch() async throws {
        let bed = try await ClusterBed()
        let writing = Task {
            for number in 0..<40 {
                _ = try await bed.post(maps, Sample.configMap("m\(number)"))
                if number % 3 == 0 { _ = try await bed.delete(maps + "/m\(number)") }
            }
        }
        var seen: Set<String> = []
        let list = try await bed.get(maps)
        for item in list["items"].items { seen.insert(item["metadata"]["name"].string ?? "") }
        let watch = await bed.watch(maps + "?watch=1&resourceVersion=\(list["metadata"]["resourceVersion"].string ?? "")")
        try await writing.value
        for event in watch.take() {
            let name = event["object"]["metadata"]["name"].string ?? ""
            if event["type"] == "DELETED" {
                #expect(seen.remove(name) != nil)
            } else {
                #expect(seen.insert(name).inserted)
            }
        }
        let now = try await bed.get(maps)["items"].items.compactMap { $0["metadata"]["name"].string }
        #expect(seen == Set(now))
    }
}
