import Documents

/// Volumes and claims stay while they are in use; a controller takes the finalizers off. Source: upstream's
/// StorageObjectInUseProtection.
struct StorageProtection: AdmissionPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool {
        request.isFor("", "persistentvolumeclaims", .create) || request.isFor("", "persistentvolumes", .create)
    }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? { [] }

    func admit(_ request: inout AdmissionRequest) async throws {
        let finalizer: Value
        if request.isFor("", "persistentvolumeclaims", .create) {
            finalizer = "kubernetes.io/pvc-protection"
        } else if request.isFor("", "persistentvolumes", .create) {
            finalizer = "kubernetes.io/pv-protection"
        } else {
            return
        }
        let present = request.object["metadata"]["finalizers"].items
        if !present.contains(finalizer) { request.object["metadata"]["finalizers"] = .array(present + [finalizer]) }
    }
}
