import Control
import Documents
import KubeModel
import Storage

/// Gives pods an account and the means to use it: a projected token, the cluster's certificate and the namespace.
/// Source: upstream's ServiceAccount plugin.
struct ServiceAccountAdmission: AdmissionPlugin {
    let realm: Realm
    let clock: any WallClock
    let random: RandomSource
    private static let mountPath = "/var/run/secrets/kubernetes.io/serviceaccount"
    private static let volumePrefix = "kube-api-access-"
    private static let mirror = "kubernetes.io/config.mirror"

    func concerns(_ request: AdmissionRequest) -> Bool { request.isFor("", "pods", .create) }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? {
        [.key(ServiceAccountFields.kind.key(request.namespace, request.object["spec"]["serviceAccountName"].string ?? ""))]
    }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request) else { return }
        if !request.object["metadata"]["annotations"][Self.mirror].isNull {
            let spec = request.object["spec"]
            if !(spec["serviceAccountName"].string ?? "").isEmpty {
                throw request.forbidden("a mirror pod may not reference service accounts")
            }
            return
        }
        if (request.object["spec"]["serviceAccountName"].string ?? "").isEmpty {
            let legacy = request.object["spec"]["serviceAccount"].string ?? ""
            request.object["spec"]["serviceAccountName"] = .string(legacy.isEmpty ? "default" : legacy)
        }
        let name = request.object["spec"]["serviceAccountName"].string ?? ""
        request.object["spec"]["serviceAccount"] = .string(name)
        guard let account = try await find(name, request.namespace) else {
            throw request.forbidden(
                "error looking up service account \(request.namespace)/\(name): serviceaccount \(name.quoted) not found")
        }
        let mounts = request.object["spec"]["automountServiceAccountToken"].bool ?? account["automountServiceAccountToken"].bool ?? true
        if mounts, let drawn = mount(&request.object["spec"]) { request.drawn.append(drawn) }
        if request.object["spec"]["imagePullSecrets"].items.isEmpty, !account["imagePullSecrets"].items.isEmpty {
            request.object["spec"]["imagePullSecrets"] = account["imagePullSecrets"]
        }
    }

    /// The account `default` of a new namespace is a controller's work, so it is waited for a little.
    private func find(_ name: String, _ namespace: String) async throws -> Value? {
        let key = ServiceAccountFields.kind.key(namespace, name)
        for attempt in 0..<(name == "default" ? 10 : 1) {
            if let entry = realm.snapshot().get(key) { return entry.value }
            if name == "default", attempt < 9 { try await clock.sleep(for: .milliseconds(100)) }
        }
        return nil
    }

    /// Mounts the account's volume where nothing is mounted, and returns the volume's name when that is new.
    private func mount(_ spec: inout Value) -> AdmissionRequest.Drawn? {
        func has(_ container: Value) -> Bool { container["volumeMounts"].items.contains { $0["mountPath"].string == Self.mountPath } }
        guard spec.podContainers.contains(where: { !has($0) }) else { return nil }
        let present = spec["volumes"].items.first { volume in
            (volume["name"].string ?? "").hasPrefix(Self.volumePrefix) && !volume["projected"].isNull
        }
        let letters = present == nil ? random.suffix(AdmissionRequest.Drawn.length) : ""
        let name = present?["name"].string ?? Self.volumePrefix + letters
        spec.editPodContainers { container in
            guard !has(container) else { return }
            container.append(["name": .string(name), "readOnly": true, "mountPath": .string(Self.mountPath)], to: "volumeMounts")
        }
        guard present == nil else { return nil }
        spec.append(Self.volume(name), to: "volumes")
        return AdmissionRequest.Drawn(prefix: Self.volumePrefix, letters: letters)
    }

    private static func volume(_ name: String) -> Value {
        let namespace: Value = ["path": "namespace", "fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.namespace"]]
        return [
            "name": .string(name),
            "projected": [
                "sources": [
                    // Seven seconds more than an hour tell tokens for pods of old from those that a pod asks for itself.
                    ["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]],
                    ["configMap": ["name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]]]],
                    ["downwardAPI": ["items": [namespace]]],
                ], "defaultMode": 420,
            ],
        ]
    }
}
