import Control
package import Documents
package import KubeModel
package import Reconcile

/// A claim to devices.
package typealias ResourceClaim = View<ResourceClaimFields>
/// The fields of that. Source: ResourceClaim of Kubernetes 1.36.
package struct ResourceClaimFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "resource.k8s.io", version: "v1", "ResourceClaim", prefix: "resource.k8s.io/resourceclaims/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
}
/// What claims to devices are made of.
typealias ResourceClaimTemplate = View<ResourceClaimTemplateFields>
/// The fields of that. Source: ResourceClaimTemplate of Kubernetes 1.36.
struct ResourceClaimTemplateFields: KindFields {
    static let kind = Kind(
        group: "resource.k8s.io", version: "v1", "ResourceClaimTemplate", prefix: "resource.k8s.io/resourceclaimtemplates/")
    let metadata = Field<Self, View<MetadataFields>>("metadata")
}

/// Makes the claims to devices that pods ask for by templates; they go with their pods. Source: kubernetes, pkg/controller/resourceclaim.
package struct PodClaimsController: Controller {
    package typealias Primary = PodFields
    package static let name = "resource-claim-controller"
    package static let watches = [
        Watch(prefix: ResourceClaimTemplateFields.kind.prefix) { change, world in
            guard let template = change.new?["metadata"] else { return [] }
            let pods = world.list(Pod.self, in: template["namespace"].string)
            return pods.filter { pod in
                pod.value["spec"]["resourceClaims"].items.contains { $0["resourceClaimTemplateName"] == template["name"] }
            }.map(\.key)
        }
    ]
    package static let writes: Set<Kind> = [PodFields.kind, ResourceClaimFields.kind, EventFields.kind]
    package init() {}

    /// Only pods that ask for devices are decoded.
    package static func concerns(_ change: WorldChange, in world: World) -> Bool {
        change.nodes.new?["spec"]?["resourceClaims"].map { $0.count > 0 } ?? false
    }

    package func reconcile(_ pod: Pod, in world: World) throws -> Plan {
        guard !pod.isDeleting, !pod.isTerminated else { return Plan() }
        var plan = Plan()
        makeClaims(pod, world, &plan)
        return plan
    }

    private func makeClaims(_ pod: Pod, _ world: World, _ plan: inout Plan) {
        let wanted = pod.value["spec"]["resourceClaims"].items
        let known = pod.value["status"]["resourceClaimStatuses"].items
        var statuses = known
        for entry in wanted {
            guard let source = entry["resourceClaimTemplateName"].string, let claim = entry["name"].string,
                !known.contains(where: { $0["name"].string == claim })
            else { continue }
            guard let template = world.get(ResourceClaimTemplate.self, source, in: pod.namespace) else {
                let text = "resource claim template \"\(source)\": resourceclaimtemplate.resource.k8s.io \"\(source)\" not found"
                plan.tell(.warning("FailedResourceClaimCreation", text), about: pod, from: "resource_claim", in: world)
                continue
            }
            let digits = String(StableHash.of(pod.uid, claim), radix: 36).prefix(5)
            let name = "\(pod.name)-\(claim)-\(digits)"
            if world.get(ResourceClaim.self, name, in: pod.namespace) == nil {
                var metadata = metadata(name, pod, template.value["spec"])
                metadata["annotations"]["resource.kubernetes.io/pod-claim-name"] = .string(claim)
                plan.changes.append(
                    .create(
                        ResourceClaimFields.kind,
                        [
                            "apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": metadata,
                            "spec": template.value["spec"]["spec"],
                        ]))
            }
            statuses.append(["name": .string(claim), "resourceClaimName": .string(name)])
        }
        guard statuses != known else { return }
        plan.changes.append(
            .patch(
                PodFields.kind, namespace: pod.namespace, name: pod.name,
                ["metadata": ["uid": .string(pod.uid)], "status": ["resourceClaimStatuses": .array(statuses)]], subresource: "status"))
    }

    private func metadata(_ name: String, _ pod: Pod, _ template: Value) -> Value {
        var metadata: Value = [
            "name": .string(name), "namespace": .string(pod.namespace), "ownerReferences": [pod.controllerReference],
        ]
        for field in ["labels", "annotations"] where !template["metadata"][field].isNull { metadata[field] = template["metadata"][field] }
        return metadata
    }
}

