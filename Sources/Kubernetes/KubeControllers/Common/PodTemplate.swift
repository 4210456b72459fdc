import Documents
import KubeModel
import Reconcile

/// Pods made from a template. Source: kubernetes, pkg/controller, GetPodFromTemplate.
enum PodTemplate {
    /// A pod of `owner`: the template's labels, annotations, finalizers and spec, with a name of the owner's and the suffix.
    /// `prefix` takes the place of the owner's name and a dash.
    static func pod<O: KindFields>(of owner: View<O>, _ template: PodTemplateSpec, suffix: String, prefix: String? = nil) -> Pod {
        let prefix = prefix ?? owner.name + "-"
        var metadata: Value = ["generateName": .string(prefix)]
        metadata["name"] = .string(Naming.generated(prefix, suffix))
        metadata["namespace"] = .string(owner.namespace)
        for field in ["labels", "annotations", "finalizers"] { metadata[field] = template.value["metadata"][field] }
        metadata["ownerReferences"] = [owner.controllerReference]
        var pod = Pod()
        pod.value = ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template.value["spec"]]
        return pod
    }
}
