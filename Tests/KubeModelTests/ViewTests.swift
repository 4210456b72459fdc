import Documents
import Testing

@testable import KubeModel

/// Every declared view with the type whose fields it shows.
private let views: [(any Fields.Type, String)] = [
    (PodFields.self, "io.k8s.api.core.v1.Pod"),
    (PodSpecFields.self, "io.k8s.api.core.v1.PodSpec"),
    (PodStatusFields.self, "io.k8s.api.core.v1.PodStatus"),
    (PodConditionFields.self, "io.k8s.api.core.v1.PodCondition"),
    (PodTemplateSpecFields.self, "io.k8s.api.core.v1.PodTemplateSpec"),
    (PodReadinessGateFields.self, "io.k8s.api.core.v1.PodReadinessGate"),
    (PodIPFields.self, "io.k8s.api.core.v1.PodIP"),
    (HostIPFields.self, "io.k8s.api.core.v1.HostIP"),
    (TolerationFields.self, "io.k8s.api.core.v1.Toleration"),
    (TopologySpreadConstraintFields.self, "io.k8s.api.core.v1.TopologySpreadConstraint"),
    (ContainerFields.self, "io.k8s.api.core.v1.Container"),
    (ContainerPortFields.self, "io.k8s.api.core.v1.ContainerPort"),
    (ResourceRequirementsFields.self, "io.k8s.api.core.v1.ResourceRequirements"),
    (EnvironmentVariableFields.self, "io.k8s.api.core.v1.EnvVar"),
    (ProbeFields.self, "io.k8s.api.core.v1.Probe"),
    (ContainerStatusFields.self, "io.k8s.api.core.v1.ContainerStatus"),
    (ContainerStateFields.self, "io.k8s.api.core.v1.ContainerState"),
    (ContainerStateWaitingFields.self, "io.k8s.api.core.v1.ContainerStateWaiting"),
    (ContainerStateRunningFields.self, "io.k8s.api.core.v1.ContainerStateRunning"),
    (ContainerStateTerminatedFields.self, "io.k8s.api.core.v1.ContainerStateTerminated"),
    (VolumeFields.self, "io.k8s.api.core.v1.Volume"),
    (VolumeMountFields.self, "io.k8s.api.core.v1.VolumeMount"),
    (LabelSelectorSpecFields.self, "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"),
    (LabelSelectorRequirementFields.self, "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement"),
    (AffinityFields.self, "io.k8s.api.core.v1.Affinity"),
    (NodeAffinityFields.self, "io.k8s.api.core.v1.NodeAffinity"),
    (NodeSelectorFields.self, "io.k8s.api.core.v1.NodeSelector"),
    (NodeSelectorTermFields.self, "io.k8s.api.core.v1.NodeSelectorTerm"),
    (NodeSelectorRequirementFields.self, "io.k8s.api.core.v1.NodeSelectorRequirement"),
    (PreferredSchedulingTermFields.self, "io.k8s.api.core.v1.PreferredSchedulingTerm"),
    (PodAffinityFields.self, "io.k8s.api.core.v1.PodAffinity"),
    (PodAntiAffinityFields.self, "io.k8s.api.core.v1.PodAntiAffinity"),
    (PodAffinityTermFields.self, "io.k8s.api.core.v1.PodAffinityTerm"),
    (WeightedPodAffinityTermFields.self, "io.k8s.api.core.v1.WeightedPodAffinityTerm"),
    (NodeFields.self, "io.k8s.api.core.v1.Node"),
    (NodeSpecFields.self, "io.k8s.api.core.v1.NodeSpec"),
    (TaintFields.self, "io.k8s.api.core.v1.Taint"),
    (NodeStatusFields.self, "io.k8s.api.core.v1.NodeStatus"),
    (NodeAddressFields.self, "io.k8s.api.core.v1.NodeAddress"),
    (NodeConditionFields.self, "io.k8s.api.core.v1.NodeCondition"),
    (NodeSystemInfoFields.self, "io.k8s.api.core.v1.NodeSystemInfo"),
    (ContainerImageFields.self, "io.k8s.api.core.v1.ContainerImage"),
    (NamespaceFields.self, "io.k8s.api.core.v1.Namespace"),
    (NamespaceSpecFields.self, "io.k8s.api.core.v1.NamespaceSpec"),
    (NamespaceStatusFields.self, "io.k8s.api.core.v1.NamespaceStatus"),
    (NamespaceConditionFields.self, "io.k8s.api.core.v1.NamespaceCondition"),
    (ConfigMapFields.self, "io.k8s.api.core.v1.ConfigMap"),
    (SecretFields.self, "io.k8s.api.core.v1.Secret"),
    (ServiceAccountFields.self, "io.k8s.api.core.v1.ServiceAccount"),
    (ObjectReferenceFields.self, "io.k8s.api.core.v1.ObjectReference"),
    (LocalObjectReferenceFields.self, "io.k8s.api.core.v1.LocalObjectReference"),
    (EventFields.self, "io.k8s.api.core.v1.Event"),
    (EventSourceFields.self, "io.k8s.api.core.v1.EventSource"),
    (EventSeriesFields.self, "io.k8s.api.core.v1.EventSeries"),
    (ReplicationControllerFields.self, "io.k8s.api.core.v1.ReplicationController"),
    (ReplicationControllerSpecFields.self, "io.k8s.api.core.v1.ReplicationControllerSpec"),
    (ReplicationControllerStatusFields.self, "io.k8s.api.core.v1.ReplicationControllerStatus"),
    (ResourceQuotaFields.self, "io.k8s.api.core.v1.ResourceQuota"),
    (ResourceQuotaSpecFields.self, "io.k8s.api.core.v1.ResourceQuotaSpec"),
    (ResourceQuotaStatusFields.self, "io.k8s.api.core.v1.ResourceQuotaStatus"),
    (LeaseFields.self, "io.k8s.api.coordination.v1.Lease"),
    (LeaseSpecFields.self, "io.k8s.api.coordination.v1.LeaseSpec"),
    (PriorityClassFields.self, "io.k8s.api.scheduling.v1.PriorityClass"),
    (ConditionFields.self, "io.k8s.apimachinery.pkg.apis.meta.v1.Condition"),
    (ServiceFields.self, "io.k8s.api.core.v1.Service"),
    (ServiceSpecFields.self, "io.k8s.api.core.v1.ServiceSpec"),
    (ServicePortFields.self, "io.k8s.api.core.v1.ServicePort"),
    (ServiceStatusFields.self, "io.k8s.api.core.v1.ServiceStatus"),
    (LoadBalancerStatusFields.self, "io.k8s.api.core.v1.LoadBalancerStatus"),
    (LoadBalancerIngressFields.self, "io.k8s.api.core.v1.LoadBalancerIngress"),
    (EndpointSliceFields.self, "io.k8s.api.discovery.v1.EndpointSlice"),
    (EndpointFields.self, "io.k8s.api.discovery.v1.Endpoint"),
    (EndpointConditionsFields.self, "io.k8s.api.discovery.v1.EndpointConditions"),
    (EndpointSlicePortFields.self, "io.k8s.api.discovery.v1.EndpointPort"),
    (EndpointsFields.self, "io.k8s.api.core.v1.Endpoints"),
    (EndpointSubsetFields.self, "io.k8s.api.core.v1.EndpointSubset"),
    (EndpointAddressFields.self, "io.k8s.api.core.v1.EndpointAddress"),
    (EndpointPortFields.self, "io.k8s.api.core.v1.EndpointPort"),
    (IngressFields.self, "io.k8s.api.networking.v1.Ingress"),
    (NetworkPolicyFields.self, "io.k8s.api.networking.v1.NetworkPolicy"),
    (ReplicaSetFields.self, "io.k8s.api.apps.v1.ReplicaSet"),
    (ReplicaSetSpecFields.self, "io.k8s.api.apps.v1.ReplicaSetSpec"),
    (ReplicaSetStatusFields.self, "io.k8s.api.apps.v1.ReplicaSetStatus"),
    (ReplicaSetConditionFields.self, "io.k8s.api.apps.v1.ReplicaSetCondition"),
    (DeploymentFields.self, "io.k8s.api.apps.v1.Deployment"),
    (DeploymentSpecFields.self, "io.k8s.api.apps.v1.DeploymentSpec"),
    (DeploymentStrategyFields.self, "io.k8s.api.apps.v1.DeploymentStrategy"),
    (RollingUpdateDeploymentFields.self, "io.k8s.api.apps.v1.RollingUpdateDeployment"),
    (DeploymentStatusFields.self, "io.k8s.api.apps.v1.DeploymentStatus"),
    (DeploymentConditionFields.self, "io.k8s.api.apps.v1.DeploymentCondition"),
    (StatefulSetFields.self, "io.k8s.api.apps.v1.StatefulSet"),
    (StatefulSetSpecFields.self, "io.k8s.api.apps.v1.StatefulSetSpec"),
    (StatefulSetUpdateStrategyFields.self, "io.k8s.api.apps.v1.StatefulSetUpdateStrategy"),
    (RollingUpdateStatefulSetFields.self, "io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy"),
    (StatefulSetStatusFields.self, "io.k8s.api.apps.v1.StatefulSetStatus"),
    (StatefulSetConditionFields.self, "io.k8s.api.apps.v1.StatefulSetCondition"),
    (DaemonSetFields.self, "io.k8s.api.apps.v1.DaemonSet"),
    (DaemonSetSpecFields.self, "io.k8s.api.apps.v1.DaemonSetSpec"),
    (DaemonSetUpdateStrategyFields.self, "io.k8s.api.apps.v1.DaemonSetUpdateStrategy"),
    (RollingUpdateDaemonSetFields.self, "io.k8s.api.apps.v1.RollingUpdateDaemonSet"),
    (DaemonSetStatusFields.self, "io.k8s.api.apps.v1.DaemonSetStatus"),
    (DaemonSetConditionFields.self, "io.k8s.api.apps.v1.DaemonSetCondition"),
    (ControllerRevisionFields.self, "io.k8s.api.apps.v1.ControllerRevision"),
    (JobFields.self, "io.k8s.api.batch.v1.Job"),
    (JobSpecFields.self, "io.k8s.api.batch.v1.JobSpec"),
    (JobStatusFields.self, "io.k8s.api.batch.v1.JobStatus"),
    (JobConditionFields.self, "io.k8s.api.batch.v1.JobCondition"),
    (CronJobFields.self, "io.k8s.api.batch.v1.CronJob"),
    (CronJobSpecFields.self, "io.k8s.api.batch.v1.CronJobSpec"),
    (JobTemplateSpecFields.self, "io.k8s.api.batch.v1.JobTemplateSpec"),
    (CronJobStatusFields.self, "io.k8s.api.batch.v1.CronJobStatus"),
    (PodDisruptionBudgetFields.self, "io.k8s.api.policy.v1.PodDisruptionBudget"),
    (PodDisruptionBudgetSpecFields.self, "io.k8s.api.policy.v1.PodDisruptionBudgetSpec"),
    (PodDisruptionBudgetStatusFields.self, "io.k8s.api.policy.v1.PodDisruptionBudgetStatus"),
    (HorizontalPodAutoscalerFields.self, "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler"),
    (CertificateSigningRequestFields.self, "io.k8s.api.certificates.v1.CertificateSigningRequest"),
    (CertificateSigningRequestSpecFields.self, "io.k8s.api.certificates.v1.CertificateSigningRequestSpec"),
    (CertificateSigningRequestStatusFields.self, "io.k8s.api.certificates.v1.CertificateSigningRequestStatus"),
    (CertificateSigningRequestConditionFields.self, "io.k8s.api.certificates.v1.CertificateSigningRequestCondition"),
    (RoleFields.self, "io.k8s.api.rbac.v1.Role"),
    (ClusterRoleFields.self, "io.k8s.api.rbac.v1.ClusterRole"),
    (PolicyRuleFields.self, "io.k8s.api.rbac.v1.PolicyRule"),
    (AggregationRuleFields.self, "io.k8s.api.rbac.v1.AggregationRule"),
    (RoleBindingFields.self, "io.k8s.api.rbac.v1.RoleBinding"),
    (ClusterRoleBindingFields.self, "io.k8s.api.rbac.v1.ClusterRoleBinding"),
    (RoleRefFields.self, "io.k8s.api.rbac.v1.RoleRef"),
    (SubjectFields.self, "io.k8s.api.rbac.v1.Subject"),
    (PersistentVolumeClaimFields.self, "io.k8s.api.core.v1.PersistentVolumeClaim"),
    (PersistentVolumeClaimSpecFields.self, "io.k8s.api.core.v1.PersistentVolumeClaimSpec"),
    (PersistentVolumeClaimStatusFields.self, "io.k8s.api.core.v1.PersistentVolumeClaimStatus"),
    (VolumeResourceRequirementsFields.self, "io.k8s.api.core.v1.VolumeResourceRequirements"),
    (PersistentVolumeFields.self, "io.k8s.api.core.v1.PersistentVolume"),
    (PersistentVolumeSpecFields.self, "io.k8s.api.core.v1.PersistentVolumeSpec"),
    (PersistentVolumeStatusFields.self, "io.k8s.api.core.v1.PersistentVolumeStatus"),
    (StorageClassFields.self, "io.k8s.api.storage.v1.StorageClass"),
    (MetadataFields.self, "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"),
    (OwnerReferenceFields.self, "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference"),
]

