import Glibc

/// What a control group may use; nil leaves a limit as it is.
package struct CgroupLimits: Sendable, Hashable {
    /// Processor time in thousandths of a processor; 0 takes the limit away.
    package var cpuMillicores: Int?
    /// Weight against siblings in version 1's measure: 2 to 262144, 1024 for a processor.
    package var cpuShares: Int?
    /// Bytes; 0 takes the limit away.
    package var memoryBytes: Int?
    /// Processes and threads; 0 takes the limit away.
    package var processes: Int?
    package init(cpuMillicores: Int? = nil, cpuShares: Int? = nil, memoryBytes: Int? = nil, processes: Int? = nil) {
        (self.cpuMillicores, self.cpuShares, self.memoryBytes, self.processes) = (cpuMillicores, cpuShares, memoryBytes, processes)
    }
}

/// A control group by the same path in every hierarchy of the machine. Source: cgroups(7), the kernel's cgroup-v1 and cgroup-v2 pages.
package struct Cgroup: Sendable, Hashable {
    /// Below the hierarchies' roots: `eyrie/i-0123`; empty for the roots.
    package let path: String
    package let layout: CgroupLayout
    package init(_ path: String, layout: CgroupLayout = .detect()) {
        (self.path, self.layout) = (String(path.drop { $0 == "/" }), layout)
    }

    /// Its folders, one per hierarchy.
    package var folders: [String] { layout.roots.map { path.isEmpty ? $0 : "\($0)/\(path)" } }
    /// Its folder for a controller; nil when the machine lacks that.
    package func folder(_ controller: String) -> String? { layout.root(controller).map { path.isEmpty ? $0 : "\($0)/\(path)" } }
    package var exists: Bool { folders.allSatisfy(Files.isFolder) }
    /// The group of that name below this one.
    package func child(_ name: String) -> Cgroup { Cgroup(path.isEmpty ? name : "\(path)/\(name)", layout: layout) }
    /// The groups directly below this one, in any hierarchy.
    package func children() -> [Cgroup] {
        let names = folders.flatMap { folder in Files.names(in: folder).filter { Files.isFolder("\(folder)/\($0)") } }
        return Set(names).sorted().map(child)
    }

    /// Makes it and those above it in every hierarchy; in version 2 with all controllers handed down. - Throws: `LinuxError`.
    package func create() throws(LinuxError) {
        for root in layout.roots {
            var folder = root
            for part in path.split(separator: "/") {
                if layout.isUnified { Cgroup.handDown(folder) }
                folder += "/\(part)"
                if mkdir(folder, 0o755) == 0 {
                    try inheritSets(folder)
                } else if errno != EEXIST {
                    throw LinuxError("mkdir", folder)
                }
            }
        }
    }
    /// Gives the groups below a folder of version 2 every controller that it has.
    private static func handDown(_ folder: String) {
        for name in (Files.text("\(folder)/cgroup.controllers") ?? "").split(separator: " ") {
            try? Files.set("\(folder)/cgroup.subtree_control", "+\(name)")
        }
    }
    /// A new group of version 1's cpuset may hold no process before it has processors and memory nodes.
    private func inheritSets(_ folder: String) throws(LinuxError) {
        for file in ["cpuset.cpus", "cpuset.mems"] where !layout.isUnified && Files.text("\(folder)/\(file)") == "" {
            let above = folder.split(separator: "/").dropLast().map { "/\($0)" }.joined()
            if let value = Files.text("\(above)/\(file)") { try Files.set("\(folder)/\(file)", value) }
        }
    }

    /// Moves a process with all its threads here; 0 is the calling one. - Throws: `LinuxError`.
    package func add(process: Int32) throws(LinuxError) {
        for folder in folders { try Files.set("\(folder)/cgroup.procs", "\(process)") }
    }
    /// The processes in this group itself.
    package func processes() -> [Int32] {
        var found: Set<Int32> = []
        for folder in folders {
            for line in (Files.text("\(folder)/cgroup.procs") ?? "").split(separator: "\n") {
                if let process = Int32(line), process > 0 { found.insert(process) }
            }
        }
        return found.sorted()
    }
    /// The processes here and in all groups below.
    package func allProcesses() -> [Int32] { processes() + children().flatMap { $0.allProcesses() } }

    /// One of the processes here or below, by a look at one hierarchy alone; nil when there is none.
    package func anyProcess() -> Int32? {
        guard let folder = folder("memory") ?? folders.first else { return nil }
        return Cgroup.anyProcess(in: folder)
    }
    private static func anyProcess(in folder: String) -> Int32? {
        let line = (Files.text("\(folder)/cgroup.procs") ?? "").prefix { $0 != "\n" }
        if let process = Int32(line), process > 0 { return process }
        // The kernel's own files are no groups and have a point or an underscore in their names, but for one.
        for name in Files.names(in: folder) where name != "tasks" && !name.contains(where: { $0 == "." || $0 == "_" }) {
            if let process = anyProcess(in: "\(folder)/\(name)") { return process }
        }
        return nil
    }

    /// Kills every process here and below, once; they may take a moment to end.
    package func kill() {
        if let unified = layout.unified, (try? Files.set("\(unified)/\(path)/cgroup.kill", "1")) != nil { return }
        for process in allProcesses() { Glibc.kill(process, SIGKILL) }
    }
    /// Removes it with all groups below; nothing happens when it is gone. - Throws: `LinuxError` with EBUSY while processes are in it.
    package func remove() throws(LinuxError) {
        guard !path.isEmpty else { return }
        for folder in folders { try Cgroup.remove(folder) }
    }
    private static func remove(_ folder: String) throws(LinuxError) {
        guard Files.isFolder(folder) else { return }
        for name in Files.names(in: folder) where Files.isFolder("\(folder)/\(name)") { try remove("\(folder)/\(name)") }
        guard rmdir(folder) == 0 || errno == ENOENT else { throw LinuxError("rmdir", folder) }
    }
}
