// Written by Tools/generate-cri-messages.py from the Container Runtime Interface v1 and containerd's events.

/// Values of ContainerState.
package enum ContainerState: Int, WireEnumeration {
    case created = 0
    case running = 1
    case exited = 2
    case unknown = 3
}
/// Values of MountPropagation.
package enum MountPropagation: Int, WireEnumeration {
    case `private` = 0
    case hostToContainer = 1
    case bidirectional = 2
}
/// Values of NamespaceMode.
package enum NamespaceMode: Int, WireEnumeration {
    case pod = 0
    case container = 1
    case node = 2
    case target = 3
}
/// Values of PodSandboxState.
package enum PodSandboxState: Int, WireEnumeration {
    case ready = 0
    case notready = 1
}
/// Values of ProfileType.
package enum ProfileType: Int, WireEnumeration {
    case runtimedefault = 0
    case unconfined = 1
    case localhost = 2
}
/// Values of Protocol.
package enum Protocol: Int, WireEnumeration {
    case tcp = 0
    case udp = 1
    case sctp = 2
}
/// Values of SupplementalGroupsPolicy.
package enum SupplementalGroupsPolicy: Int, WireEnumeration {
    case merge = 0
    case strict = 1
}
/// Fields of Any.
package struct AnyFields: MessageFields {
    package let typeUrl = WireField<String>(1)
    package let value = WireField<[UInt8]>(2)
    package init() {}
}
/// Fields of AttachRequest.
package struct AttachRequestFields: MessageFields {
    package let containerId = WireField<String>(1)
    package let stdin = WireField<Bool>(2)
    package let tty = WireField<Bool>(3)
    package let stdout = WireField<Bool>(4)
    package let stderr = WireField<Bool>(5)
    package init() {}
}
/// Fields of AttachResponse.
package struct AttachResponseFields: MessageFields {
    package let url = WireField<String>(1)
    package init() {}
}
/// Fields of AuthConfig.
package struct AuthConfigFields: MessageFields {
    package let username = WireField<String>(1)
    package let password = WireField<String>(2)
    package let auth = WireField<String>(3)
    package let serverAddress = WireField<String>(4)
    package let identityToken = WireField<String>(5)
    package let registryToken = WireField<String>(6)
    package init() {}
}
/// Fields of CDIDevice.
package struct CDIDeviceFields: MessageFields {
    package let name = WireField<String>(1)
    package init() {}
}
/// Fields of Capability.
package struct CapabilityFields: MessageFields {
    package let addCapabilities = WireField<[String]>(1)
    package let dropCapabilities = WireField<[String]>(2)
    package let addAmbientCapabilities = WireField<[String]>(3)
    package init() {}
}
/// Fields of Container.
package struct ContainerFields: MessageFields {
    package let id = WireField<String>(1)
    package let podSandboxId = WireField<String>(2)
    package let metadata = WireField<Message<ContainerMetadataFields>>(3)
    package let image = WireField<Message<ImageSpecFields>>(4)
    package let imageRef = WireField<String>(5)
    package let state = WireField<ContainerState>(6)
    package let createdAt = WireField<Int>(7)
    package let labels = WireField<[String: String]>(8)
    package let annotations = WireField<[String: String]>(9)
    package let imageId = WireField<String>(10)
    package init() {}
}
/// Fields of ContainerAttributes.
package struct ContainerAttributesFields: MessageFields {
    package let id = WireField<String>(1)
    package let metadata = WireField<Message<ContainerMetadataFields>>(2)
    package let labels = WireField<[String: String]>(3)
    package let annotations = WireField<[String: String]>(4)
    package init() {}
}
/// Fields of ContainerConfig.
package struct ContainerConfigFields: MessageFields {
    package let metadata = WireField<Message<ContainerMetadataFields>>(1)
    package let image = WireField<Message<ImageSpecFields>>(2)
    package let command = WireField<[String]>(3)
    package let args = WireField<[String]>(4)
    package let workingDir = WireField<String>(5)
    package let envs = WireField<[Message<KeyValueFields>]>(6)
    package let mounts = WireField<[Message<MountFields>]>(7)
    package let devices = WireField<[Message<DeviceFields>]>(8)
    package let labels = WireField<[String: String]>(9)
    package let annotations = WireField<[String: String]>(10)
    package let logPath = WireField<String>(11)
    package let stdin = WireField<Bool>(12)
    package let stdinOnce = WireField<Bool>(13)
    package let tty = WireField<Bool>(14)
    package let linux = WireField<Message<LinuxContainerConfigFields>>(15)
    package let cdiDevices = WireField<[Message<CDIDeviceFields>]>(17)
    package init() {}
}
/// Fields of ContainerFilter.
package struct ContainerFilterFields: MessageFields {
    package let id = WireField<String>(1)
    package let state = WireField<Message<ContainerStateValueFields>>(2)
    package let podSandboxId = WireField<String>(3)
    package let labelSelector = WireField<[String: String]>(4)
    package init() {}
}
/// Fields of ContainerMetadata.
package struct ContainerMetadataFields: MessageFields {
    package let name = WireField<String>(1)
    package let attempt = WireField<Int>(2)
    package init() {}
}
/// Fields of ContainerResources.
package struct ContainerResourcesFields: MessageFields {
    package let linux = WireField<Message<LinuxContainerResourcesFields>>(1)
    package init() {}
}
/// Fields of ContainerStateValue.
package struct ContainerStateValueFields: MessageFields {
    package let state = WireField<ContainerState>(1)
    package init() {}
}
/// Fields of ContainerStats.
package struct ContainerStatsFields: MessageFields {
    package let attributes = WireField<Message<ContainerAttributesFields>>(1)
    package let cpu = WireField<Message<CpuUsageFields>>(2)
    package let memory = WireField<Message<MemoryUsageFields>>(3)
    package let writableLayer = WireField<Message<FilesystemUsageFields>>(4)
    package let swap = WireField<Message<SwapUsageFields>>(5)
    package init() {}
}
/// Fields of ContainerStatsFilter.
package struct ContainerStatsFilterFields: MessageFields {
    package let id = WireField<String>(1)
    package let podSandboxId = WireField<String>(2)
    package let labelSelector = WireField<[String: String]>(3)
    package init() {}
}
/// Fields of ContainerStatus.
package struct ContainerStatusFields: MessageFields {
    package let id = WireField<String>(1)
    package let metadata = WireField<Message<ContainerMetadataFields>>(2)
    package let state = WireField<ContainerState>(3)
    package let createdAt = WireField<Int>(4)
    package let startedAt = WireField<Int>(5)
    package let finishedAt = WireField<Int>(6)
    package let exitCode = WireField<Int>(7)
    package let image = WireField<Message<ImageSpecFields>>(8)
    package let imageRef = WireField<String>(9)
    package let reason = WireField<String>(10)
    package let message = WireField<String>(11)
    package let labels = WireField<[String: String]>(12)
    package let annotations = WireField<[String: String]>(13)
    package let mounts = WireField<[Message<MountFields>]>(14)
    package let logPath = WireField<String>(15)
    package let resources = WireField<Message<ContainerResourcesFields>>(16)
    package let imageId = WireField<String>(17)
    package let user = WireField<Message<ContainerUserFields>>(18)
    package init() {}
}
/// Fields of ContainerStatusRequest.
package struct ContainerStatusRequestFields: MessageFields {
    package let containerId = WireField<String>(1)
    package let verbose = WireField<Bool>(2)
    package init() {}
}
/// Fields of ContainerStatusResponse.
package struct ContainerStatusResponseFields: MessageFields {
    package let status = WireField<Message<ContainerStatusFields>>(1)
    package let info = WireField<[String: String]>(2)
    package init() {}
}
/// Fields of ContainerUser.
package struct ContainerUserFields: MessageFields {
    package let linux = WireField<Message<LinuxContainerUserFields>>(1)
    package init() {}
}
/// Fields of CpuUsage.
package struct CpuUsageFields: MessageFields {
    package let timestamp = WireField<Int>(1)
    package let usageCoreNanoSeconds = WireField<Message<UInt64ValueFields>>(2)
    package let usageNanoCores = WireField<Message<UInt64ValueFields>>(3)
    package init() {}
}
/// Fields of CreateContainerRequest.
package struct CreateContainerRequestFields: MessageFields {
    package let podSandboxId = WireField<String>(1)
    package let config = WireField<Message<ContainerConfigFields>>(2)
    package let sandboxConfig = WireField<Message<PodSandboxConfigFields>>(3)
    package init() {}
}
/// Fields of CreateContainerResponse.
package struct CreateContainerResponseFields: MessageFields {
    package let containerId = WireField<String>(1)
    package init() {}
}
/// Fields of DNSConfig.
package struct DNSConfigFields: MessageFields {
    package let servers = WireField<[String]>(1)
    package let searches = WireField<[String]>(2)
    package let options = WireField<[String]>(3)
    package init() {}
}
/// Fields of Device.
package struct DeviceFields: MessageFields {
    package let containerPath = WireField<String>(1)
    package let hostPath = WireField<String>(2)
    package let permissions = WireField<String>(3)
    package init() {}
}
/// Fields of Envelope.
package struct EnvelopeFields: MessageFields {
    package let timestamp = WireField<Message<TimestampFields>>(1)
    package let namespace = WireField<String>(2)
    package let topic = WireField<String>(3)
    package let event = WireField<Message<AnyFields>>(4)
    package init() {}
}
/// Fields of ExecRequest.
package struct ExecRequestFields: MessageFields {
    package let containerId = WireField<String>(1)
    package let cmd = WireField<[String]>(2)
    package let tty = WireField<Bool>(3)
    package let stdin = WireField<Bool>(4)
    package let stdout = WireField<Bool>(5)
    package let stderr = WireField<Bool>(6)
    package init() {}
}
/// Fields of ExecResponse.
package struct ExecResponseFields: MessageFields {
    package let url = WireField<String>(1)
    package init() {}
}
/// Fields of ExecSyncRequest.
package struct ExecSyncRequestFields: MessageFields {
    package let containerId = WireField<String>(1)
    package let cmd = WireField<[String]>(2)
    package let timeout = WireField<Int>(3)
    package init() {}
}
/// Fields of ExecSyncResponse.
package struct ExecSyncResponseFields: MessageFields {
    package let stdout = WireField<[UInt8]>(1)
    package let stderr = WireField<[UInt8]>(2)
    package let exitCode = WireField<Int>(3)
    package init() {}
}
/// Fields of FilesystemIdentifier.
package struct FilesystemIdentifierFields: MessageFields {
    package let mountpoint = WireField<String>(1)
    package init() {}
}
/// Fields of FilesystemUsage.
package struct FilesystemUsageFields: MessageFields {
    package let timestamp = WireField<Int>(1)
    package let fsId = WireField<Message<FilesystemIdentifierFields>>(2)
    package let usedBytes = WireField<Message<UInt64ValueFields>>(3)
    package let inodesUsed = WireField<Message<UInt64ValueFields>>(4)
    package init() {}
}
/// Fields of HugepageLimit.
package struct HugepageLimitFields: MessageFields {
    package let pageSize = WireField<String>(1)
    package let limit = WireField<Int>(2)
    package init() {}
}
/// Fields of IDMapping.
package struct IDMappingFields: MessageFields {
    package let hostId = WireField<Int>(1)
    package let containerId = WireField<Int>(2)
    package let length = WireField<Int>(3)
    package init() {}
}
/// Fields of Image.
package struct ImageFields: MessageFields {
    package let id = WireField<String>(1)
    package let repoTags = WireField<[String]>(2)
    package let repoDigests = WireField<[String]>(3)
    package let size = WireField<Int>(4)
    package let uid = WireField<Message<Int64ValueFields>>(5)
    package let username = WireField<String>(6)
    package let spec = WireField<Message<ImageSpecFields>>(7)
    package let pinned = WireField<Bool>(8)
    package init() {}
}
/// Fields of ImageFilter.
package struct ImageFilterFields: MessageFields {
    package let image = WireField<Message<ImageSpecFields>>(1)
    package init() {}
}
/// Fields of ImageFsInfoRequest.
package struct ImageFsInfoRequestFields: MessageFields {
    package init() {}
}
/// Fields of ImageFsInfoResponse.
package struct ImageFsInfoResponseFields: MessageFields {
    package let imageFilesystems = WireField<[Message<FilesystemUsageFields>]>(1)
    package let containerFilesystems = WireField<[Message<FilesystemUsageFields>]>(2)
    package init() {}
}
/// Fields of ImageSpec.
package struct ImageSpecFields: MessageFields {
    package let image = WireField<String>(1)
    package let annotations = WireField<[String: String]>(2)
    package let userSpecifiedImage = WireField<String>(18)
    package let runtimeHandler = WireField<String>(19)
    package init() {}
}
/// Fields of ImageStatusRequest.
package struct ImageStatusRequestFields: MessageFields {
    package let image = WireField<Message<ImageSpecFields>>(1)
    package let verbose = WireField<Bool>(2)
    package init() {}
}
/// Fields of ImageStatusResponse.
package struct ImageStatusResponseFields: MessageFields {
    package let image = WireField<Message<ImageFields>>(1)
    package let info = WireField<[String: String]>(2)
    package init() {}
}
/// Fields of Int64Value.
package struct Int64ValueFields: MessageFields {
    package let value = WireField<Int>(1)
    package init() {}
}
/// Fields of KeyValue.
package struct KeyValueFields: MessageFields {
    package let key = WireField<String>(1)
    package let value = WireField<String>(2)
    package init() {}
}
/// Fields of LinuxContainerConfig.
package struct LinuxContainerConfigFields: MessageFields {
    package let resources = WireField<Message<LinuxContainerResourcesFields>>(1)
    package let securityContext = WireField<Message<LinuxContainerSecurityContextFields>>(2)
    package init() {}
}
/// Fields of LinuxContainerResources.
package struct LinuxContainerResourcesFields: MessageFields {
    package let cpuPeriod = WireField<Int>(1)
    package let cpuQuota = WireField<Int>(2)
    package let cpuShares = WireField<Int>(3)
    package let memoryLimitInBytes = WireField<Int>(4)
    package let oomScoreAdj = WireField<Int>(5)
    package let cpusetCpus = WireField<String>(6)
    package let cpusetMems = WireField<String>(7)
    package let hugepageLimits = WireField<[Message<HugepageLimitFields>]>(8)
    package let unified = WireField<[String: String]>(9)
    package let memorySwapLimitInBytes = WireField<Int>(10)
    package init() {}
}
/// Fields of LinuxContainerSecurityContext.
package struct LinuxContainerSecurityContextFields: MessageFields {
    package let capabilities = WireField<Message<CapabilityFields>>(1)
    package let privileged = WireField<Bool>(2)
    package let namespaceOptions = WireField<Message<NamespaceOptionFields>>(3)
    package let selinuxOptions = WireField<Message<SELinuxOptionFields>>(4)
    package let runAsUser = WireField<Message<Int64ValueFields>>(5)
    package let runAsGroup = WireField<Message<Int64ValueFields>>(12)
    package let runAsUsername = WireField<String>(6)
    package let readonlyRootfs = WireField<Bool>(7)
    package let supplementalGroups = WireField<[Int]>(8)
    package let supplementalGroupsPolicy = WireField<SupplementalGroupsPolicy>(17)
    package let noNewPrivs = WireField<Bool>(11)
    package let maskedPaths = WireField<[String]>(13)
    package let readonlyPaths = WireField<[String]>(14)
    package let seccomp = WireField<Message<SecurityProfileFields>>(15)
    package let apparmor = WireField<Message<SecurityProfileFields>>(16)
    package let apparmorProfile = WireField<String>(9)
    package let seccompProfilePath = WireField<String>(10)
    package init() {}
}
/// Fields of LinuxContainerUser.
package struct LinuxContainerUserFields: MessageFields {
    package let uid = WireField<Int>(1)
    package let gid = WireField<Int>(2)
    package let supplementalGroups = WireField<[Int]>(3)
    package init() {}
}
/// Fields of LinuxPodSandboxConfig.
package struct LinuxPodSandboxConfigFields: MessageFields {
    package let cgroupParent = WireField<String>(1)
    package let securityContext = WireField<Message<LinuxSandboxSecurityContextFields>>(2)
    package let sysctls = WireField<[String: String]>(3)
    package let overhead = WireField<Message<LinuxContainerResourcesFields>>(4)
    package let resources = WireField<Message<LinuxContainerResourcesFields>>(5)
    package init() {}
}
/// Fields of LinuxPodSandboxStatus.
package struct LinuxPodSandboxStatusFields: MessageFields {
    package let namespaces = WireField<Message<NamespaceFields>>(1)
    package init() {}
}
/// Fields of LinuxSandboxSecurityContext.
package struct LinuxSandboxSecurityContextFields: MessageFields {
    package let namespaceOptions = WireField<Message<NamespaceOptionFields>>(1)
    package let selinuxOptions = WireField<Message<SELinuxOptionFields>>(2)
    package let runAsUser = WireField<Message<Int64ValueFields>>(3)
    package let runAsGroup = WireField<Message<Int64ValueFields>>(8)
    package let readonlyRootfs = WireField<Bool>(4)
    package let supplementalGroups = WireField<[Int]>(5)
    package let supplementalGroupsPolicy = WireField<SupplementalGroupsPolicy>(11)
    package let privileged = WireField<Bool>(6)
    package let seccomp = WireField<Message<SecurityProfileFields>>(9)
    package let apparmor = WireField<Message<SecurityProfileFields>>(10)
    package let seccompProfilePath = WireField<String>(7)
    package init() {}
}
/// Fields of ListContainerStatsRequest.
package struct ListContainerStatsRequestFields: MessageFields {
    package let filter = WireField<Message<ContainerStatsFilterFields>>(1)
    package init() {}
}
/// Fields of ListContainerStatsResponse.
package struct ListContainerStatsResponseFields: MessageFields {
    package let stats = WireField<[Message<ContainerStatsFields>]>(1)
    package init() {}
}
/// Fields of ListContainersRequest.
package struct ListContainersRequestFields: MessageFields {
    package let filter = WireField<Message<ContainerFilterFields>>(1)
    package init() {}
}
/// Fields of ListContainersResponse.
package struct ListContainersResponseFields: MessageFields {
    package let containers = WireField<[Message<ContainerFields>]>(1)
    package init() {}
}
/// Fields of ListImagesRequest.
package struct ListImagesRequestFields: MessageFields {
    package let filter = WireField<Message<ImageFilterFields>>(1)
    package init() {}
}
/// Fields of ListImagesResponse.
package struct ListImagesResponseFields: MessageFields {
    package let images = WireField<[Message<ImageFields>]>(1)
    package init() {}
}
/// Fields of ListPodSandboxRequest.
package struct ListPodSandboxRequestFields: MessageFields {
    package let filter = WireField<Message<PodSandboxFilterFields>>(1)
    package init() {}
}
/// Fields of ListPodSandboxResponse.
package struct ListPodSandboxResponseFields: MessageFields {
    package let items = WireField<[Message<PodSandboxFields>]>(1)
    package init() {}
}
/// Fields of MemoryUsage.
package struct MemoryUsageFields: MessageFields {
    package let timestamp = WireField<Int>(1)
    package let workingSetBytes = WireField<Message<UInt64ValueFields>>(2)
    package let availableBytes = WireField<Message<UInt64ValueFields>>(3)
    package let usageBytes = WireField<Message<UInt64ValueFields>>(4)
    package let rssBytes = WireField<Message<UInt64ValueFields>>(5)
    package let pageFaults = WireField<Message<UInt64ValueFields>>(6)
    package let majorPageFaults = WireField<Message<UInt64ValueFields>>(7)
    package init() {}
}
/// Fields of Mount.
package struct MountFields: MessageFields {
    package let containerPath = WireField<String>(1)
    package let hostPath = WireField<String>(2)
    package let readonly = WireField<Bool>(3)
    package let selinuxRelabel = WireField<Bool>(4)
    package let propagation = WireField<MountPropagation>(5)
    package let uidMappings = WireField<[Message<IDMappingFields>]>(6)
    package let gidMappings = WireField<[Message<IDMappingFields>]>(7)
    package let recursiveReadOnly = WireField<Bool>(8)
    package let image = WireField<Message<ImageSpecFields>>(9)
    package init() {}
}
/// Fields of Namespace.
package struct NamespaceFields: MessageFields {
    package let options = WireField<Message<NamespaceOptionFields>>(2)
    package init() {}
}
/// Fields of NamespaceOption.
package struct NamespaceOptionFields: MessageFields {
    package let network = WireField<NamespaceMode>(1)
    package let pid = WireField<NamespaceMode>(2)
    package let ipc = WireField<NamespaceMode>(3)
    package let targetId = WireField<String>(4)
    package let usernsOptions = WireField<Message<UserNamespaceFields>>(5)
    package init() {}
}
/// Fields of PodIP.
package struct PodIPFields: MessageFields {
    package let ip = WireField<String>(1)
    package init() {}
}
/// Fields of PodSandbox.
package struct PodSandboxFields: MessageFields {
    package let id = WireField<String>(1)
    package let metadata = WireField<Message<PodSandboxMetadataFields>>(2)
    package let state = WireField<PodSandboxState>(3)
    package let createdAt = WireField<Int>(4)
    package let labels = WireField<[String: String]>(5)
    package let annotations = WireField<[String: String]>(6)
    package let runtimeHandler = WireField<String>(7)
    package init() {}
}
/// Fields of PodSandboxConfig.
package struct PodSandboxConfigFields: MessageFields {
    package let metadata = WireField<Message<PodSandboxMetadataFields>>(1)
    package let hostname = WireField<String>(2)
    package let logDirectory = WireField<String>(3)
    package let dnsConfig = WireField<Message<DNSConfigFields>>(4)
    package let portMappings = WireField<[Message<PortMappingFields>]>(5)
    package let labels = WireField<[String: String]>(6)
    package let annotations = WireField<[String: String]>(7)
    package let linux = WireField<Message<LinuxPodSandboxConfigFields>>(8)
    package init() {}
}
/// Fields of PodSandboxFilter.
package struct PodSandboxFilterFields: MessageFields {
    package let id = WireField<String>(1)
    package let state = WireField<Message<PodSandboxStateValueFields>>(2)
    package let labelSelector = WireField<[String: String]>(3)
    package init() {}
}
/// Fields of PodSandboxMetadata.
package struct PodSandboxMetadataFields: MessageFields {
    package let name = WireField<String>(1)
    package let uid = WireField<String>(2)
    package let namespace = WireField<String>(3)
    package let attempt = WireField<Int>(4)
    package init() {}
}
/// Fields of PodSandboxNetworkStatus.
package struct PodSandboxNetworkStatusFields: MessageFields {
    package let ip = WireField<String>(1)
    package let additionalIps = WireField<[Message<PodIPFields>]>(2)
    package init() {}
}
/// Fields of PodSandboxStateValue.
package struct PodSandboxStateValueFields: MessageFields {
    package let state = WireField<PodSandboxState>(1)
    package init() {}
}
/// Fields of PodSandboxStatus.
package struct PodSandboxStatusFields: MessageFields {
    package let id = WireField<String>(1)
    package let metadata = WireField<Message<PodSandboxMetadataFields>>(2)
    package let state = WireField<PodSandboxState>(3)
    package let createdAt = WireField<Int>(4)
    package let network = WireField<Message<PodSandboxNetworkStatusFields>>(5)
    package let linux = WireField<Message<LinuxPodSandboxStatusFields>>(6)
    package let labels = WireField<[String: String]>(7)
    package let annotations = WireField<[String: String]>(8)
    package let runtimeHandler = WireField<String>(9)
    package init() {}
}
/// Fields of PodSandboxStatusRequest.
package struct PodSandboxStatusRequestFields: MessageFields {
    package let podSandboxId = WireField<String>(1)
    package let verbose = WireField<Bool>(2)
    package init() {}
}
/// Fields of PodSandboxStatusResponse.
package struct PodSandboxStatusResponseFields: MessageFields {
    package let status = WireField<Message<PodSandboxStatusFields>>(1)
    package let info = WireField<[String: String]>(2)
    package let containersStatuses = WireField<[Message<ContainerStatusFields>]>(3)
    package let timestamp = WireField<Int>(4)
    package init() {}
}
/// Fields of PortForwardRequest.
package struct PortForwardRequestFields: MessageFields {
    package let podSandboxId = WireField<String>(1)
    package let port = WireField<[Int]>(2)
    package init() {}
}
/// Fields of PortForwardResponse.
package struct PortForwardResponseFields: MessageFields {
    package let url = WireField<String>(1)
    package init() {}
}
/// Fields of PortMapping.
package struct PortMappingFields: MessageFields {
    package let `protocol` = WireField<Protocol>(1)
    package let containerPort = WireField<Int>(2)
    package let hostPort = WireField<Int>(3)
    package let hostIp = WireField<String>(4)
    package init() {}
}
/// Fields of PullImageRequest.
package struct PullImageRequestFields: MessageFields {
    package let image = WireField<Message<ImageSpecFields>>(1)
    package let auth = WireField<Message<AuthConfigFields>>(2)
    package let sandboxConfig = WireField<Message<PodSandboxConfigFields>>(3)
    package init() {}
}
/// Fields of PullImageResponse.
package struct PullImageResponseFields: MessageFields {
    package let imageRef = WireField<String>(1)
    package init() {}
}
/// Fields of RemoveContainerRequest.
package struct RemoveContainerRequestFields: MessageFields {
    package let containerId = WireField<String>(1)
    package init() {}
}
/// Fields of RemoveContainerResponse.
package struct RemoveContainerResponseFields: MessageFields {
    package init() {}
}
/// Fields of RemoveImageRequest.
package struct RemoveImageRequestFields: MessageFields {
    package let image = WireField<Message<ImageSpecFields>>(1)
    package init() {}
}
/// Fields of RemoveImageResponse.
package struct RemoveImageResponseFields: MessageFields {
    package init() {}
}
/// Fields of RemovePodSandboxRequest.
package struct RemovePodSandboxRequestFields: MessageFields {
    package let podSandboxId = WireField<String>(1)
    package init() {}
}
/// Fields of RemovePodSandboxResponse.
package struct RemovePodSandboxResponseFields: MessageFields {
    package init() {}
}
/// Fields of ReopenContainerLogRequest.
package struct ReopenContainerLogRequestFields: MessageFields {
    package let containerId = WireField<String>(1)
    package init() {}
}
/// Fields of ReopenContainerLogResponse.
package struct ReopenContainerLogResponseFields: MessageFields {
    package init() {}
}
/// Fields of RunPodSandboxRequest.
package struct RunPodSandboxRequestFields: MessageFields {
    package let config = WireField<Message<PodSandboxConfigFields>>(1)
    package let runtimeHandler = WireField<String>(2)
    package init() {}
}
/// Fields of RunPodSandboxResponse.
package struct RunPodSandboxResponseFields: MessageFields {
    package let podSandboxId = WireField<String>(1)
    package init() {}
}
/// Fields of RuntimeCondition.
package struct RuntimeConditionFields: MessageFields {
    package let `type` = WireField<String>(1)
    package let status = WireField<Bool>(2)
    package let reason = WireField<String>(3)
    package let message = WireField<String>(4)
    package init() {}
}
/// Fields of RuntimeFeatures.
package struct RuntimeFeaturesFields: MessageFields {
    package let supplementalGroupsPolicy = WireField<Bool>(1)
    package init() {}
}
/// Fields of RuntimeHandler.
package struct RuntimeHandlerFields: MessageFields {
    package let name = WireField<String>(1)
    package let features = WireField<Message<RuntimeHandlerFeaturesFields>>(2)
    package init() {}
}
/// Fields of RuntimeHandlerFeatures.
package struct RuntimeHandlerFeaturesFields: MessageFields {
    package let recursiveReadOnlyMounts = WireField<Bool>(1)
    package let userNamespaces = WireField<Bool>(2)
    package init() {}
}
/// Fields of RuntimeStatus.
package struct RuntimeStatusFields: MessageFields {
    package let conditions = WireField<[Message<RuntimeConditionFields>]>(1)
    package init() {}
}
/// Fields of SELinuxOption.
package struct SELinuxOptionFields: MessageFields {
    package let user = WireField<String>(1)
    package let role = WireField<String>(2)
    package let `type` = WireField<String>(3)
    package let level = WireField<String>(4)
    package init() {}
}
/// Fields of SecurityProfile.
package struct SecurityProfileFields: MessageFields {
    package let profileType = WireField<ProfileType>(1)
    package let localhostRef = WireField<String>(2)
    package init() {}
}
/// Fields of StartContainerRequest.
package struct StartContainerRequestFields: MessageFields {
    package let containerId = WireField<String>(1)
    package init() {}
}
/// Fields of StartContainerResponse.
package struct StartContainerResponseFields: MessageFields {
    package init() {}
}
/// Fields of StatusRequest.
package struct StatusRequestFields: MessageFields {
    package let verbose = WireField<Bool>(1)
    package init() {}
}
/// Fields of StatusResponse.
package struct StatusResponseFields: MessageFields {
    package let status = WireField<Message<RuntimeStatusFields>>(1)
    package let info = WireField<[String: String]>(2)
    package let runtimeHandlers = WireField<[Message<RuntimeHandlerFields>]>(3)
    package let features = WireField<Message<RuntimeFeaturesFields>>(4)
    package init() {}
}
/// Fields of StopContainerRequest.
package struct StopContainerRequestFields: MessageFields {
    package let containerId = WireField<String>(1)
    package let timeout = WireField<Int>(2)
    package init() {}
}
/// Fields of StopContainerResponse.
package struct StopContainerResponseFields: MessageFields {
    package init() {}
}
/// Fields of StopPodSandboxRequest.
package struct StopPodSandboxRequestFields: MessageFields {
    package let podSandboxId = WireField<String>(1)
    package init() {}
}
/// Fields of StopPodSandboxResponse.
package struct StopPodSandboxResponseFields: MessageFields {
    package init() {}
}
/// Fields of SubscribeRequest.
package struct SubscribeRequestFields: MessageFields {
    package let filters = WireField<[String]>(1)
    package init() {}
}
/// Fields of SwapUsage.
package struct SwapUsageFields: MessageFields {
    package let timestamp = WireField<Int>(1)
    package let swapAvailableBytes = WireField<Message<UInt64ValueFields>>(2)
    package let swapUsageBytes = WireField<Message<UInt64ValueFields>>(3)
    package init() {}
}
/// Fields of TaskExit.
package struct TaskExitFields: MessageFields {
    package let containerId = WireField<String>(1)
    package let id = WireField<String>(2)
    package let pid = WireField<Int>(3)
    package let exitStatus = WireField<Int>(4)
    package let exitedAt = WireField<Message<TimestampFields>>(5)
    package init() {}
}
/// Fields of TaskOOM.
package struct TaskOOMFields: MessageFields {
    package let containerId = WireField<String>(1)
    package init() {}
}
/// Fields of Timestamp.
package struct TimestampFields: MessageFields {
    package let seconds = WireField<Int>(1)
    package let nanos = WireField<Int>(2)
    package init() {}
}
/// Fields of UInt64Value.
package struct UInt64ValueFields: MessageFields {
    package let value = WireField<Int>(1)
    package init() {}
}
/// Fields of UpdateContainerResourcesRequest.
package struct UpdateContainerResourcesRequestFields: MessageFields {
    package let containerId = WireField<String>(1)
    package let linux = WireField<Message<LinuxContainerResourcesFields>>(2)
    package let annotations = WireField<[String: String]>(4)
    package init() {}
}
/// Fields of UpdateContainerResourcesResponse.
package struct UpdateContainerResourcesResponseFields: MessageFields {
    package init() {}
}
/// Fields of UserNamespace.
package struct UserNamespaceFields: MessageFields {
    package let mode = WireField<NamespaceMode>(1)
    package let uids = WireField<[Message<IDMappingFields>]>(2)
    package let gids = WireField<[Message<IDMappingFields>]>(3)
    package init() {}
}
/// Fields of VersionRequest.
package struct VersionRequestFields: MessageFields {
    package let version = WireField<String>(1)
    package init() {}
}
/// Fields of VersionResponse.
package struct VersionResponseFields: MessageFields {
    package let version = WireField<String>(1)
    package let runtimeName = WireField<String>(2)
    package let runtimeVersion = WireField<String>(3)
    package let runtimeApiVersion = WireField<String>(4)
    package init() {}
}
/// Calls of RuntimeService.
package enum RuntimeService {
    /// Version.
    package static var version: RemoteCall<VersionRequestFields, VersionResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/Version")
    }
    /// Status.
    package static var status: RemoteCall<StatusRequestFields, StatusResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/Status")
    }
    /// RunPodSandbox.
    package static var runPodSandbox: RemoteCall<RunPodSandboxRequestFields, RunPodSandboxResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/RunPodSandbox")
    }
    /// StopPodSandbox.
    package static var stopPodSandbox: RemoteCall<StopPodSandboxRequestFields, StopPodSandboxResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/StopPodSandbox")
    }
    /// RemovePodSandbox.
    package static var removePodSandbox: RemoteCall<RemovePodSandboxRequestFields, RemovePodSandboxResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/RemovePodSandbox")
    }
    /// PodSandboxStatus.
    package static var podSandboxStatus: RemoteCall<PodSandboxStatusRequestFields, PodSandboxStatusResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/PodSandboxStatus")
    }
    /// ListPodSandbox.
    package static var listPodSandbox: RemoteCall<ListPodSandboxRequestFields, ListPodSandboxResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/ListPodSandbox")
    }
    /// CreateContainer.
    package static var createContainer: RemoteCall<CreateContainerRequestFields, CreateContainerResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/CreateContainer")
    }
    /// StartContainer.
    package static var startContainer: RemoteCall<StartContainerRequestFields, StartContainerResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/StartContainer")
    }
    /// StopContainer.
    package static var stopContainer: RemoteCall<StopContainerRequestFields, StopContainerResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/StopContainer")
    }
    /// RemoveContainer.
    package static var removeContainer: RemoteCall<RemoveContainerRequestFields, RemoveContainerResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/RemoveContainer")
    }
    /// ListContainers.
    package static var listContainers: RemoteCall<ListContainersRequestFields, ListContainersResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/ListContainers")
    }
    /// ContainerStatus.
    package static var containerStatus: RemoteCall<ContainerStatusRequestFields, ContainerStatusResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/ContainerStatus")
    }
    /// UpdateContainerResources.
    package static var updateContainerResources: RemoteCall<UpdateContainerResourcesRequestFields, UpdateContainerResourcesResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/UpdateContainerResources")
    }
    /// ReopenContainerLog.
    package static var reopenContainerLog: RemoteCall<ReopenContainerLogRequestFields, ReopenContainerLogResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/ReopenContainerLog")
    }
    /// ExecSync.
    package static var execSync: RemoteCall<ExecSyncRequestFields, ExecSyncResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/ExecSync")
    }
    /// Exec.
    package static var exec: RemoteCall<ExecRequestFields, ExecResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/Exec")
    }
    /// Attach.
    package static var attach: RemoteCall<AttachRequestFields, AttachResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/Attach")
    }
    /// PortForward.
    package static var portForward: RemoteCall<PortForwardRequestFields, PortForwardResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/PortForward")
    }
    /// ListContainerStats.
    package static var listContainerStats: RemoteCall<ListContainerStatsRequestFields, ListContainerStatsResponseFields> {
        RemoteCall("/runtime.v1.RuntimeService/ListContainerStats")
    }
}
/// Calls of ImageService.
package enum ImageService {
    /// ListImages.
    package static var listImages: RemoteCall<ListImagesRequestFields, ListImagesResponseFields> {
        RemoteCall("/runtime.v1.ImageService/ListImages")
    }
    /// ImageStatus.
    package static var imageStatus: RemoteCall<ImageStatusRequestFields, ImageStatusResponseFields> {
        RemoteCall("/runtime.v1.ImageService/ImageStatus")
    }
    /// PullImage.
    package static var pullImage: RemoteCall<PullImageRequestFields, PullImageResponseFields> {
        RemoteCall("/runtime.v1.ImageService/PullImage")
    }
    /// RemoveImage.
    package static var removeImage: RemoteCall<RemoveImageRequestFields, RemoveImageResponseFields> {
        RemoteCall("/runtime.v1.ImageService/RemoveImage")
    }
    /// ImageFsInfo.
    package static var imageFsInfo: RemoteCall<ImageFsInfoRequestFields, ImageFsInfoResponseFields> {
        RemoteCall("/runtime.v1.ImageService/ImageFsInfo")
    }
}
/// Calls of Events.
package enum Events {
    /// Subscribe.
    package static var subscribe: RemoteCall<SubscribeRequestFields, EnvelopeFields> {
        RemoteCall("/containerd.services.events.v1.Events/Subscribe")
    }
}
