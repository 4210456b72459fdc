import Documents
import KubeModel
import Reconcile

/// How StatefulSets make their pods and claims. Source: kubernetes, pkg/controller/statefulset/stateful_set_utils.go.
enum StatefulSetPods {
    static let revisionLabel = "controller-revision-hash"
    private static let nameLabel = "statefulset.kubernetes.io/pod-name"
    private static let indexLabel = "apps.kubernetes.io/pod-index"

    /// The set and the ordinal that a pod's name tells.
    static func parent(of pod: String) -> (name: String, ordinal: Int)? {
        guard let dash = pod.lastIndex(of: "-"), let ordinal = Int(pod[pod.index(after: dash)...]), ordinal >= 0 else { return nil }
        return (String(pod[..<dash]), ordinal)
    }
    static func ordinal(of pod: Pod) -> Int { parent(of: pod.name)?.ordinal ?? -1 }
    static func revision(of pod: Pod) -> String { pod.value["metadata"]["labels"][revisionLabel].string ?? "" }

    /// The pod of an ordinal as a revision describes it.
    static func pod(of set: StatefulSet, _ ordinal: Int, _ revision: ControllerRevision) -> Pod {
        let name = "\(set.name)-\(ordinal)"
        var template = revision.data?["spec"]["template"] ?? .null
        template["$patch"] = .null
        template["metadata"]["labels"][revisionLabel] = .string(revision.name)
        template["metadata"]["labels"][nameLabel] = .string(name)
        template["metadata"]["labels"][indexLabel] = .string(String(ordinal))
        template["spec"]["hostname"] = .string(name)
        template["spec"]["subdomain"] = set.spec.serviceName.flatMap { $0.isEmpty ? nil : .string($0) } ?? .null
        let volumes = claimNames(of: set, ordinal).map { volume, claim -> Value in
            ["name": .string(volume), "persistentVolumeClaim": ["claimName": .string(claim)]]
        }
        if !volumes.isEmpty {
            let names = Set(volumes.map { $0["name"] })
            template["spec"]["volumes"] = .array(volumes + template["spec"]["volumes"].items.filter { !names.contains($0["name"]) })
        }
        var pod = PodTemplate.pod(of: set, PodTemplateSpec(template) ?? PodTemplateSpec(), suffix: "\(ordinal)")
        pod.value["metadata"]["name"] = .string(name)
        pod.value["metadata"]["generateName"] = .string("\(set.name)-")
        return pod
    }

    /// The patch that gives a pod the labels of its place again; nil when it has them. Source: identityMatches, updateIdentity.
    static func identity(of pod: Pod, _ ordinal: Int) -> Change? {
        let labels = pod.metadata.labels ?? [:]
        guard !pod.isDeleting, labels[nameLabel] != pod.name || labels[indexLabel] != String(ordinal) else { return nil }
        return pod.guardedPatch(["labels": [nameLabel: .string(pod.name), indexLabel: .string(String(ordinal))]])
    }

    /// The claims of an ordinal by the volumes that they fill.
    static func claimNames(of set: StatefulSet, _ ordinal: Int) -> [(volume: String, claim: String)] {
        (set.spec.volumeClaimTemplates ?? []).map { ($0.name, "\($0.name)-\(set.name)-\(ordinal)") }
    }
    /// A claim of an ordinal, from the template of its volume.
    static func claim(of set: StatefulSet, named name: String, volume: String) -> Value {
        let template = (set.spec.volumeClaimTemplates ?? []).first { $0.name == volume }?.value ?? .null
        var metadata: Value = ["name": .string(name), "namespace": .string(set.namespace)]
        for field in ["labels", "annotations"] { metadata[field] = template["metadata"][field] }
        for member in set.value["spec"]["selector"]["matchLabels"].object ?? [:] { metadata["labels"][member.key] = member.value }
        if set.deletesClaims(when: "whenDeleted") { metadata["ownerReferences"] = [set.controllerReference] }
        return ["apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": template["spec"]]
    }

    /// The patch that gives a claim the owners with whom it is to go; nil when it has them. A pod that goes for good takes it along.
    static func ownership(of claim: PersistentVolumeClaim, _ set: StatefulSet, _ pod: Pod, condemned: Bool) -> Change? {
        let goesWithPod = condemned && set.deletesClaims(when: "whenScaled")
        let goesWithSet = !goesWithPod && set.deletesClaims(when: "whenDeleted")
        let present = claim.value["metadata"]["ownerReferences"].items
        var wanted = present.filter { reference in
            let kind = reference["kind"].string
            return !(kind == "StatefulSet" && reference["name"].string == set.name)
                && !(kind == "Pod" && reference["name"].string == pod.name)
        }
        if goesWithSet { wanted.append(present.first { $0["uid"].string == set.uid } ?? set.controllerReference) }
        if goesWithPod { wanted.append(present.first { $0["uid"].string == pod.uid } ?? pod.controllerReference) }
        guard Set(wanted) != Set(present) else { return nil }
        return claim.guardedPatch(["ownerReferences": wanted.isEmpty ? .null : .array(wanted)])
    }
}
