import Control
import Documents
import KubeModel
import Kubelet
import Linux
import Synchronization

/// The control groups of pods: `kubepods`, one for each class below it, one for each pod. Source: kubelet/cm.
final class PodCgroups: Sendable {
    private let layout: CgroupLayout
    private let settings: PodHostSettings
    /// The one hierarchy of version 2 beside those of version 1: the runtime makes groups there too and leaves the pods' behind.
    private let hybrid: CgroupLayout?
    /// Thousandths of a core that each known pod asks for.
    private let pods = Mutex<[String: (quality: QualityOfService, milli: Int)]>([:])

    private let hasClasses = Mutex(false)

    init(layout: CgroupLayout, settings: PodHostSettings) {
        (self.layout, self.settings) = (layout, settings)
        let beside = layout.isUnified ? nil : Mounts.list().first { $0.type == "cgroup2" }
        hybrid = beside.map { CgroupLayout(controllers: [:], unified: $0.target) }
    }

    private func group(_ path: String) -> Cgroup { Cgroup(path, layout: layout) }

    /// Makes or updates the pod's group and the share of its class. - Throws: `SystemError`.
    func apply(_ pod: Value) throws(SystemError) {
        let text = PodText(pod)
        let quality = QualityOfService(pod: pod)
        let resources = PodResources(pod: pod)
        try makeClasses()
        let own = group(SandboxPlan.cgroup(pod, settings))
        try own.create()
        var limits = CgroupLimits()
        let milli = resources.requests["cpu"]?.milli ?? 0
        limits.cpuShares = quality == .bestEffort ? 2 : ControlGroupAmount.shares(milli: milli)
        if resources.isLimited["cpu"] == true { limits.cpuMillicores = resources.limits["cpu"]?.milli }
        if resources.isLimited["memory"] == true { limits.memoryBytes = resources.limits["memory"]?.units }
        if settings.podPidsLimit > 0 { limits.processes = settings.podPidsLimit }
        try own.set(limits)
        pods.withLock { $0[text.uid] = (quality, milli) }
        try weigh()
    }

    /// The group of all pods with what they may have together, and one for each class. Source: cm/node_container_manager_linux.go.
    private func makeClasses() throws(SystemError) {
        if hasClasses.withLock({ $0 }) { return }
        let all = group(settings.cgroupRoot)
        try all.create()
        let shares = settings.allocatable["cpu"].map { ControlGroupAmount.shares(milli: $0.milli) }
        try all.set(CgroupLimits(cpuShares: shares, memoryBytes: settings.podMemoryLimit))
        for quality in [QualityOfService.burstable, .bestEffort] {
            let home = group("\(settings.cgroupRoot)\(quality.directory)")
            if home.exists { continue }
            try home.create()
            try home.set(CgroupLimits(cpuShares: 2))
        }
        hasClasses.withLock { $0 = true }
    }

    /// The class of burstable pods weighs as much as its pods ask for together.
    private func weigh() throws(SystemError) {
        let sum = pods.withLock { $0.values.reduce(0) { $1.quality == .burstable ? $0 + $1.milli : $0 } }
        let burstable = group("\(settings.cgroupRoot)\(QualityOfService.burstable.directory)")
        guard burstable.exists else { return }
        try burstable.set(CgroupLimits(cpuShares: ControlGroupAmount.shares(milli: sum)))
    }

    /// Kills what is left in the pod's group and removes it; nothing happens when it is gone.
    /// - Returns: whether it is gone; processes that were just killed may take a moment.
    func remove(uid: String) -> Bool {
        var isGone = true
        for quality in QualityOfService.allCases {
            let own = group("\(settings.cgroupRoot)\(quality.directory)/pod\(uid)")
            guard own.folders.contains(where: Files.isFolder) else { continue }
            if !own.allProcesses().isEmpty { own.kill() }
            do throws(SystemError) {
                try own.remove()
                if let hybrid { try Cgroup(own.path, layout: hybrid).remove() }
            } catch { isGone = false }
        }
        guard isGone else { return false }
        pods.withLock { $0[uid] = nil }
        try? weigh()
        return true
    }

    /// The uids of pods that have a group.
    func uids() -> Set<String> {
        var found: Set<String> = []
        for quality in QualityOfService.allCases {
            for child in group("\(settings.cgroupRoot)\(quality.directory)").children() {
                guard let name = child.path.split(separator: "/").last, name.hasPrefix("pod") else { continue }
                found.insert(String(name.dropFirst(3)))
            }
        }
        return found
    }

    /// One of a pod's processes; nil when it has none.
    func process(of pod: Value) -> Int32? { group(SandboxPlan.cgroup(pod, settings)).anyProcess() }

    /// What a pod uses and has used; nil when it has no group.
    func stats(of pod: Value) -> CgroupStats? {
        let own = group(SandboxPlan.cgroup(pod, settings))
        return own.exists ? own.stats() : nil
    }
}
