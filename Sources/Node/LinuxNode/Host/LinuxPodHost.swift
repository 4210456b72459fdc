package import Control
package import Documents
package import KubeClient
package import Kubelet
package import Linux
import Synchronization

/// What pods have on a Linux node besides containers: directories below `/var/lib/kubelet/pods`, volumes, control groups.
///
/// Run it as a service too: then changed config maps and secrets reach their volumes at once and tokens are renewed in time.
package final class LinuxPodHost: PodHost, Service {
    let settings: PodHostSettings
    let clock: any WallClock
    let random: RandomSource
    let objects: ObjectCache
    let services: ServiceList
    let tokens: TokenCache
    let claims: ClaimedVolumes
    let volumes: NodeVolumes
    let cgroups: PodCgroups?
    let registry: (any NodeRegistryCredentials)?
    /// For all that blocks: one for what pods wait for, one for removal.
    let maker = HostThread(), remover = HostThread()
    /// What is done for a pod is done one after the other.
    private let turns = Turns()
    private let prepared = Mutex<[String: Value]>([:])
    private let changes: ChangeRelay

    /// - Parameters:
    ///   - cgroups: the machine's control groups; nil makes none.
    ///   - registry: the node's own way into registries.
    package init(
        settings: PodHostSettings, client: KubeClient, clock: any WallClock, random: RandomSource, cgroups: CgroupLayout? = .detect(),
        registry: (any NodeRegistryCredentials)? = nil
    ) {
        (self.settings, self.clock, self.random, self.registry) = (settings, clock, random, registry)
        let relay = ChangeRelay()
        changes = relay
        objects = ObjectCache(client: client, clock: clock, random: random) { _, users in await relay.tell(users) }
        services = ServiceList(client: client, clock: clock, random: random)
        tokens = TokenCache(client: client, clock: clock, random: random)
        claims = ClaimedVolumes(client: client, settings: settings)
        volumes = NodeVolumes(client: client, node: settings.nodeName, told: nil)
        self.cgroups = cgroups.map { PodCgroups(layout: $0, settings: settings) }
        relay.host = self
    }
    deinit {
        maker.stop()
        remover.stop()
    }

    /// Follows services and what pods name, and renews tokens, until cancelled.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.objects.run() }
            group.addTask { try await self.services.run() }
            group.addTask { try await self.renewTokens() }
            try await group.next()
            group.cancelAll()
        }
    }

    private func renewTokens() async throws {
        while true {
            try await clock.sleep(for: .seconds(10))
            let pods = prepared.withLock { $0 }
            await keepAttachments(prepared: Set(pods.keys))
            for (uid, pod) in pods where tokens.isDue(uid: uid) { try? await update(pod) }
        }
    }
    /// What goes wrong here goes wrong at the kubelet's next refresh too, and is told there.
    fileprivate func refresh(_ uids: Set<String>) async {
        let pods = prepared.withLock { prepared in uids.compactMap { prepared[$0] } }
        for pod in pods { try? await update(pod) }
    }
    /// Brings the volumes of a pod up to date that is still here.
    private func update(_ pod: Value) async throws(PodHostError) {
        let uid = PodText(pod).uid
        try await turns.pass(uid) { () throws(PodHostError) in
            if let known = prepared.withLock({ $0[uid] }) { try await updateVolumes(known) }
        }
    }

    // MARK: PodHost

    package func prepare(_ pod: Value) async throws(PodHostError) {
        try await turns.pass(PodText(pod).uid) { () throws(PodHostError) in try await make(pod) }
    }
    private func make(_ pod: Value) async throws(PodHostError) {
        let text = PodText(pod)
        objects.register(text.uid, ObjectCache.keys(of: PodReferencedObjects(pod: pod), namespace: text.namespace))
        let (settings, cgroups) = (settings, cgroups)
        try await work { () throws(SystemError) in
            let paths = settings.paths(text.uid)
            for folder in [paths.root, paths.volumes, "\(paths.root)/containers"] { try Files.makeFolders(folder, mode: 0o750) }
            try Files.makeFolders("\(settings.logDirectory)/\(text.logDirectory)")
            try cgroups?.apply(pod)
        }
        try await awaitAttachments(pod)
        try await makeVolumes(pod)
        prepared.withLock { $0[text.uid] = pod }
    }

    package func refresh(_ pod: Value) async throws(PodHostError) {
        let uid = PodText(pod).uid
        try await turns.pass(uid) { () throws(PodHostError) in
            guard let old = prepared.withLock({ $0[uid] }) else { return try await make(pod) }
            // A pod's resources may change, and what its containers need.
            if old["spec"] != pod["spec"] { return try await make(pod) }
            prepared.withLock { $0[uid] = pod }
            try await updateVolumes(pod)
        }
    }

    package func retire(_ pod: Value) async throws(PodHostError) {
        let uid = PodText(pod).uid
        try await turns.pass(uid) { () throws(PodHostError) in
            forget(uid)
            try await removeGroup(uid)
            let paths = settings.paths(uid)
            try await removing { () throws(SystemError) in
                for part in [paths.subpaths, paths.volumes] {
                    try Mounts.unmountTree(part)
                    try Files.removeTree(part)
                }
            }
            await releaseAttachments(uid: uid)
        }
    }

    package func release(uid: String) async throws(PodHostError) {
        try await turns.pass(uid) { () throws(PodHostError) in
            forget(uid)
            try await removeGroup(uid)
            let (paths, logs) = (settings.paths(uid), settings.logDirectory)
            try await removing { () throws(SystemError) in
                try Mounts.unmountTree(paths.root)
                for name in Files.names(in: logs) where name.hasSuffix("_\(uid)") { try Files.removeTree("\(logs)/\(name)") }
                try Files.removeTree(paths.root)
            }
            await releaseAttachments(uid: uid)
        }
    }
    private func forget(_ uid: String) {
        prepared.withLock { $0[uid] = nil }
        objects.register(uid, [])
        tokens.forget(uid: uid)
    }
    /// Kills what is left of the pod; what does not end within five seconds is left to the next attempt.
    private func removeGroup(_ uid: String) async throws(PodHostError) {
        let cgroups = cgroups
        for _ in 0..<50 {
            if await remover.run({ cgroups?.remove(uid: uid) ?? true }) { return }
            do { try await clock.sleep(for: .milliseconds(100)) } catch { throw .cancelled }
        }
        throw .failed("processes of the pod do not end")
    }
    private func removing(_ body: @escaping @Sendable () throws(SystemError) -> Void) async throws(PodHostError) {
        let failure = await remover.run { () -> SystemError? in
            do throws(SystemError) {
                try body()
                return nil
            } catch { return error }
        }
        if let failure { throw .failed("\(failure)") }
    }

    package func uids() async -> [String] {
        let (pods, cgroups) = ("\(settings.rootDirectory)/pods", cgroups)
        return await maker.run { Set(Files.names(in: pods)).union(cgroups?.uids() ?? []).sorted() }
    }

    package func sandboxConfig(for pod: Value, attempt: Int) async throws(PodHostError) -> SandboxConfig {
        let resolver = settings.resolverFile.isEmpty ? "" : Files.text(settings.resolverFile) ?? ""
        return try SandboxPlan.config(for: pod, attempt: attempt, node: ResolverFile(parsing: resolver), settings: settings)
    }

    /// Does blocking work on the maker's thread. - Throws: `PodHostError.failed` in the system's words.
    func work(_ body: @escaping @Sendable () throws(SystemError) -> Void) async throws(PodHostError) {
        let failure = await maker.run { () -> SystemError? in
            do throws(SystemError) {
                try body()
                return nil
            } catch { return error }
        }
        if let failure { throw .failed("\(failure)") }
    }
}

/// Carries the news of changed objects to the host, which it does not keep alive.
private final class ChangeRelay: @unchecked Sendable {
    /// Set once, before anything runs.
    weak var host: LinuxPodHost?
    func tell(_ uids: Set<String>) async { await host?.refresh(uids) }
}
