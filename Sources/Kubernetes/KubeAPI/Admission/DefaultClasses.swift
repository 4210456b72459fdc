import Documents
import Storage

/// A claim that names no storage class gets the default one. Source: upstream's DefaultStorageClass.
struct DefaultStorageClass: AdmissionPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool { request.isFor("", "persistentvolumeclaims", .create) }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? {
        [.prefix("storage.k8s.io/storageclasses/")]
    }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request), request.object["spec"]["storageClassName"].isNull,
            request.object["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].isNull
        else { return }
        let annotations = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"]
        guard let name = DefaultClass.name(in: request.snapshot, "storage.k8s.io/storageclasses/", annotations) else { return }
        request.object["spec"]["storageClassName"] = .string(name)
    }
}

/// An ingress that names no class gets the default one. Source: upstream's DefaultIngressClass.
struct DefaultIngressClass: AdmissionPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool { request.isFor("networking.k8s.io", "ingresses", .create) }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? {
        [.prefix("networking.k8s.io/ingressclasses/")]
    }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request), request.object["spec"]["ingressClassName"].isNull,
            request.object["metadata"]["annotations"]["kubernetes.io/ingress.class"].isNull
        else { return }
        let annotations = ["ingressclass.kubernetes.io/is-default-class"]
        guard let name = DefaultClass.name(in: request.snapshot, "networking.k8s.io/ingressclasses/", annotations) else { return }
        request.object["spec"]["ingressClassName"] = .string(name)
    }
}

/// The class that an annotation makes the default.
private enum DefaultClass {
    /// Of several the newest, then the first by name.
    static func name(in snapshot: Snapshot, _ prefix: String, _ annotations: [String]) -> String? {
        let marked = snapshot.range(prefix: prefix).map(\.value).filter { item in
            annotations.contains { item["metadata"]["annotations"][$0] == "true" }
        }
        func rank(_ item: Value) -> (String, String) {
            (item["metadata"]["creationTimestamp"].string ?? "", item["metadata"]["name"].string ?? "")
        }
        let first = marked.min { left, right in
            let (left, right) = (rank(left), rank(right))
            return left.0 == right.0 ? left.1 < right.1 : left.0 > right.0
        }
        return first?["metadata"]["name"].string
    }
}
