import Documents
import KubeModel
import Reconcile

/// Pods made from a template. Source: kubernetes, pkg/controller, GetPodFromTemplate.
enum PodTemplate {
    /// A pod of `owner`: the template's labels, annotations, finalizers and spec, with a name of the owner's and the suffix.
    static func pod<O: KindFields>(of owner: View<O>, _ template: PodTemplateSpec, suffix: String) -> Pod {
        var metadata: Value = ["generateName": .string(owner.name + "-")]
        metadata["name"] = .string(Naming.generated(owner.name + "-", suffix))
        metadata["namespace"] = .string(owner.namespace)
        for field in ["labels", "annotations", "finalizers"] { metadata[field] = template.value["metadata"][field] }
        metadata["ownerReferences"] = [owner.controllerReference]
        var pod = Pod()
        pod.value = ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template.value["spec"]]
        return pod
    }
}
