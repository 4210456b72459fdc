package import Control
package import Reconcile

/// The controllers of a cluster's control plane.
package enum ClusterControllers {
    /// All of them. `rootCertificate` is the PEM of the cluster's authority; nodes get their grace from `startedAt` on, when this control
    /// plane began to listen to them.
    package static func all(rootCertificate: String, startedAt: Timestamp = SystemClock().now) -> [any Controller] {
        [
            DeploymentController(),
            ReplicaSetController(),
            ReplicationManager(),
            StatefulSetController(),
            DaemonSetController(),
            JobController(),
            TTLAfterFinishedController(),
            CronJobController(),
            DisruptionController(),
            ClaimBinder(),
            VolumeController(),
            ClaimProtection(),
            EndpointSliceController(),
            EndpointsController(),
            NamespaceController(),
            ServiceAccountController(),
            RootCertificateController(certificate: rootCertificate),
            GarbageCollector(),
            NodeLifecycleController(startedAt: startedAt),
            TaintEvictionController(),
            PodGarbageCollector(),
            ClusterRoleAggregationController(),
        ]
    }
}
