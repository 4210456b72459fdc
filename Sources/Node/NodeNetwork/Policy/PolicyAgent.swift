package import Control
import Documents
package import KubeClient
import KubeModel
import Synchronization

/// Enforces network policies for the pods of one node. Pods and namespaces are followed only once there is a policy.
package final class PolicyAgent: Service {
    private struct State {
        var policies: [String: Value] = [:]
        var pods: [String: PolicyPod] = [:]
        var namespaces: [String: [String: String]] = [:]
        var hasPods = false, hasNamespaces = false
    }
    private let client: KubeClient
    private let kernel: any RuleKernel
    private let node: String
    private let isStrict: Bool
    private let clock: any WallClock
    private let random: RandomSource
    private let log: Log
    private let state = Mutex(State())
    private let changed = Signal(), begun = Signal()
    /// Changes that come together are carried out together.
    private static let gathering = Duration.milliseconds(20)

    /// - Parameters:
    ///   - node: the node whose pods are protected.
    ///   - isStrict: whether pods that no policy selects are closed.
    package init(
        client: KubeClient, kernel: any RuleKernel, node: String, isStrict: Bool = false, clock: any WallClock, random: RandomSource,
        log: Log = Log("network-policy")
    ) {
        (self.client, self.kernel, self.node, self.isStrict) = (client, kernel, node, isStrict)
        (self.clock, self.random, self.log) = (clock, random, log)
    }

    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.follow(NetworkPolicyFields.kind) { self.take(policies: $0) } }
            group.addTask {
                try await self.begun.wait()
                try await withThrowingTaskGroup(of: Void.self) { inner in
                    inner.addTask { try await self.follow(PodFields.kind) { self.take(pods: $0) } }
                    inner.addTask { try await self.follow(NamespaceFields.kind) { self.take(namespaces: $0) } }
                    try await inner.next()
                }
            }
            group.addTask { try await self.enforce() }
            if isStrict { begun.raise() }
            try await group.next()
            group.cancelAll()
        }
    }

    private func follow(_ kind: Kind, _ sink: @escaping @Sendable (InformerEvent) -> Bool) async throws {
        try await Informer(client: client, kind: kind, clock: clock, random: random) { event in
            if sink(event) { self.changed.raise() }
        }.run()
    }

    private static func key(_ document: Value) -> String {
        "\(document["metadata"]["namespace"].string ?? "")/\(document["metadata"]["name"].string ?? "")"
    }
    /// These tell whether anything that counts has changed.
    private func take(policies event: InformerEvent) -> Bool {
        let hasSome = state.withLock { state in
            switch event {
            case .listed(let all): state.policies = Dictionary(all.map { (Self.key($0), $0) }) { $1 }
            case .applied(let policy): state.policies[Self.key(policy)] = policy
            case .deleted(let policy): state.policies[Self.key(policy)] = nil
            }
            return !state.policies.isEmpty
        }
        if hasSome { begun.raise() }
        return true
    }
    private func take(pods event: InformerEvent) -> Bool {
        state.withLock { state in
            switch event {
            case .listed(let all):
                state.pods = Dictionary(all.compactMap { PolicyPod($0) }.map { ($0.key, $0) }) { $1 }
                state.hasPods = true
            case .applied(let document):
                let key = Self.key(document)
                let pod = PolicyPod(document)
                guard state.pods[key] != pod else { return false }
                state.pods[key] = pod
            case .deleted(let pod): state.pods[Self.key(pod)] = nil
            }
            return true
        }
    }
    private func take(namespaces event: InformerEvent) -> Bool {
        func labels(_ namespace: Value) -> [String: String] { namespace["metadata"]["labels"].strings }
        func name(_ namespace: Value) -> String { namespace["metadata"]["name"].string ?? "" }
        return state.withLock { state in
            switch event {
            case .listed(let all):
                state.namespaces = Dictionary(all.map { (name($0), labels($0)) }) { $1 }
                state.hasNamespaces = true
            case .applied(let namespace): state.namespaces[name(namespace)] = labels(namespace)
            case .deleted(let namespace): state.namespaces[name(namespace)] = nil
            }
            return true
        }
    }

    /// Brings the kernel to what the policies say; after a refusal everything is made anew.
    private func enforce() async throws {
        var table = RuleTable("ip aws-network-policy", skeleton: PolicyRules.skeleton)
        var isFresh = true
        while true {
            try await changed.wait()
            try await clock.sleep(for: Self.gathering)
            let now = state.withLock { $0 }
            let isKnown = now.hasPods && now.hasNamespaces
            guard isKnown || now.policies.isEmpty && !isStrict else { continue }
            var rules = PolicyRules(
                pods: Array(now.pods.values), namespaces: now.namespaces, policies: now.policies.sorted { $0.key < $1.key }.map(\.value),
                node: node)
            rules.isStrict = isStrict
            let fragments = rules.fragments()
            var changes: [String: RuleFragment?] = fragments.mapValues { .some($0) }
            for owner in table.owners where fragments[owner] == nil { changes[owner] = .some(nil) }
            let script = table.update(changes)
            do {
                if isFresh { try kernel.run(table.full()) } else if !script.isEmpty { try kernel.run(script) }
                isFresh = false
            } catch {
                log.error("cannot enforce the network policies", ["error": "\(error)"])
                isFresh = true
                changed.raise()
                try await clock.sleep(for: .seconds(1))
            }
        }
    }
}
