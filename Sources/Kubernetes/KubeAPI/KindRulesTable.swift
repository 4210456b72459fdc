import Cryptography
import Documents
import KubeModel

extension KindRules {
    /// The kinds that differ, by resource.
    static let table: [String: KindRules] = [
        "pods": KindRules(
            generation: .spec, returnsDeleted: true, blanks: [.name, .node], statusKeepsOwnerReferences: true,
            prepareCreate: PodRules.prepareCreate),
        "configmaps": KindRules(blanks: Blank.configuration),
        "namespaces": KindRules(
            returnsDeleted: true,
            prepareCreate: { document, _ in
                let kept = document["spec"]["finalizers"].items.filter { $0 != "kubernetes" }
                document["spec"]["finalizers"] = .array(kept + ["kubernetes"])
                document["status"] = ["phase": "Active"]
            },
            prepareUpdate: { new, old, _ in new["spec"]["finalizers"] = old["spec"]["finalizers"] }),
        "nodes": KindRules(keepsStatusOnCreate: true),
        "services": KindRules(returnsDeleted: true, prepareCreate: ServiceRules.prepareCreate, prepareUpdate: ServiceRules.prepareUpdate),
        "secrets": KindRules(
            blanks: [.name], prepareCreate: { document, _ in mergeText(&document) }, prepareUpdate: { new, _, _ in mergeText(&new) }),
        "serviceaccounts": KindRules(returnsDeleted: true),
        "resourcequotas": KindRules(returnsDeleted: true),
        "podtemplates": KindRules(generation: .content, returnsDeleted: true),
        "persistentvolumes": KindRules(returnsDeleted: true, prepareCreate: pending),
        "persistentvolumeclaims": KindRules(returnsDeleted: true, prepareCreate: pending),
        "replicationcontrollers": KindRules(generation: .spec, orphansByDefault: true),
        "endpoints": KindRules(
            createsOnUpdate: true, deprecation: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"),
        "componentstatuses": KindRules(deprecation: "v1 ComponentStatus is deprecated in v1.19+"),
        "events": KindRules(createsOnUpdate: true, blanks: Blank.event),
        "limitranges": KindRules(createsOnUpdate: true),
        "leases.coordination.k8s.io": KindRules(createsOnUpdate: true),
        "endpointslices.discovery.k8s.io": KindRules(generation: .content),

        "deployments.apps": KindRules(generation: .specAndAnnotations, statusKeepsLabels: true),
        "replicasets.apps": KindRules(generation: .spec),
        "daemonsets.apps": KindRules(
            generation: .spec,
            prepareCreate: { set, _ in set["metadata"]["annotations"][DaemonSetRules.generation] = "1" },
            prepareUpdate: DaemonSetRules.prepareUpdate),
        "statefulsets.apps": KindRules(generation: .spec),
        "jobs.batch": KindRules(generation: .spec, orphansByDefault: true, prepareCreate: JobRules.prepareCreate),
        "cronjobs.batch": KindRules(generation: .spec),
        "poddisruptionbudgets.policy": KindRules(generation: .spec, needsVersion: true),

        "roles.rbac.authorization.k8s.io": KindRules(createsOnUpdate: true),
        "clusterroles.rbac.authorization.k8s.io": KindRules(createsOnUpdate: true),
        "rolebindings.rbac.authorization.k8s.io": KindRules(createsOnUpdate: true),
        "clusterrolebindings.rbac.authorization.k8s.io": KindRules(createsOnUpdate: true),

        "ingresses.networking.k8s.io": KindRules(generation: .spec), "ingressclasses.networking.k8s.io": KindRules(generation: .spec),
        "servicecidrs.networking.k8s.io": KindRules(statusKeepsMetadata: true),
        "networkpolicies.networking.k8s.io": KindRules(generation: .spec),
        "priorityclasses.scheduling.k8s.io": KindRules(generation: .fixed),
        "storageclasses.storage.k8s.io": KindRules(returnsDeleted: true),
        "csinodes.storage.k8s.io": KindRules(needsVersion: true, returnsDeleted: true),
        "csidrivers.storage.k8s.io": KindRules(returnsDeleted: true),
        "volumeattachments.storage.k8s.io": KindRules(returnsDeleted: true, statusKeepsMetadata: true),
        "flowschemas.flowcontrol.apiserver.k8s.io": KindRules(generation: .spec, statusKeepsMetadata: true),
        "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": KindRules(generation: .spec, statusKeepsMetadata: true),
        "mutatingwebhookconfigurations.admissionregistration.k8s.io": KindRules(generation: .content),
        "validatingwebhookconfigurations.admissionregistration.k8s.io": KindRules(generation: .content),
        "validatingadmissionpolicies.admissionregistration.k8s.io": KindRules(generation: .spec, statusKeepsMetadata: true),
        "validatingadmissionpolicybindings.admissionregistration.k8s.io": KindRules(generation: .spec),
        "customresourcedefinitions.apiextensions.k8s.io": KindRules(
            generation: .spec, needsVersion: true, prepareCreate: DefinitionPipeline.prepareCreate,
            prepareUpdate: DefinitionPipeline.prepareUpdate, prepareDelete: DefinitionPipeline.prepareDelete),
        "apiservices.apiregistration.k8s.io": KindRules(
            needsVersion: true, statusKeepsMetadata: true, prepareCreate: LocalServices.prepareCreate),
        "resourceslices.resource.k8s.io": KindRules(
            generation: .spec, prepareCreate: { slice, preparation in DeviceRules.prepareSlice(&slice, nil, preparation.now) },
            prepareUpdate: { slice, old, preparation in DeviceRules.prepareSlice(&slice, old, preparation.now) }),
        "resourceclaims.resource.k8s.io": KindRules(statusKeepsMetadata: true, prepareStatus: DeviceRules.prepareStatus),
        "deviceclasses.resource.k8s.io": KindRules(generation: .spec),
        "certificatesigningrequests.certificates.k8s.io": KindRules(
            prepareCreate: { document, preparation in
                let user = preparation.user
                document["spec"]["username"] = .string(user.name)
                document["spec"]["uid"] = user.uid.isEmpty ? .null : .string(user.uid)
                document["spec"]["groups"] = .array(user.groups.map(Value.string))
                document["spec"]["extra"] =
                    user.extra.isEmpty
                    ? .null
                    : .object(
                        Object(user.extra.sorted { $0.key < $1.key }.map { Object.Member($0.key, .array($0.value.map(Value.string))) }))
            }, prepareUpdate: { new, old, _ in new["spec"] = old["spec"] }),
    ]

    private static let pending: @Sendable (inout Value, Preparation) -> Void = { document, _ in document["status"] = ["phase": "Pending"] }

    /// Text given in the clear becomes data of a Secret, which is what is kept.
    private static func mergeText(_ secret: inout Value) {
        for (key, text) in secret["stringData"].strings.sorted(by: { $0.key < $1.key }) {
            secret["data"][key] = .string(Base64.encode(Array(text.utf8)))
        }
        secret["stringData"] = .null
    }
}

/// What the pipeline knows of DaemonSets. Source: upstream's daemonset strategy and its conversion to v1.
enum DaemonSetRules {
    /// Counts the templates that a set has had; no client sets it.
    static let generation = "deprecated.daemonset.template.generation"
    static func prepareUpdate(_ set: inout Value, _ old: Value, _ preparation: Preparation) {
        let count = old["metadata"]["annotations"][generation].string.flatMap { Int64($0) } ?? 1
        let changed = set["spec"]["template"] != old["spec"]["template"]
        set["metadata"]["annotations"][generation] = .string(String(changed ? count + 1 : count))
    }
}

/// What the pipeline knows of Jobs. Source: upstream's job strategy.
enum JobRules {
    /// A Job without a selector of its own gets one by its uid, and its pods the labels to match.
    static func prepareCreate(_ job: inout Value, _ preparation: Preparation) {
        guard job["spec"]["manualSelector"] != true else { return }
        let (uid, name) = (job["metadata"]["uid"], job["metadata"]["name"])
        job["spec"]["selector"]["matchLabels"]["batch.kubernetes.io/controller-uid"] = uid
        for prefix in ["", "batch.kubernetes.io/"] {
            job["spec"]["template"]["metadata"]["labels"]["\(prefix)controller-uid"] = uid
            job["spec"]["template"]["metadata"]["labels"]["\(prefix)job-name"] = name
        }
    }
}
