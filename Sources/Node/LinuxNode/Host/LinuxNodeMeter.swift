package import Documents
package import Kubelet
package import Linux

/// Measures a Linux node: control groups for memory and processes, file systems and trees of files for storage.
package final class LinuxNodeMeter: NodeMeter {
    private let settings: PodHostSettings
    private let runtime: any ContainerRuntime
    private let layout: CgroupLayout
    private let imageDirectory: String
    private let thread = HostThread()

    /// - Parameter imageDirectory: a path on the file system of images and writable layers.
    package init(
        settings: PodHostSettings, runtime: any ContainerRuntime, layout: CgroupLayout = .detect(),
        imageDirectory: String = "/var/lib/containerd"
    ) {
        (self.settings, self.runtime, self.layout, self.imageDirectory) = (settings, runtime, layout, imageDirectory)
    }

    deinit { thread.stop() }

    package func measure(_ pods: [Value], storage: Bool) async -> NodeReadings {
        // Of a runtime that does not answer nothing is known, and nobody is evicted for it.
        let stats = pods.isEmpty ? [] : (try? await runtime.containerStats()) ?? []
        let (settings, layout, images) = (settings, layout, imageDirectory)
        var readings = await thread.run {
            var readings = NodeReadings()
            Self.readNode(settings, layout, images, &readings)
            for pod in pods { readings.pods[PodText(pod).uid] = Self.read(pod, settings, layout, storage: storage) }
            return readings
        }
        for container in stats {
            guard let uid = container.labels[RuntimeLabel.podUID], let name = container.labels[RuntimeLabel.containerName] else { continue }
            readings.pods[uid]?.containers[name, default: .init()].memoryBytes = container.workingSetBytes
            readings.pods[uid]?.containers[name, default: .init()].layerBytes = container.writableBytes
        }
        return readings
    }

    private static func readNode(_ settings: PodHostSettings, _ layout: CgroupLayout, _ images: String, _ readings: inout NodeReadings) {
        let machine = Cgroup("", layout: layout).stats()
        let memory = settings.memoryCapacity
        if memory > 0 {
            readings.signals[.memory] = SignalReading(available: max(0, memory - machine.workingSetBytes), capacity: memory)
        }
        let limit = settings.podMemoryLimit
        if limit > 0 {
            let pods = Cgroup(settings.cgroupRoot, layout: layout).stats()
            readings.signals[.podMemory] = SignalReading(available: max(0, limit - pods.workingSetBytes), capacity: limit)
        }
        func note(_ path: String, _ storage: EvictionSignal, _ inodes: EvictionSignal) {
            guard let room = DiskUse.room(path) else { return }
            readings.signals[storage] = room.bytes
            if room.inodes.capacity > 0 { readings.signals[inodes] = room.inodes }
        }
        note(settings.rootDirectory, .nodeStorage, .nodeInodes)
        note(images, .imageStorage, .imageInodes)
        if let most = Files.text("/proc/sys/kernel/pid_max").flatMap({ Int($0) }) {
            let running = machine.processes > 0 ? machine.processes : Files.names(in: "/proc").count { $0.first?.isNumber ?? false }
            readings.signals[.processes] = SignalReading(available: max(0, most - running), capacity: most)
        }
    }

    private static func read(_ pod: Value, _ settings: PodHostSettings, _ layout: CgroupLayout, storage: Bool) -> PodUsage {
        let text = PodText(pod)
        var usage = PodUsage()
        let group = Cgroup(SandboxPlan.cgroup(pod, settings), layout: layout).stats()
        (usage.memoryBytes, usage.processes) = (group.workingSetBytes, group.processes)
        guard storage else { return usage }
        for container in text.containers {
            guard let name = container["name"].string else { continue }
            let logs = DiskUse.of("\(settings.logDirectory)/\(text.logDirectory)/\(name)")
            usage.containers[name, default: .init()].logBytes = logs.bytes
        }
        let maker = VolumeMaker(pod: pod, settings: settings)
        for volume in text.volumes where volume["hostPath"].isNull {
            guard let name = volume["name"].string, let place = maker.place(of: volume) else { continue }
            let use = DiskUse.of(place.path)
            usage.volumeBytes[name] = use.bytes
            usage.inodes += use.inodes
        }
        return usage
    }
}
