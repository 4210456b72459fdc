/// Which cgroup hierarchies this machine has and where they are mounted. Source: cgroups(7).
package struct CgroupLayout: Sendable, Hashable {
    /// Mount points by controller of version 1 (`cpu`, `memory`, `name=systemd`); hierarchies with several controllers appear under each.
    package var controllers: [String: String]
    /// The mount point of version 2 where it has the controllers; nil in a hybrid system.
    package var unified: String?

    package init(controllers: [String: String], unified: String?) { (self.controllers, self.unified) = (controllers, unified) }
    /// What the calling process's mounts show.
    package static func detect() -> CgroupLayout { CgroupLayout(mounts: Mounts.list()) }
    /// What these mounts show.
    package init(mounts: [MountEntry]) {
        controllers = [:]
        for mount in mounts where mount.type == "cgroup" {
            for option in mount.options where CgroupLayout.known.contains(option) || option.hasPrefix("name=") {
                controllers[option] = mount.target
            }
        }
        let hasMemory = controllers["memory"] != nil
        unified = hasMemory ? nil : mounts.first { $0.type == "cgroup2" }?.target
    }
    private static let known: Set<String> = [
        "cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "net_cls", "net_prio", "perf_event", "hugetlb", "rdma",
        "misc",
    ]
    /// Whether controllers are in the one hierarchy of version 2.
    package var isUnified: Bool { unified != nil }
    /// Every hierarchy's mount point, each once.
    package var roots: [String] { unified.map { [$0] } ?? Set(controllers.values).sorted() }
    /// Where a controller's files are; nil when the machine lacks it.
    package func root(_ controller: String) -> String? { unified ?? controllers[controller] }
}
