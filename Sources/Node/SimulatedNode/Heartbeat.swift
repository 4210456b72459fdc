import Control
import Documents
import KubeClient
import KubeModel

/// Keeps a node's document and lease fresh. Source: kubelet's defaults (lease of 40 s renewed every 10 s, status every 5 minutes).
struct Heartbeat {
    private static let leases = "kube-node-lease"
    private static let leaseSeconds: Int64 = 40
    private static let statusInterval = Duration.seconds(300)

    let client: KubeClient
    let document: NodeDocument
    let clock: any WallClock
    let random: RandomSource
    private let leaseInterval: Duration
    private(set) var uid = ""
    /// What the node's status said at registration of the volumes in use.
    private(set) var volumesInUse: [String] = []
    /// The storage drivers that the machine has told of before.
    var drivers: Set<String> = []
    private var lease = LeaseText()
    private(set) var isReady = false
    private var transition: Timestamp
    private var (leaseDue, statusDue): (Timestamp, Timestamp)
    private var renewed: Timestamp
    private var backoff: Backoff

    init(client: KubeClient, document: NodeDocument, renewal: Duration, clock: any WallClock, random: RandomSource) {
        (self.client, self.document, self.clock, self.random, leaseInterval) = (client, document, clock, random, renewal)
        let now = clock.now
        (transition, leaseDue, statusDue, renewed) = (now, now, now, now)
        backoff = Backoff(random: random)
    }

    private var name: String { document.spec.nodeName }
    /// When there is something to do again.
    var due: Timestamp { min(leaseDue, statusDue) }

    /// Creates the node's document, or finds it after a restart; the node becomes Ready after `readyDelay`.
    /// - Returns: the node's uid.
    mutating func register(readyDelay: Duration) async throws(KubeClientError) -> String {
        var node: Value
        do throws(KubeClientError) {
            node = try await client.create(
                NodeFields.kind, document.registration.document(document.status(ready: false, at: clock.now, transition: clock.now)))
        } catch  where error.reason == .alreadyExists {
            let labels: Value = ["metadata": ["labels": Value(document.registration.labels)]]
            node = try await client.patch(NodeFields.kind, name, .strategic(labels))
        }
        uid = node["metadata"]["uid"].string ?? ""
        volumesInUse = node["status"]["volumesInUse"].items.compactMap(\.string)
        let condition = node["status"]["conditions"].items.first { $0["type"] == "Ready" } ?? .null
        let wasReady = condition["status"] == "True"
        transition = wasReady ? condition["lastTransitionTime"].string.flatMap(Timestamp.init) ?? clock.now : clock.now
        isReady = wasReady
        leaseDue = clock.now
        statusDue = clock.now + (wasReady ? .zero : readyDelay)
        renewed = clock.now
        return uid
    }

    /// Does what is due; failures are tried again after a pause.
    /// - Returns: the heartbeat as it goes on.
    func beaten() async throws -> Heartbeat {
        var copy = self
        try await copy.beat()
        return copy
    }

    private mutating func beat() async throws {
        do throws(KubeClientError) {
            if leaseDue <= clock.now { try await renewLease() }
            if statusDue <= clock.now { try await reportStatus() }
            backoff.reset()
        } catch {
            if error == .cancelled { throw CancellationError() }
            let again = clock.now + min(backoff.next(), leaseInterval)
            if leaseDue <= clock.now { leaseDue = again }
            if statusDue <= clock.now { statusDue = again }
        }
    }

    private mutating func renewLease() async throws(KubeClientError) {
        let now = clock.now
        do throws(KubeClientError) {
            if lease.version.isEmpty { lease = LeaseText(try await client.get(LeaseFields.kind, namespace: Self.leases, name)) }
            lease.version = try await client.replace(
                LeaseFields.kind, namespace: Self.leases, name, json: lease.text(holder: name, seconds: Self.leaseSeconds, renewed: now))
        } catch {
            lease = LeaseText()
            guard error.isNotFound else { throw error }
            lease = LeaseText(try await client.create(LeaseFields.kind, newLease(at: now)))
        }
        // A node that was silent for longer may have been marked Unknown meanwhile.
        if now - renewed > .seconds(Self.leaseSeconds) { statusDue = now }
        renewed = now
        leaseDue = now + leaseInterval + leaseInterval * Double(random.int(in: -40..<41)) / 1000
    }

    private func newLease(at now: Timestamp) -> Value {
        [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": [
                "name": .string(name), "namespace": .string(Self.leases),
                "ownerReferences": [["apiVersion": "v1", "kind": "Node", "name": .string(name), "uid": .string(uid)]],
            ],
            "spec": [
                "holderIdentity": .string(name), "leaseDurationSeconds": .int(Self.leaseSeconds), "renewTime": .string(now.microText),
            ],
        ]
    }

    private mutating func reportStatus() async throws(KubeClientError) {
        let now = clock.now
        if !isReady { (isReady, transition) = (true, now) }
        let patch: Value = ["status": document.status(ready: true, at: now, transition: transition)]
        do throws(KubeClientError) {
            try await client.patchUnread(NodeFields.kind, name, .strategic(patch), subresource: "status")
        } catch  where error.isNotFound {
            // Somebody deleted the node: as on a real one, it comes back when the machine starts anew.
        }
        statusDue = now + Self.statusInterval
    }
}
