import AWSServices
import Control
import Documents
import Reconcile
import Storage

/// A cluster's EKS documents as they come back: under the new name and id, and as if just asked for, so that what they stand for is made.
struct RestoredCluster: Sendable {
    let id: String
    let oldName: String
    let name: String
    let region: Region
    let random: RandomSource
    let now: Timestamp

    /// - Throws: `BackupFailure` when the name cannot be a cluster's, or is one's.
    func checkName() throws {
        let isName =
            name.utf8.count <= 100 && name.utf8.allSatisfy { $0 == 0x2D || $0 == 0x5F || isLetter($0) }
            && name.utf8.first.map(isLetter) == true
        guard isName else { throw BackupFailure(400, "\"\(name)\" cannot be the name of a cluster") }
        guard region.records.get(EKSClusterFields.kind, name) == nil else {
            throw BackupFailure(409, "there is a cluster \(name) in \(region.name) already; restore under another name with --name")
        }
    }
    private func isLetter(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// - Throws: `BackupFailure` unless the cluster is among the documents and its network is in the region.
    func check(_ documents: [Value]) throws {
        guard let cluster = documents.first(where: isCluster).flatMap(EKSCluster.init), cluster.metadata.name == oldName else {
            throw BackupFailure(400, "the backup has no cluster \(oldName)")
        }
        for subnet in cluster.spec.resourcesVpcConfig.subnetIds ?? [] where region.records.get(Subnet.self, subnet) == nil {
            throw BackupFailure(409, "the cluster's subnet \(subnet) is not in \(region.name); make its network first")
        }
    }

    /// Writes the documents: the cluster, then what is kept under its name.
    func create(_ documents: [Value]) async throws {
        for document in documents where isCluster(document) { try await put(cluster(document), EKSClusterFields.kind) }
        for document in documents {
            guard let kind = BackupFormat.children.first(where: { $0.name == document["kind"].string }) else { continue }
            try await put(child(document, kind), kind)
        }
    }
    private func isCluster(_ document: Value) -> Bool { document["kind"].string == EKSClusterFields.kind.name }
    private func put(_ document: Value, _ kind: Kind) async throws {
        let write = Write(kind.key(of: document), .put(Encoded(document: document)), if: .absent)
        do throws(StorageError) { _ = try await region.records.realm.commit(write) } catch {
            guard case .exists = error else { throw error }
            // The creator's entry may have been made by the cluster's reconciler meanwhile.
            guard kind != EKSClusterFields.kind else { throw BackupFailure(409, "there is a cluster \(name) in \(region.name) already") }
        }
    }

    private func cluster(_ old: Value) -> Value {
        var document = old
        document["metadata"]["uid"] = .string(id)
        document["metadata"]["name"] = .string(name)
        begin(&document)
        document["spec"]["resourcesVpcConfig"]["clusterSecurityGroupId"] = .string("sg-" + random.hex(17))
        document["spec"]["clientRequestToken"] = .null
        let platform = old["status"]["platformVersion"]
        document["status"] = ["status": "CREATING", "platformVersion": platform]
        return document
    }
    private func child(_ old: Value, _ kind: Kind) -> Value {
        var document = old
        document["metadata"]["uid"] = .string(random.uuid())
        document["metadata"]["namespace"] = .string(name)
        begin(&document)
        switch kind {
        case NodegroupFields.kind:
            let group = "eks-\(document["metadata"]["name"].string ?? "")-\(random.uuid())"
            document["metadata"]["creationTimestamp"] = .string(now.text)
            document["status"] = ["status": "CREATING", "autoScalingGroup": .string(group), "modifiedAt": .string(now.text)]
        case AddonFields.kind: document["status"] = ["status": "CREATING", "modifiedAt": .string(now.text)]
        default: break
        }
        return document
    }
    private func begin(_ document: inout Value) {
        document["metadata"]["resourceVersion"] = .null
        document["metadata"]["deletionTimestamp"] = .null
        document["metadata"]["deletionGracePeriodSeconds"] = .null
        document["metadata"]["generation"] = 1
    }
}

/// What of a cluster's own documents comes back, and how.
enum RestoredObject {
    /// The document to write; nil for what belongs to machines that are no more. Their pods come back unbound where nobody makes them anew.
    static func document(_ key: String, _ document: Encoded) -> Encoded? {
        if dropped.contains(where: key.hasPrefix) { return nil }
        guard key.hasPrefix("core/pods/"), var pod = try? JSON.parse(document.bytes), !pod["spec"]["nodeName"].isNull else {
            return document
        }
        let isMadeAnew = pod["metadata"]["ownerReferences"].items.contains { $0["controller"] == true }
        guard !isMadeAnew, pod["metadata"]["deletionTimestamp"].isNull else { return nil }
        pod["spec"]["nodeName"] = .null
        pod["status"] = ["phase": "Pending"]
        return Encoded(document: pod)
    }
    private static let dropped = [
        "core/nodes/", "coordination.k8s.io/leases/kube-node-lease/", "storage.k8s.io/csinodes/", "storage.k8s.io/volumeattachments/",
        "eyrie/claims/",
    ]
}
