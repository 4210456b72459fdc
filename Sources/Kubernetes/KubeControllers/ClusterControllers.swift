package import Control
import KubeModel
package import Reconcile

/// The controllers of a cluster's control plane.
package enum ClusterControllers {
    /// All of them. `rootCertificate` is the PEM of the cluster's authority; nodes get their grace from `startedAt` on, when this control
    /// plane began to listen to them.
    package static func all(rootCertificate: String, startedAt: Timestamp = Timestamp(seconds: 0)) -> [any Controller] {
        [DeploymentController(), ReplicaSetController()]
    }
}