/// Gives devices back once no pod that needs them is left. Source: kubernetes, pkg/controller/resourceclaim, syncClaim.
package struct DeviceReleaseController: Controller {
    package typealias Primary = ResourceClaimFields
    package static let name = "resource-claim-release-controller"
    package static let watches = [
        Watch(prefix: PodFields.kind.prefix, needsPrimaries: true) { change, _ in
            Array(Set(change.present.flatMap(Self.claims)))
        }
    ]
    package static let writes: Set<Kind> = [ResourceClaimFields.kind]
    private static let finalizer = "resource.kubernetes.io/delete-protection"
    package init() {}

    /// The keys of the claims that a pod has.
    static func claims(of pod: Node) -> [String] {
        let lists = [pod["spec"]?["resourceClaims"], pod["status"]?["resourceClaimStatuses"]]
        let names = lists.flatMap { $0?.items ?? [] }.compactMap { $0["resourceClaimName"]?.string }
        let extended = pod["status"]?["extendedResourceClaimStatus"]?["resourceClaimName"]?.string
        return (names + [extended].compactMap(\.self)).map { ResourceClaimFields.kind.key(pod.namespace, $0) }
    }

    package func reconcile(_ claim: ResourceClaim, in world: World) throws -> Plan {
        let status = claim.value["status"]
        let reserved = status["reservedFor"].items
        let left = reserved.filter { reference in
            guard reference["resource"].string == "pods", let name = reference["name"].string,
                let pod = world.get(Pod.self, name, in: claim.namespace)
            else { return reference["resource"].string != "pods" }
            return pod.uid == reference["uid"].string && !pod.isTerminated
        }
        var plan = Plan()
        // What nobody was told to use yet stays as it is: a pod may be about to.
        let isFree = left.isEmpty && !status["allocation"].isNull && (left != reserved || claim.isDeleting)
        if left != reserved || isFree {
            let body: Value = [
                "metadata": ["uid": .string(claim.uid), "resourceVersion": claim.value["metadata"]["resourceVersion"]],
                "status": [
                    "reservedFor": left.isEmpty ? .null : .array(left), "allocation": isFree ? .null : status["allocation"],
                    "devices": isFree ? .null : status["devices"],
                ],
            ]
            plan.changes.append(
                .patch(ResourceClaimFields.kind, namespace: claim.namespace, name: claim.name, body, subresource: "status"))
            return plan
        }
        let finalizers = claim.value["metadata"]["finalizers"].items
        if status["allocation"].isNull, finalizers.contains(.string(Self.finalizer)) {
            let rest = finalizers.filter { $0.string != Self.finalizer }
            plan.changes.append(claim.guardedPatch(["finalizers": rest.isEmpty ? .null : .array(rest)]))
        }
        if plan.isEmpty, left.isEmpty, status["allocation"].isNull, !claim.isDeleting, isOver(claim, world) {
            plan.changes.append(
                .delete(ResourceClaimFields.kind, namespace: claim.namespace, name: claim.name, uid: claim.uid))
        }
        return plan
    }
    /// Whether the pod for which a claim was made does not need it any more: it has ended, or will never run. Source: isPodDone.
    private func isOver(_ claim: ResourceClaim, _ world: World) -> Bool {
        let owners = claim.value["metadata"]["ownerReferences"].items
        guard let owner = owners.first(where: { $0["controller"] == true && $0["kind"] == "Pod" && $0["apiVersion"] == "v1" }),
            let pod = world.get(Pod.self, owner["name"].string ?? "", in: claim.namespace), pod.uid == owner["uid"].string
        else { return false }
        return pod.isTerminated || pod.isDeleting && pod.spec.nodeName?.isEmpty ?? true
    }
}
