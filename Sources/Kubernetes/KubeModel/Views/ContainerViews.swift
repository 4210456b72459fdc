package import Documents

/// One container of a pod.
package typealias Container = View<ContainerFields>
/// The fields of that. Source: Container of Kubernetes 1.36.
package struct ContainerFields: Fields {
    package init() {}
    package let args = Field<Self, [String]>("args"), command = Field<Self, [String]>("command")
    package let env = Field<Self, [View<EnvironmentVariableFields>]>("env"), image = Field<Self, String>("image")
    package let imagePullPolicy = Field<Self, String>("imagePullPolicy"), lifecycle = Field<Self, Value>("lifecycle")
    package let livenessProbe = Field<Self, View<ProbeFields>>("livenessProbe"), name = Field<Self, String>("name")
    package let ports = Field<Self, [View<ContainerPortFields>]>("ports")
    package let readinessProbe = Field<Self, View<ProbeFields>>("readinessProbe")
    package let resources = Field<Self, View<ResourceRequirementsFields>>("resources")
    package let restartPolicy = Field<Self, String>("restartPolicy")
    package let startupProbe = Field<Self, View<ProbeFields>>("startupProbe")
    package let terminationMessagePath = Field<Self, String>("terminationMessagePath")
    package let volumeMounts = Field<Self, [View<VolumeMountFields>]>("volumeMounts")
    package let workingDir = Field<Self, String>("workingDir")
}

/// A port that a container exposes.
package typealias ContainerPort = View<ContainerPortFields>
/// The fields of that. Source: ContainerPort of Kubernetes 1.36.
package struct ContainerPortFields: Fields {
    package init() {}
    package let containerPort = Field<Self, Int>("containerPort"), hostIP = Field<Self, String>("hostIP")
    package let hostPort = Field<Self, Int>("hostPort"), name = Field<Self, String>("name")
    package let `protocol` = Field<Self, String>("protocol")
}

/// What a container asks for and may use.
package typealias ResourceRequirements = View<ResourceRequirementsFields>
/// The fields of that. Source: ResourceRequirements of Kubernetes 1.36.
package struct ResourceRequirementsFields: Fields {
    package init() {}
    package let limits = Field<Self, [String: Quantity]>("limits"), requests = Field<Self, [String: Quantity]>("requests")
}

/// One variable of a container's environment.
package typealias EnvironmentVariable = View<EnvironmentVariableFields>
/// The fields of that. Source: EnvVar of Kubernetes 1.36.
package struct EnvironmentVariableFields: Fields {
    package init() {}
    package let name = Field<Self, String>("name"), value = Field<Self, String>("value")
}

/// A check of a container.
package typealias Probe = View<ProbeFields>
/// The fields of that. Source: Probe of Kubernetes 1.36.
package struct ProbeFields: Fields {
    package init() {}
    package let exec = Field<Self, Value>("exec"), failureThreshold = Field<Self, Int>("failureThreshold")
    package let httpGet = Field<Self, Value>("httpGet"), initialDelaySeconds = Field<Self, Int>("initialDelaySeconds")
    package let periodSeconds = Field<Self, Int>("periodSeconds"), successThreshold = Field<Self, Int>("successThreshold")
    package let tcpSocket = Field<Self, Value>("tcpSocket")
    package let terminationGracePeriodSeconds = Field<Self, Int>("terminationGracePeriodSeconds")
    package let timeoutSeconds = Field<Self, Int>("timeoutSeconds")
}

/// What a container is.
package typealias ContainerStatus = View<ContainerStatusFields>
/// The fields of that. Source: ContainerStatus of Kubernetes 1.36.
package struct ContainerStatusFields: Fields {
    package init() {}
    package let containerID = Field<Self, String>("containerID"), image = Field<Self, String>("image")
    package let imageID = Field<Self, String>("imageID"), lastState = Field<Self, View<ContainerStateFields>>("lastState")
    package let name = Field<Self, String>("name"), ready = Field<Self, Bool>("ready")
    package let restartCount = Field<Self, Int>("restartCount"), started = Field<Self, Bool>("started")
    package let state = Field<Self, View<ContainerStateFields>>("state")
}

/// The state of a container: at most one member is there.
package typealias ContainerState = View<ContainerStateFields>
/// The fields of that. Source: ContainerState of Kubernetes 1.36.
package struct ContainerStateFields: Fields {
    package init() {}
    package let running = Field<Self, View<ContainerStateRunningFields>>("running")
    package let terminated = Field<Self, View<ContainerStateTerminatedFields>>("terminated")
    package let waiting = Field<Self, View<ContainerStateWaitingFields>>("waiting")
}

/// Why a container does not run yet.
package typealias ContainerStateWaiting = View<ContainerStateWaitingFields>
/// The fields of that. Source: ContainerStateWaiting of Kubernetes 1.36.
package struct ContainerStateWaitingFields: Fields {
    package init() {}
    package let message = Field<Self, String>("message"), reason = Field<Self, String>("reason")
}

/// Since when a container runs.
package typealias ContainerStateRunning = View<ContainerStateRunningFields>
/// The fields of that. Source: ContainerStateRunning of Kubernetes 1.36.
package struct ContainerStateRunningFields: Fields {
    package init() {}
    package let startedAt = Field<Self, String>("startedAt")
}

/// How a container ended.
package typealias ContainerStateTerminated = View<ContainerStateTerminatedFields>
/// The fields of that. Source: ContainerStateTerminated of Kubernetes 1.36.
package struct ContainerStateTerminatedFields: Fields {
    package init() {}
    package let containerID = Field<Self, String>("containerID"), exitCode = Field<Self, Int>("exitCode")
    package let finishedAt = Field<Self, String>("finishedAt"), message = Field<Self, String>("message")
    package let reason = Field<Self, String>("reason"), signal = Field<Self, Int>("signal")
    package let startedAt = Field<Self, String>("startedAt")
}

/// One volume of a pod.
package typealias Volume = View<VolumeFields>
/// The fields of that. Source: Volume of Kubernetes 1.36.
package struct VolumeFields: Fields {
    package init() {}
    package let configMap = Field<Self, Value>("configMap"), emptyDir = Field<Self, Value>("emptyDir")
    package let hostPath = Field<Self, Value>("hostPath"), name = Field<Self, String>("name")
    package let persistentVolumeClaim = Field<Self, Value>("persistentVolumeClaim"), projected = Field<Self, Value>("projected")
    package let secret = Field<Self, Value>("secret")
}

/// Where a volume is mounted.
package typealias VolumeMount = View<VolumeMountFields>
/// The fields of that. Source: VolumeMount of Kubernetes 1.36.
package struct VolumeMountFields: Fields {
    package init() {}
    package let mountPath = Field<Self, String>("mountPath"), name = Field<Self, String>("name")
    package let readOnly = Field<Self, Bool>("readOnly"), subPath = Field<Self, String>("subPath")
}
