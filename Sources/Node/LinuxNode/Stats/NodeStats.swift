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
    private let host: LinuxPodHost?
    private let pods: @Sendable () -> [Value]
    private let machine: Cgroup?
    private let thread = HostThread()
    private let rates = Mutex(UsageRates())
    let begun: Timestamp

    init(
        settings: KubeletServerSettings, runtime: any ContainerRuntime, host: LinuxPodHost?, pods: @escaping @Sendable () -> [Value],
        clock: any WallClock
    ) {
        (self.settings, self.runtime, self.host, self.pods, self.clock) = (settings, runtime, host, pods, clock)
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

    /// Measures once. - Parameter storage: volumes too, whose files must be counted.
    /// - Throws: `RuntimeError` when the runtime does not tell.
    func sample(storage: Bool = false) async throws(RuntimeError) -> NodeSample {
        let containers = try await runtime.containers()
        let stats = Dictionary(try await runtime.containerStats().map { ($0.id, $0) }) { $1 }
        let (machine, host, known) = (machine, host, pods())
        var sample = await thread.run { () -> NodeSample in
            var node = machine?.stats() ?? CgroupStats()
            if node.memoryBytes == 0, let total = Self.memory("MemTotal"), let available = Self.memory("MemAvailable") {
                (node.memoryBytes, node.workingSetBytes) = (total - available, total - available)
            }
            let pods = known.map { Self.measure($0, host, storage: storage) }
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

    private static func measure(_ pod: Value, _ host: LinuxPodHost?, storage: Bool) -> NodeSample.Pod {
        let metadata = pod["metadata"]
        let process = host?.cgroups?.process(of: pod)
        let onNode = pod["spec"]["hostNetwork"].bool == true
        var volumes: [(name: String, room: FilesystemRoom, isOnDisk: Bool)] = []
        if storage, let host {
            let maker = VolumeMaker(pod: pod, settings: host.settings)
            for volume in pod["spec"]["volumes"].items where volume["hostPath"].isNull {
                guard let name = volume["name"].string, let path = maker.place(of: volume)?.path else { continue }
                let use = DiskUse.of(path)
                let isOnDisk = volume["emptyDir"]["medium"] != "Memory" && volume["secret"].isNull && volume["projected"].isNull
                volumes.append((name, FilesystemRoom(at: path).used(use.bytes, inodes: use.inodes), isOnDisk))
            }
        }
        return NodeSample.Pod(
            name: metadata["name"].string ?? "", namespace: metadata["namespace"].string ?? "", uid: metadata["uid"].string ?? "",
            usage: host?.cgroups?.stats(of: pod), interfaces: onNode ? [] : process.map { InterfaceCounters.of(process: "\($0)") } ?? [],
            started: Int(pod["status"]["startTime"].string.flatMap(Timestamp.init)?.nanoseconds ?? 0), volumes: volumes)
    }

    /// Room on the file systems of the node and of images, and what images take.
    func rooms() async throws(RuntimeError) -> (node: FilesystemRoom, images: FilesystemRoom) {
        let usage = try await runtime.imageFilesystem()
        let root = settings.rootFolder
        return await thread.run {
            (FilesystemRoom(at: root), FilesystemRoom(at: usage.path).used(usage.usedBytes, inodes: usage.usedInodes))
        }
    }

    /// What a pod's container's logs take.
    func logUse(_ pod: NodeSample.Pod, _ container: String) async -> DiskUse {
        let folder = "\(settings.podLogFolder)/\(pod.namespace)_\(pod.name)_\(pod.uid)/\(container)"
        return await thread.run { DiskUse.of(folder) }
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
