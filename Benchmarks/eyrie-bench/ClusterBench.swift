import Documents
import Network

/// Loads a running cluster with requests of one kind.
struct ClusterBench {
    private let options: Options
    private let cluster: Cluster
    private let server: ServerProcess?
    let namespace: String
    private let kind: String
    private let count: Int
    private let concurrency: Int

    /// A cluster, and its server's process where that is known.
    init(_ options: Options, _ cluster: Cluster, _ server: ServerProcess?) throws {
        (self.options, self.cluster, self.server) = (options, cluster, server)
        namespace = options.text("namespace") ?? "bench"
        kind = options.text("kind") ?? "configmaps"
        count = try options.number("count", 10_000)
        concurrency = try options.number("concurrency", 64)
        guard ["configmaps", "pods"].contains(kind) else { throw BenchError("--kind is configmaps or pods") }
    }

    private var collection: String { "/api/v1/namespaces/\(namespace)/\(kind)" }

    func run(_ mode: String) async throws {
        try await cluster.ensureNamespace(namespace)
        switch mode {
        case "create": try await create()
        case "get": try await get()
        case "list": try await list()
        case "patch": try await patch()
        case "delete": try await delete()
        case "watch": try await watch()
        case "nodes": try await registerNodes()
        default: try await schedule()
        }
    }

    /// Runs the operation for all numbers below `count`, many at a time, and prints what it took.
    private func measure(_ name: String, count: Int, concurrency: Int, _ operation: @escaping @Sendable (Int) async throws -> Void)
        async throws
    {
        let before = server?.usage()?.processorSeconds
        let start = seconds()
        let latencies = try await crowd(count, concurrency: concurrency, operation)
        let elapsed = seconds() - start
        let spent = before.flatMap { before in server?.usage().map { $0.processorSeconds - before } }
        report(name, latencies, seconds: elapsed, processorSeconds: spent)
    }

    private func create() async throws {
        let (cluster, collection, kind) = (cluster, collection, kind)
        try await measure("create \(kind)", count: count, concurrency: concurrency) { number in
            let name = "bench-\(number)"
            try await cluster.call("POST", collection, JSON.encode(kind == "pods" ? Manifests.idlePod(name) : Manifests.configMap(name)))
        }
    }

    /// The names in the collection.
    private func names() async throws -> [String] {
        let list = try JSON.parse(try await cluster.call("GET", collection), limits: .unlimited)
        let names = list["items"].items.compactMap { $0["metadata"]["name"].string }
        guard !names.isEmpty else { throw BenchError("there are no \(kind) in \(namespace); create some first") }
        return names
    }

    private func get() async throws {
        let (cluster, collection, names) = (cluster, collection, try await names())
        try await measure("get \(kind)", count: count, concurrency: concurrency) { number in
            try await cluster.call("GET", "\(collection)/\(names[number &* 7919 % names.count])")
        }
    }

    private func list() async throws {
        let (cluster, collection) = (cluster, collection)
        let limit = options.text("limit")
        let names = try await names().count
        try await measure(
            "list \(names) \(kind)\(limit.map { " in pages of \($0)" } ?? "")", count: try options.number("lists", 10), concurrency: 1
        ) { _ in
            guard let limit else {
                _ = try await cluster.call("GET", collection)
                return
            }
            var next = ""
            repeat {
                let page = try JSON.parse(try await cluster.call("GET", "\(collection)?limit=\(limit)\(next)"), limits: .unlimited)
                let token = page["metadata"]["continue"].string ?? ""
                next = token.isEmpty ? "" : "&continue=\(token)"
            } while !next.isEmpty
        }
    }

    private func patch() async throws {
        let (cluster, collection, kind, names) = (cluster, collection, kind, try await names())
        try await measure("patch \(kind)", count: count, concurrency: concurrency) { number in
            let isPod = kind == "pods"
            let patch: Value = isPod ? Manifests.podStatus(number) : ["data": ["text": .string("\(number)")]]
            let target = "\(collection)/\(names[number % names.count])\(isPod ? "/status" : "")"
            try await cluster.call("PATCH", target, JSON.encode(patch), type: "application/merge-patch+json")
        }
    }

