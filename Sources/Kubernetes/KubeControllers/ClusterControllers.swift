package import Control
package import Cryptography
package import Reconcile

/// The controllers of a cluster's control plane.
package enum ClusterControllers {
    /// All of them. `rootCertificate` is the PEM of the cluster's authority; nodes get their grace from `startedAt` on, when this control
    /// plane began to listen to them. Autoscaling's effects are for an `AutoscalerPerformer`. Certificate requests are signed only when the authority itself
    /// is given, and Secrets get tokens only with `tokenKey`, which signs those of service accounts.
    package static func all(
        rootCertificate: String, authority: CertificateAuthority? = nil, tokenKey: PrivateKey? = nil,
        startedAt: Timestamp = SystemClock().now
    ) -> [any Controller] {
        let signers: [any Controller] = authority.map { [CertificateSigner(authority: $0)] } ?? []
        let tokens: [any Controller] = tokenKey.map { [TokenSecretController(key: $0, certificate: rootCertificate)] } ?? []
        return signers + tokens + [
            DeploymentController(),
            ReplicaSetController(),
            ReplicationManager(),
            StatefulSetController(),
            DaemonSetController(),
            JobController(),
            TTLAfterFinishedController(),
            CronJobController(),
            DisruptionController(),
            StaleDisruptionController(),
            HorizontalAutoscaler(),
            ClaimBinder(),
            VolumeController(),
            ClaimProtection(),
            PodClaimsController(),
            DeviceReleaseController(),
            DeviceTaintEvictionController(),
            EphemeralVolumeController(),
            AttachmentController(),
            NodeAttachments(),
            EndpointSliceController(),
            EndpointsController(),
            EndpointMirror(),
            AddressController(),
            ServiceRangeController(),
            NamespaceController(),
            ResourceQuotaController(),
            ServiceAccountController(),
            TokenSecretCleaner(),
            RootCertificateController(certificate: rootCertificate),
            GarbageCollector(),
            NodeLifecycleController(startedAt: startedAt),
            TaintEvictionController(),
            NodeTTLController(),
            PodGarbageCollector(),
            ClusterRoleAggregationController(),
        ]
    }
}
