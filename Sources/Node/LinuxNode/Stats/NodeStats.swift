import Control
import Documents
import Glibc
import Kubelet
import Linux
import Synchronization

/// Measures what the node and its pods use: control groups, the runtime and `/proc`.
final class NodeStats: Sendable {
    let settings: KubeletServerSettings
    let clock: any WallClock
    private let runtime: any ContainerRuntime
    private let cgroups: PodCgroups?
    private let pods: @Sendable () -> [Value]
    private let machine: Cgroup?
    private let thread = HostThread()
    private let rates = Mutex(UsageRates())
    let begun: Timestamp

    init(
        settings: KubeletServerSettings, runtime: any ContainerRuntime, cgroups: PodCgroups?, pods: @escaping @Sendable () -> [Value],
        clock: any WallClock
    ) {
        (self.settings, self.runtime, self.cgroups, self.pods, self.clock) = (settings, runtime, cgroups, pods, clock)
        machine = Cgroup("")
        begun = clock.now
    }
    deinit { thread.stop() }

    /// Nanocores since the reading before, for a counter of nanoseconds; nil the first time.
    func rate(_ key: String, _ nanoseconds: Int, at time: Int) -> Int? { rates.withLock { $0.rate(key, nanoseconds, at: time) } }

    /// Processors in thousandths: the machine's limit, or what the host has.
    var cpuMillicores: Int { machine?.cpuLimitMillicores() ?? sysconf(Int32(_SC_NPROCESSORS_ONLN)) * 1000 }
    /// Bytes: the machine's limit, or what the host has.
    var memoryBytes: Int { machine?.stats().memoryLimitBytes ?? Self.memory("MemTotal") ?? 0 }

    /// Measures everything once.
    /// - Throws: `RuntimeError` when the runtime does not tell.
    func sample() async throws(RuntimeError) -> NodeSample {
        let containers = try await runtime.containers()
        let stats = Dictionary(try await runtime.containerStats().map { ($0.id, $0) }) { $1 }
        let (machine, cgroups, known) = (machine, cgroups, pods())
        var sample = await thread.run { () -> NodeSample in
            var node = machine?.stats() ?? CgroupStats()
            if node.memoryBytes == 0, let total = Self.memory("MemTotal"), let available = Self.memory("MemAvailable") {
                (node.memoryBytes, node.workingSetBytes) = (total - available, total - available)
            }
            let pods = known.map { pod -> NodeSample.Pod in
                let metadata = pod["metadata"]
                let process = cgroups?.process(of: pod)
                let onNode = pod["spec"]["hostNetwork"].bool == true
                return NodeSample.Pod(
                    name: metadata["name"].string ?? "", namespace: metadata["namespace"].string ?? "", uid: metadata["uid"].string ?? "",
                    usage: cgroups?.stats(of: pod),
                    interfaces: onNode ? [] : process.map { InterfaceCounters.of(process: "\($0)") } ?? [],
                    started: Int(pod["status"]["startTime"].string.flatMap(Timestamp.init)?.nanoseconds ?? 0))
            }
            return NodeSample(
                time: .init(nanoseconds: 0), node: node, interfaces: InterfaceCounters.of(process: "self"), pods: pods, containerStates: [:]
            )
        }
        sample.time = clock.now
        for container in containers {
            sample.containerStates["\(container.state)", default: 0] += 1
            guard let measured = stats[container.id], container.state == .running,
                let pod = sample.pods.firstIndex(where: { $0.uid == container.labels[RuntimeLabel.podUID] })
            else { continue }
            sample.pods[pod].containers.append(
                NodeSample.Container(name: container.name, image: container.image, started: container.created, stats: measured))
        }
        return sample
    }

    /// Room on the file systems of the node and of images, and what images take.
    func rooms() async throws(RuntimeError) -> (node: FilesystemRoom, images: FilesystemRoom) {
        let usage = try await runtime.imageFilesystem()
        let root = settings.rootFolder
        return await thread.run {
            var images = Self.room(usage.path)
            (images.usedBytes, images.usedInodes) = (usage.usedBytes, usage.usedInodes)
            return (Self.room(root), images)
        }
    }

    /// Bytes and files of a pod's container's logs.
    func logUse(_ pod: NodeSample.Pod, _ container: String) async -> (bytes: Int, files: Int) {
        let folder = "\(settings.podLogFolder)/\(pod.namespace)_\(pod.name)_\(pod.uid)/\(container)"
        return await thread.run {
            var bytes = 0
            let names = Files.names(in: folder)
            for name in names {
                var facts = stat()
                if lstat("\(folder)/\(name)", &facts) == 0 { bytes += Int(facts.st_blocks) * 512 }
            }
            return (bytes, names.count)
        }
    }

    private static func room(_ path: String) -> FilesystemRoom {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return FilesystemRoom() }
        let block = Int(facts.f_frsize)
        return FilesystemRoom(
            availableBytes: Int(facts.f_bavail) * block, capacityBytes: Int(facts.f_blocks) * block,
            usedBytes: Int(facts.f_blocks - facts.f_bfree) * block, freeInodes: Int(facts.f_ffree), inodes: Int(facts.f_files),
            usedInodes: Int(facts.f_files - facts.f_ffree))
    }

    /// Bytes of a row of `/proc/meminfo`.
    private static func memory(_ name: String) -> Int? {
        for line in (Files.text("/proc/meminfo") ?? "").split(separator: "\n") where line.hasPrefix(name + ":") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        return nil
    }
}

/// Turns counters of processor time into nanocores: the change since a reading at least a second before.
private struct UsageRates {
    private var readings: [String: (nanoseconds: Int, time: Int, rate: Int?)] = [:]
    private static let limit = 4096, least = 1_000_000_000

    mutating func rate(_ key: String, _ nanoseconds: Int, at time: Int) -> Int? {
        guard let before = readings[key], nanoseconds >= before.nanoseconds else {
            if readings.count >= Self.limit { readings = [:] }
            readings[key] = (nanoseconds, time, nil)
            return nil
        }
        let passed = time - before.time
        guard passed >= Self.least else { return before.rate }
        let rate = Int(Double(nanoseconds - before.nanoseconds) / Double(passed) * 1e9)
        readings[key] = (nanoseconds, time, rate)
        return rate
    }
}
