package import Documents
import KubeModel
package import Kubelet

/// The node's own way into registries: on EKS the credentials that its role gets from ECR.
package protocol NodeRegistryCredentials: Sendable {
    /// Credentials for an image by its reference; none for registries that it knows nothing of.
    func credentials(for image: String) async -> [RegistryCredential]
}

extension LinuxPodHost {
    package func credentials(for image: String, of pod: Value) async -> [RegistryCredential] {
        let text = PodText(pod)
        var keyring = RegistryKeyring()
        for reference in text.spec["imagePullSecrets"].items {
            guard let name = reference["name"].string else { continue }
            if case .found(let secret) = await objects.get(SecretFields.kind, text.namespace, name) { keyring.add(secret: secret) }
        }
        return keyring.credentials(for: image) + (await registry?.credentials(for: image) ?? [])
    }
}
