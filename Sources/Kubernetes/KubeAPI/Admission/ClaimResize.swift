import Documents
import KubeModel
import Storage

/// Claims grow only where their class allows it. Source: upstream's PersistentVolumeClaimResize.
struct ClaimResize: AdmissionPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool { request.isFor("", "persistentvolumeclaims", .update) }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? { nil }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request) else { return }
        let (new, old) = (request.object["spec"], request.old["spec"])
        let size = { (spec: Value) in Quantity(spec["resources"]["requests"]["storage"]) ?? .zero }
        guard size(new) > size(old) else { return }
        guard request.old["status"]["phase"] == "Bound" else {
            throw request.forbidden("Only bound persistent volume claims can be expanded")
        }
        let beta = request.old["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].string
        let name = beta ?? old["storageClassName"].string ?? ""
        let storageClass = name.isEmpty ? nil : request.snapshot.get(StorageClassFields.kind.key(nil, name))?.value
        guard storageClass?["allowVolumeExpansion"] == true else {
            throw request.forbidden(
                "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize")
        }
    }
}