    private func delete() async throws {
        let (cluster, collection, names) = (cluster, collection, try await names())
        let options: Value = ["apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0]
        try await measure("delete \(kind)", count: names.count, concurrency: concurrency) { number in
            try await cluster.call("DELETE", "\(collection)/\(names[number])", JSON.encode(options))
        }
    }

    /// Registers nodes that report once that they are ready; nothing runs on them.
    private func registerNodes() async throws {
        let cluster = cluster
        try await measure("register nodes", count: count, concurrency: concurrency) { number in
            let name = "bench-node-\(number)"
            try await cluster.call("POST", "/api/v1/nodes", JSON.encode(Manifests.node(name, number)))
            let path = "/api/v1/nodes/\(name)"
            try await cluster.call("PATCH", "\(path)/status", JSON.encode(Manifests.nodeStatus), type: "application/merge-patch+json")
            try await cluster.call(
                "PATCH", path, JSON.encode(["spec": ["taints": []]]), type: "application/merge-patch+json")
        }
    }

    /// Many watchers of one collection; every update goes to all of them.
    private func watch() async throws {
        let watchers = try options.number("watchers", 100)
        let updates = try options.number("updates", 2000)
        let (cluster, collection, names) = (cluster, collection, try await names())
        let revision = try await revision(of: collection)
        let before = server?.usage()?.processorSeconds
        let start = seconds()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<watchers {
                group.addTask {
                    var left = updates
                    try await cluster.watch(collection, from: revision) { _ in
                        left -= 1
                        return left > 0
                    }
                }
            }
            group.addTask {
                _ = try await crowd(updates, concurrency: 16) { number in
                    let patch: Value = ["metadata": ["labels": ["update": .string("\(number)")]]]
                    let target = "\(collection)/\(names[number % names.count])"
                    try await cluster.call("PATCH", target, JSON.encode(patch), type: "application/merge-patch+json")
                }
            }
            try await group.waitForAll()
        }
        let deliveries = Double(watchers * updates)
        let elapsed = seconds() - start
        var line = row("watch, \(watchers) watchers", Int(deliveries), rate: deliveries / elapsed, " events/s")
        if let before, let after = server?.usage()?.processorSeconds { line += cost((after - before) / deliveries) }
        print(line)
    }

    /// The collection's present revision.
    private func revision(of collection: String) async throws -> String {
        let list = try JSON.parse(try await cluster.call("GET", "\(collection)?limit=1"), limits: .unlimited)
        return list["metadata"]["resourceVersion"].string ?? "0"
    }

    /// Creates pods and waits until every one has a node; the latency of a pod runs from before its creation to the event that names its node.
    private func schedule() async throws {
        let (cluster, count, concurrency) = (cluster, count, concurrency)
        let collection = "/api/v1/namespaces/\(namespace)/pods"
        let revision = try await revision(of: collection)
        let prefix = "bench-\(Int(seconds() * 1000))-"
        let before = server?.usage()?.processorSeconds
        let start = seconds()
        let created = StartTimes()
        let latencies = try await withThrowingTaskGroup(of: Latencies.self) { group in
            group.addTask {
                var bound: Set<String> = []
                var latencies = Latencies()
                try await cluster.watch(collection, from: revision) { line in
                    guard let pod = try? JSON.parse(Array(line))["object"], let name = pod["metadata"]["name"].string,
                        name.hasPrefix(prefix), pod["spec"]["nodeName"].string != nil, bound.insert(name).inserted
                    else { return true }
                    latencies.add(seconds() - created.time(of: name))
                    return bound.count < count
                }
                return latencies
            }
            group.addTask {
                _ = try await crowd(count, concurrency: concurrency) { number in
                    let name = "\(prefix)\(number)"
                    created.note(name)
                    try await cluster.call("POST", collection, JSON.encode(Manifests.pod(name)))
                }
                return Latencies()
            }
            return try await group.reduce(into: Latencies()) { $0.add($1) }
        }
        let elapsed = seconds() - start
        let spent = before.flatMap { before in server?.usage().map { $0.processorSeconds - before } }
        report("schedule", latencies, seconds: elapsed, processorSeconds: spent)
    }
}
