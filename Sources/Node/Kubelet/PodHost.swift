package import Documents

/// What a pod has on its node besides containers: directories, volumes, a cgroup. `LinuxNode` implements it. Every call may be repeated.
package protocol PodHost: Sendable {
    /// Makes the pod's directories and cgroup and mounts its volumes, fetching what they hold. - Throws: `PodHostError`.
    func prepare(_ pod: Value) async throws(PodHostError)
    /// Brings volumes with contents from the API (config maps, secrets, projected, tokens near their end) up to date.
    func refresh(_ pod: Value) async throws(PodHostError)
    /// Removes the volumes and the cgroup of a pod that has ended; its logs and messages stay.
    func retire(_ pod: Value) async throws(PodHostError)
    /// Unmounts the volumes and removes everything of the pod. No container of it may run any more.
    func release(uid: String) async throws(PodHostError)
    /// The uids of all pods that have something here; for cleaning up after a restart.
    func uids() async -> [String]
    /// What the sandbox of a prepared pod is made of.
    func sandboxConfig(for pod: Value, attempt: Int) async throws(PodHostError) -> SandboxConfig
    /// What a container (or init or ephemeral container) of a prepared pod is made of.
    /// - Parameter image: the image that was found or pulled for it.
    func containerConfig(
        for container: Value, of pod: Value, attempt: Int, image: RuntimeImage, addresses: [String], target: String?
    ) async throws(PodHostError) -> ContainerConfig
    /// The credentials to try for an image, in order: the pod's pull secrets, then the node's own (ECR).
    func credentials(for image: String, of pod: Value) async -> [RegistryCredential]
    /// The last part of what a container wrote to its termination message file, or of its log where it falls back; "" for none.
    func terminationMessage(of container: Value, in pod: Value, status: ContainerStatus) async -> String
}

/// Why a pod's surroundings could not be made.
package enum PodHostError: Error, Sendable, Hashable {
    /// A volume cannot be mounted yet: event `FailedMount`, as in `MountVolume.SetUp failed for volume "x" : configmap "y" not found`.
    case volume(name: String, message: String)
    /// The container's configuration cannot be made: waiting reason `CreateContainerConfigError`, as in `configmap "y" not found`.
    case config(String)
    case failed(String)
    case cancelled
}
