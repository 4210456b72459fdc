/// Runs sandboxes and containers on a node, in the terms of the Container Runtime Interface. `LinuxNode` implements it over containerd.
/// Source: kubernetes/cri-api, runtime.v1.
package protocol ContainerRuntime: Sendable {
    /// Name (`containerd`) and version (`1.6.20`).
    func version() async throws(RuntimeError) -> (name: String, version: String)
    /// Whether the runtime and its pod network are ready.
    func conditions() async throws(RuntimeError) -> RuntimeConditions

    /// Creates and starts a pod's sandbox with its network. - Returns: its id.
    func runSandbox(_ config: SandboxConfig) async throws(RuntimeError) -> String
    /// Kills what runs in the sandbox and takes its network down; nothing happens when it is stopped or gone.
    func stopSandbox(_ id: String) async throws(RuntimeError)
    /// Removes a sandbox with its containers; nothing happens when it is gone.
    func removeSandbox(_ id: String) async throws(RuntimeError)
    /// Every sandbox of Kubernetes pods, running or not.
    func sandboxes() async throws(RuntimeError) -> [SandboxStatus]
    /// One sandbox with its addresses; nil when there is none.
    func sandbox(_ id: String) async throws(RuntimeError) -> SandboxStatus?

    /// - Returns: the container's id.
    func createContainer(_ config: ContainerConfig, in sandbox: String, of sandboxConfig: SandboxConfig) async throws(RuntimeError)
        -> String
    func startContainer(_ id: String) async throws(RuntimeError)
    /// Asks the container to end, and kills it after the grace period.
    func stopContainer(_ id: String, grace: Duration) async throws(RuntimeError)
    func removeContainer(_ id: String) async throws(RuntimeError)
    /// Every container of Kubernetes pods, running or not, without exit details.
    func containers() async throws(RuntimeError) -> [ContainerStatus]
    /// One container with all that is known; nil when there is none.
    func container(_ id: String) async throws(RuntimeError) -> ContainerStatus?
    /// Changes a running container's limits.
    func updateResources(_ id: String, _ resources: LinuxResources) async throws(RuntimeError)
    /// Opens the container's log file anew after a rotation.
    func reopenLog(_ id: String) async throws(RuntimeError)

    /// Runs a command to its end. - Throws: `RuntimeError.timedOut`.
    func execute(_ command: [String], in container: String, timeout: Duration) async throws(RuntimeError) -> ExecOutcome
    /// The URL of the runtime's own streaming server for one session of exec, attach or port-forward (SPDY/3.1 or WebSocket).
    func streamingURL(_ request: StreamingRequest) async throws(RuntimeError) -> String

    /// - Returns: the image's id (its config digest). - Throws: `RuntimeError` whose message is the runtime's.
    func pullImage(_ reference: String, credential: RegistryCredential?) async throws(RuntimeError) -> String
    /// The image that a reference names here; nil when it is not here.
    func image(_ reference: String) async throws(RuntimeError) -> RuntimeImage?
    func images() async throws(RuntimeError) -> [RuntimeImage]
    func removeImage(_ id: String) async throws(RuntimeError)
    /// Bytes and inodes that images and writable layers take, and the path of the file system.
    func imageFilesystem() async throws(RuntimeError) -> FilesystemUsage
    /// CPU, memory and disk use of every running container.
    func containerStats() async throws(RuntimeError) -> [ContainerStats]

    /// Tells of containers that ended or ran out of memory until cancelled; returns when the runtime goes away.
    func followEvents(_ sink: @escaping @Sendable (RuntimeEvent) -> Void) async throws(RuntimeError)
}

/// Why the runtime did not do something.
package enum RuntimeError: Error, Sendable, Hashable {
    /// It does not answer: not started yet, killed, restarting.
    case unavailable(String)
    case notFound(String)
    case timedOut(String)
    case cancelled
    /// Its own words, as kubelet shows them: `rpc error: code = Unknown desc = …` without the prefix.
    case failed(code: String, message: String)
}

/// Something happened to a container.
package enum RuntimeEvent: Sendable, Hashable {
    /// The container's (or sandbox's) process ended.
    case exited(container: String)
    case outOfMemory(container: String)
}

/// Source: runtime.v1 RuntimeStatus.
package struct RuntimeConditions: Sendable, Hashable {
    package var isRuntimeReady = false
    package var isNetworkReady = false
    package var runtimeMessage = ""
    /// As in `cni plugin not initialized`.
    package var networkReason = "", networkMessage = ""
    package init() {}
}

/// A user's way into a registry.
package struct RegistryCredential: Sendable, Hashable {
    package var username: String
    package var password: String
    /// An identity token in place of both.
    package var identityToken = ""
    package init(username: String, password: String) { (self.username, self.password) = (username, password) }
}

/// An image that is present.
package struct RuntimeImage: Sendable, Hashable {
    package var id: String
    package var tags: [String]
    package var digests: [String]
    /// Bytes.
    package var size: Int
    /// The user that the image sets, by number or by name.
    package var userID: Int?
    package var userName: String
    package init(id: String, tags: [String], digests: [String], size: Int, userID: Int?, userName: String) {
        (self.id, self.tags, self.digests, self.size, self.userID, self.userName) = (id, tags, digests, size, userID, userName)
    }
}

/// What a command in a container brought.
package struct ExecOutcome: Sendable, Hashable {
    package var exitCode: Int
    package var output: [UInt8]
    package var error: [UInt8]
    package init(exitCode: Int, output: [UInt8], error: [UInt8]) { (self.exitCode, self.output, self.error) = (exitCode, output, error) }
}

/// One session of a user with a container or sandbox.
package enum StreamingRequest: Sendable, Hashable {
    case exec(container: String, command: [String], stdin: Bool, stdout: Bool, stderr: Bool, tty: Bool)
    case attach(container: String, stdin: Bool, stdout: Bool, stderr: Bool, tty: Bool)
    /// `ports` are for WebSocket alone; SPDY names them in its streams.
    case portForward(sandbox: String, ports: [Int] = [])
}

/// What a file system holds.
package struct FilesystemUsage: Sendable, Hashable {
    package var path: String
    package var usedBytes: Int
    package var usedInodes: Int
    package init(path: String, usedBytes: Int, usedInodes: Int) {
        (self.path, self.usedBytes, self.usedInodes) = (path, usedBytes, usedInodes)
    }
}

/// What a container uses.
package struct ContainerStats: Sendable, Hashable {
    package var id: String
    package var labels: [String: String]
    /// Nanoseconds of CPU since its start; nanoseconds since 1970 of the reading.
    package var cpuNanoseconds: Int, timestamp: Int
    package var workingSetBytes: Int, usageBytes: Int, rssBytes: Int
    package var writableBytes: Int
    package init(
        id: String, labels: [String: String], cpuNanoseconds: Int, timestamp: Int, workingSetBytes: Int, usageBytes: Int, rssBytes: Int,
        writableBytes: Int
    ) {
        (self.id, self.labels, self.cpuNanoseconds, self.timestamp) = (id, labels, cpuNanoseconds, timestamp)
        (self.workingSetBytes, self.usageBytes, self.rssBytes, self.writableBytes) = (workingSetBytes, usageBytes, rssBytes, writableBytes)
    }
}
