import Glibc
import Linux

/// What machines hold of this host, counted: all zeros when nothing has leaked.
package struct HostResources: Sendable, Hashable {
    /// Kept network namespaces; mounts of this namespace below the folders; loop devices over disks; control groups; processes in them.
    package var namespaces = 0, mounts = 0, loopDevices = 0, controlGroups = 0, processes = 0
    /// Disk files and run folders of machines.
    package var disks = 0, folders = 0
    package init() {}

    /// Counts what machines of these folders hold now.
    package static func count(of folders: MachineFolders) -> HostResources {
        var count = HostResources()
        count.namespaces = Files.names(in: "\(folders.run)/netns").filter { NetworkNamespaces.exists(folders.network(of: $0)) }.count
        count.mounts =
            Mounts.list().filter { entry in
                let isNamespace = entry.type == "nsfs"
                return !isNamespace && [folders.run, folders.disks].contains { entry.target.hasPrefix("\($0)/") }
            }.count
        for name in Files.names(in: "/sys/block") where name.hasPrefix("loop") {
            let file = Files.text("/sys/block/\(name)/loop/backing_file") ?? ""
            if file.hasPrefix("\(folders.disks)/") { count.loopDevices += 1 }
        }
        let groups = Cgroup(folders.cgroup).children()
        count.controlGroups = groups.count
        count.processes = Set(groups.flatMap { $0.allProcesses() }).count
        count.disks = Files.names(in: folders.disks).filter { $0.hasPrefix("i-") }.count
        count.folders = Files.names(in: folders.machines).count
        return count
    }
}
