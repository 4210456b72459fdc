package import Documents
package import KubeModel
package import Reconcile

/// Sees to it that each namespace has a service account named `default`. Source: kubernetes, pkg/controller/serviceaccount.
package struct ServiceAccountController: Controller {
    package typealias Primary = NamespaceFields
    package static let name = "service-account-controller"
    package static let watches = [
        Watch.mapped(ServiceAccount.self) { account, _ in
            account.name == "default" ? [NamespaceFields.kind.key(nil, account.namespace)] : []
        }
    ]
    package static let writes: Set<Kind> = [ServiceAccountFields.kind]
    package init() {}

    package func reconcile(_ namespace: Namespace, in world: World) throws -> Plan {
        guard !namespace.isDeleting, world.get(ServiceAccount.self, "default", in: namespace.name) == nil else { return Plan() }
        return Plan([
            .create(ServiceAccountFields.kind, ["metadata": ["name": "default", "namespace": .string(namespace.name)]])
        ])
    }
}

/// Puts the certificate of the cluster's authority into each namespace. Source: kubernetes, pkg/controller/certificates/rootcacertpublisher.
package struct RootCertificateController: Controller {
    package typealias Primary = NamespaceFields
    package static let name = "root-ca-certificate-publisher-controller"
    package static let watches = [
        // By the key: most ConfigMaps are others, and nobody else looks into them.
        Watch(prefix: ConfigMapFields.kind.prefix) { change, _ in
            change.isNamed(configMap) ? [NamespaceFields.kind.key(nil, change.namespace)] : []
        }
    ]
    package static let writes: Set<Kind> = [ConfigMapFields.kind]
    private static let configMap = "kube-root-ca.crt"
    private static let description =
        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."
    private let certificate: String
    /// Publishes this PEM text.
    package init(certificate: String) { self.certificate = certificate }

    package func reconcile(_ namespace: Namespace, in world: World) throws -> Plan {
        guard !namespace.isDeleting else { return Plan() }
        guard let present = world.get(ConfigMap.self, Self.configMap, in: namespace.name) else {
            let metadata: Value = [
                "name": .string(Self.configMap), "namespace": .string(namespace.name),
                "annotations": ["kubernetes.io/description": .string(Self.description)],
            ]
            return Plan([.create(ConfigMapFields.kind, ["metadata": metadata, "data": ["ca.crt": .string(certificate)]])])
        }
        if present.data == ["ca.crt": certificate] { return Plan() }
        var updated = present
        updated.data = ["ca.crt": certificate]
        return Plan([.update(ConfigMapFields.kind, updated.value)])
    }
}