@Suite struct ViewTests {
    @Test(arguments: views.indices) func everyDeclaredFieldIsInTheSchemaWithItsType(_ index: Int) throws {
        let (fields, name) = views[index]
        let type = try #require(Schema.kubernetes.type(name), "no type \(name)")
        for child in Mirror(reflecting: fields.init()).children {
            let label = try #require(child.label)
            let field = try #require(type.field(label), "\(name) has no field \(label)")
            let declared = String(describing: Swift.type(of: child.value))
            let content = declared.drop { $0 != "," }.dropFirst(2).dropLast()
            let accepted = swiftNames(field.type)
            #expect(accepted.contains { $0 == content || ($0 == "View" && content.hasPrefix("View<")) }, "\(name).\(label) is \(content)")
        }
    }

    @Test(arguments: views.indices) func everyStoredKindIsInTheKindTable(_ index: Int) throws {
        guard let fields = views[index].0 as? any KindFields.Type else { return }
        let info = try #require(KindTable.kubernetes.find(fields.kind))
        #expect(info.storage == fields.kind)
        #expect(info.typeName == views[index].1)
    }

    private func swiftNames(_ type: FieldType) -> [String] {
        switch type {
        case .string, .bytes, .time, .microTime: ["String"]
        case .bool: ["Bool"]
        case .int32, .int64: ["Int"]
        case .double: ["Double"]
        case .quantity: ["Quantity"]
        case .intOrString: ["IntOrString"]
        case .any, .anyObject: ["Value"]
        case .object: ["View", "Value"]
        case .list(let element): ["Array<\(list(element))>", "Array<Value>"]
        case .map(let element): ["Dictionary<String, \(list(element))>", "Value"]
        }
    }
    private func list(_ type: FieldType) -> String {
        if case .object(let id) = type {
            if let index = views.firstIndex(where: { $0.1 == Schema.kubernetes[id].name }) { return "View<\(views[index].0)>" }
            return Schema.kubernetes[id].shortName == "EphemeralContainer" ? "View<ContainerFields>" : "Value"
        }
        return swiftNames(type)[0]
    }
}
