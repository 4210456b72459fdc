import Control
import Documents
import KubeClient
import KubeModel

/// Registers the node, and reports its status: at once when readiness changes, every 10 s when anything changed, else every 5 minutes.
struct NodeReporter: Service {
    /// Source: kubelet's defaults (nodeStatusUpdateFrequency, nodeStatusReportFrequency, runtime check).
    private static let interval = Duration.seconds(10), report = Duration.seconds(300), check = Duration.seconds(5)
    /// How often the runtime is looked at while the node is not ready.
    private static let eager = Duration.milliseconds(100)

    let client: KubeClient
    let document: NodeDocument
    let runtime: any ContainerRuntime
    let health: NodeHealth
    let events: EventRecorder
    let clock: any WallClock
    let random: RandomSource
    /// Called after every look at the runtime.
    let looked: @Sendable () -> Void

    /// Registers, then reports until cancelled.
    func run() async throws {
        await look()
        var conditions = ConditionTimes()
        var node = try await register(&conditions)
        let subject: Value = ["kind": "Node", "name": .string(document.facts.name), "uid": node["metadata"]["uid"]]
        events.record(subject, "Normal", "Starting", "Starting kubelet.")
        events.record(subject, "Normal", "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods")
        var told: [String: String] = [:]
        var (sent, sentAt, lookedAt) = (Value.null, Timestamp(nanoseconds: 0), clock.now)
        var wasReady: Bool?
        while true {
            let reading = health.reading
            let now = clock.now
            let ready = reading.problem == nil
            if ready != wasReady || now - lookedAt >= Self.interval || sent.isNull {
                lookedAt = now
                let status = document.status(reading, images: await images())
                let disputed = status == sent ? await disputed(status) : nil
                if let disputed { conditions = ConditionTimes(disputed) }
                if disputed != nil || status != sent || now - sentAt >= Self.report {
                    if let answer = try await post(conditions.stamped(status, at: now)) {
                        (node, sent, sentAt) = (answer, status, now)
                        if ready != wasReady { tell(ready, wasReady, subject) }
                        tell(status, &told, subject)
                        wasReady = ready
                    }
                }
            }
            try await clock.sleep(for: ready ? Self.check : Self.eager)
            await look()
        }
    }

    /// The node as the API has it, if somebody made its conditions others than these, as the node lifecycle controller does with a node
    /// that was not heard of; nil otherwise.
    private func disputed(_ status: Value) async -> Value? {
        guard let node = try? await client.get(NodeFields.kind, document.facts.name) else { return nil }
        let found = node["status"]["conditions"].items
        let differs = status["conditions"].items.contains { own in
            found.contains { $0["type"] == own["type"] && $0["status"] != own["status"] }
        }
        return differs ? node : nil
    }

    private func tell(_ ready: Bool, _ before: Bool?, _ subject: Value) {
        let name = document.facts.name
        if ready {
            events.record(subject, "Normal", "NodeReady", "Node \(name) status is now: NodeReady")
        } else if before != nil {
            events.record(subject, "Normal", "NodeNotReady", "Node \(name) status is now: NodeNotReady")
        }
    }

    /// An event for each pressure that begins or ends: `NodeHasSufficientMemory` and the like.
    private func tell(_ status: Value, _ told: inout [String: String], _ subject: Value) {
        let names = [
            "MemoryPressure": ["NodeHasInsufficientMemory", "NodeHasSufficientMemory"],
            "DiskPressure": ["NodeHasDiskPressure", "NodeHasNoDiskPressure"],
            "PIDPressure": ["NodeHasInsufficientPID", "NodeHasSufficientPID"],
        ]
        for condition in status["conditions"].items {
            guard let type = condition["type"].string, let pair = names[type], let state = condition["status"].string else { continue }
            guard told[type] != state else { continue }
            told[type] = state
            let reason = pair[state == "True" ? 0 : 1]
            events.record(subject, "Normal", reason, "Node \(document.facts.name) status is now: \(reason)")
        }
    }

    private func register(_ times: inout ConditionTimes) async throws -> Value {
        var backoff = Backoff(random: random)
        while true {
            do throws(KubeClientError) {
                let status = document.status(health.reading, images: [])
                do throws(KubeClientError) {
                    return try await client.create(NodeFields.kind, document.registration.document(times.stamped(status, at: clock.now)))
                } catch  where error.reason == .alreadyExists {
                    let labels: Value = ["metadata": ["labels": Value(document.registration.labels)]]
                    let node = try await client.patch(NodeFields.kind, document.facts.name, .strategic(labels))
                    times = ConditionTimes(node)
                    return node
                }
            } catch {
                if error == .cancelled { throw CancellationError() }
                Log("kubelet").warning("node could not register", ["node": document.facts.name, "error": "\(error)"])
                try await clock.sleep(for: min(backoff.next(), .seconds(7)))
            }
        }
    }

    /// - Returns: nil when it did not arrive.
    private func post(_ status: Value) async throws -> Value? {
        do throws(KubeClientError) {
            return try await client.patch(NodeFields.kind, document.facts.name, .strategic(["status": status]), subresource: "status")
        } catch {
            if error == .cancelled { throw CancellationError() }
            return nil
        }
    }

    private func look() async {
        do throws(RuntimeError) {
            if health.reading.runtimeVersion.isEmpty {
                let (name, version) = try await runtime.version()
                health.note(version: "\(name)://\(version)")
            }
            health.note(try await runtime.conditions())
        } catch {
            // Silence counts: the health turns bad by itself.
        }
        looked()
    }

    /// The 50 largest images. Source: kubelet's default nodeStatusMaxImages.
    private func images() async -> [Value] {
        guard let images = try? await runtime.images() else { return [] }
        return images.sorted { ($0.size, $0.id) > ($1.size, $1.id) }.prefix(50).map { image in
            let names = (image.digests + image.tags).prefix(5).map(Value.string)
            return ["names": .array(Array(names)), "sizeBytes": .int(Int64(image.size))]
        }
    }
}

/// Since when the node's conditions have been as they are.
struct ConditionTimes {
    private var known: [String: (status: Value, since: String)] = [:]

    init() {}
    /// From a node's document, after a restart.
    init(_ node: Value) {
        for condition in node["status"]["conditions"].items {
            known[condition["type"].string ?? ""] = (condition["status"], condition["lastTransitionTime"].string ?? "")
        }
    }

    /// The status with heartbeat and transition times in its conditions.
    mutating func stamped(_ status: Value, at now: Timestamp) -> Value {
        var status = status
        let conditions = status["conditions"].items.map { condition -> Value in
            let type = condition["type"].string ?? ""
            if known[type]?.status != condition["status"] { known[type] = (condition["status"], now.text) }
            var condition = condition
            condition["lastHeartbeatTime"] = .string(now.text)
            condition["lastTransitionTime"] = .string(known[type]?.since ?? now.text)
            return condition
        }
        status["conditions"] = .array(conditions)
        return status
    }
}
