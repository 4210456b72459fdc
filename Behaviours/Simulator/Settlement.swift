import Control
import Documents
import KubeClient
import KubeModel

/// The state of a cluster when nobody disturbs it any more: what must come about, and what must be true then.
struct Settlement: Sendable {
    let kubernetes: KubeClient
    let ledger: Ledger
    let clock: any WallClock
    private static let patience = Duration.seconds(1200)

    /// Kinds whose objects may own or be owned.
    private static let kinds = [
        PodFields.kind, ReplicaSetFields.kind, DeploymentFields.kind, StatefulSetFields.kind, DaemonSetFields.kind, JobFields.kind,
        ControllerRevisionFields.kind, EndpointSliceFields.kind, ServiceFields.kind, NodeFields.kind, CronJobFields.kind,
        PersistentVolumeClaimFields.kind, PersistentVolumeFields.kind, HorizontalPodAutoscalerFields.kind, attachments,
    ]
    private static let attachments = Kind(
        group: "storage.k8s.io", version: "v1", "VolumeAttachment", prefix: "storage.k8s.io/volumeattachments/", namespaced: false)

    /// Waits until everything is at rest.
    /// - Throws: `Violation` when it does not come to rest; what the client throws.
    func reach() async throws {
        let end = clock.now + Self.patience
        while let reason = try await unrest() {
            guard clock.now < end else { throw Violation("not at rest after \(Self.patience) without faults: \(reason)") }
            try await clock.sleep(for: .seconds(5))
        }
    }

    /// Compares what is there with what the clients were told.
    /// - Throws: `Violation`; what the client throws.
    func check() async throws {
        for subject in ledger.subjects {
            let form = try await form(of: subject)
            let possible = ledger.forms(of: subject)
            guard possible.contains(form) else {
                let told = possible.map(\.description).sorted().joined(separator: " or ")
                throw Violation("\(subject.kind.name) \(subject.namespace)/\(subject.name) must be \(told) and is \(form)")
            }
        }
    }
    private func form(of subject: Ledger.Subject) async throws -> Ledger.Form {
        do throws(KubeClientError) {
            let document = try await kubernetes.get(subject.kind, namespace: subject.namespace, subject.name)
            return .present(Workloads.named(subject.kind)?.form(of: document) ?? "")
        } catch {
            guard error.isNotFound else { throw error }
            return .absent
        }
    }

    private func unrest() async throws -> String? {
        var uids = Set<String>()
        var all: [(kind: Kind, document: Value)] = []
        for kind in Self.kinds {
            for document in try await kubernetes.all(kind).items {
                uids.insert(document["metadata"]["uid"].string ?? "")
                all.append((kind, document))
            }
        }
        for (kind, document) in all {
            let name = "\(kind.name) \(document["metadata"]["namespace"].string ?? "")/\(document.name)"
            if !document["metadata"]["deletionTimestamp"].isNull { return "\(name) is being deleted" }
            for owner in document["metadata"]["ownerReferences"].items where Self.kinds.contains(where: { $0.name == owner["kind"].string })
            {
                if !uids.contains(owner["uid"].string ?? "") { return "the owner of \(name) is gone" }
            }
            if let reason = Self.unrest(kind, document) { return "\(name): \(reason)" }
        }
        return nil
    }
    private static func unrest(_ kind: Kind, _ document: Value) -> String? {
        switch kind {
        case PodFields.kind: document.isTerminated || document.isReadyPod ? nil : "it is \(document["status"]["phase"].string ?? "new")"
        case PersistentVolumeFields.kind:
            document["status"]["phase"] == "Released" && document["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
                ? "it is of no use to anybody" : nil
        case attachments: document["status"]["attached"] == true ? nil : "it is not attached"
        case NodeFields.kind: document.condition("Ready") == "True" ? nil : "it is not Ready"
        default: Workloads.named(kind)?.unrest(document)
        }
    }
}
