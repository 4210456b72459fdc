import Glibc
import Linux

/// The file tree of a machine: the host's, with all that changes on the machine's own disk, and the kernel's file systems made anew.
struct MachineRoot {
    let plan: MachinePlan
    private var root: String { plan.rootMount }
    private var disk: String { plan.diskMount }

    /// Folders of the machine that lie on its disk itself rather than over the host's.
    private static let ownFolders = [
        "/var/lib/containerd", "/var/lib/kubelet", "/var/lib/cni", "/var/log/pods", "/var/log/containers", "/etc/cni/net.d",
        "/etc/containerd",
        "/etc/kubernetes", "/opt/cni/bin", "/root",
    ]

    /// Makes it and leaves the host's behind. - Throws: `LinuxError`.
    func make() throws(LinuxError) {
        let layout = CgroupLayout.detect()
        try Mounts.setPropagation(.private, of: "/")
        try Mounts.mount(plan.disk, at: disk, type: "ext4", flags: .noAccessTimes)
        for folder in ["upper", "work", "own"] { try Files.makeFolders("\(disk)/\(folder)") }
        try Mounts.mount(
            "overlay", at: root, type: "overlay", options: "lowerdir=/,upperdir=\(disk)/upper,workdir=\(disk)/work")
        for folder in MachineRoot.ownFolders {
            let own = "\(disk)/own/\(folder.split(separator: "/").joined(separator: "-"))"
            try Files.makeFolders(own)
            try show(own, at: folder)
        }
        try temporary("/run", "mode=755,size=64m")
        try temporary("/tmp", "mode=1777,size=1g")
        for folder in plan.hidden { try temporary(folder, "mode=0,size=4k", flags: .readOnly) }
        try mountProgram()
        try mountProc()
        try mountDevices()
        try mountControlGroups(layout)
        try Mounts.moveRoot(to: root)
        // Pods may ask for mounts that reach back to their node.
        try Mounts.setPropagation(.shared, of: "/")
        if layout.isUnified { try leaveUnifiedRoot() }
        for folder in ["/run/eyrie", "/run/lock", "/run/containerd"] { try Files.makeFolders(folder) }
        try? Files.set("/proc/sys/net/ipv4/ip_forward", "1")
    }

    private func show(_ source: String, at target: String) throws(LinuxError) {
        try Files.makeFolders("\(root)\(target)")
        try Mounts.bind(source, at: "\(root)\(target)")
    }
    private func temporary(_ target: String, _ options: String, flags: Mounts.Flags = []) throws(LinuxError) {
        try Files.makeFolders("\(root)\(target)")
        try Mounts.mount("tmpfs", at: "\(root)\(target)", type: "tmpfs", flags: flags, options: options)
    }
    /// This very program as `/usr/bin/eyrie`: the host's file, or a copy when another has taken its place there since this one was started.
    private func mountProgram() throws(LinuxError) {
        let target = "\(root)/usr/bin/eyrie"
        var (own, there) = (stat(), stat())
        guard stat("/proc/self/exe", &own) == 0 else { throw LinuxError("stat", "/proc/self/exe") }
        unlink(target)
        guard stat(plan.program, &there) == 0, there.st_ino == own.st_ino, there.st_dev == own.st_dev else {
            return try Files.replace(target, try Files.read("/proc/self/exe", limit: 1 << 30), mode: 0o755)
        }
        try Files.replace(target, [], mode: 0o755)
        try Mounts.bind(plan.program, at: target, flags: .readOnly)
    }
    private func mountProc() throws(LinuxError) {
        try Mounts.mount("proc", at: "\(root)/proc", type: "proc", flags: [.noSetuid, .noDevices, .noExecute])
        try Mounts.mount("sysfs", at: "\(root)/sys", type: "sysfs", flags: [.noSetuid, .noDevices, .noExecute])
    }

    /// Devices that are no window to the host's disks. Source: Documentation/admin-guide/devices.txt.
    private func mountDevices() throws(LinuxError) {
        try temporary("/dev", "mode=755,size=1m", flags: .noSetuid)
        let nodes: [(String, UInt32, UInt32)] = [
            ("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("kmsg", 1, 11), ("tty", 5, 0),
            ("fuse", 10, 229), ("net/tun", 10, 200),
        ]
        try Files.makeFolders("\(root)/dev/net")
        for (name, major, minor) in nodes {
            try Files.makeDevice("\(root)/dev/\(name)", major: major, minor: minor, mode: name == "kmsg" ? 0o600 : 0o666)
        }
        let links = [
            ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"),
            ("ptmx", "pts/ptmx"),
        ]
        for (name, target) in links { symlink(target, "\(root)/dev/\(name)") }
        for folder in ["pts", "shm", "mqueue"] { try Files.makeFolders("\(root)/dev/\(folder)") }
        try Mounts.mount(
            "devpts", at: "\(root)/dev/pts", type: "devpts", flags: [.noSetuid, .noExecute],
            options: "newinstance,ptmxmode=0666,mode=620,gid=5")
        try Mounts.mount("tmpfs", at: "\(root)/dev/shm", type: "tmpfs", flags: [.noSetuid, .noDevices], options: "mode=1777")
        try? Mounts.mount("mqueue", at: "\(root)/dev/mqueue", type: "mqueue", flags: [.noSetuid, .noDevices, .noExecute])
    }

    /// The control groups anew: mounted inside the cgroup namespace they begin at the machine's own group.
    private func mountControlGroups(_ layout: CgroupLayout) throws(LinuxError) {
        let flags: Mounts.Flags = [.noSetuid, .noDevices, .noExecute]
        let base = "\(root)/sys/fs/cgroup"
        if layout.isUnified { return try Mounts.mount("cgroup2", at: base, type: "cgroup2", flags: flags) }
        try Mounts.mount("tmpfs", at: base, type: "tmpfs", flags: flags, options: "mode=755,size=64k")
        for hierarchy in layout.roots {
            let names = layout.controllers.filter { $0.value == hierarchy }.map(\.key).sorted()
            let name = hierarchy.split(separator: "/").last.map(String.init) ?? "cgroup"
            try Files.makeFolders("\(base)/\(name)")
            let options = names.allSatisfy { $0.hasPrefix("name=") } ? ["none"] + names : names
            try Mounts.mount(
                "cgroup", at: "\(base)/\(name)", type: "cgroup", flags: flags, options: options.joined(separator: ","))
            for controller in names where controller != name && !controller.contains("=") { symlink(name, "\(base)/\(controller)") }
        }
    }
    /// In version 2 a group that hands controllers down may hold no process: this one moves to a group of its own.
    private func leaveUnifiedRoot() throws(LinuxError) {
        let own = Cgroup("system")
        try own.create()
        try own.add(process: 0)
        let root = Cgroup("")
        for name in (Files.text("\(root.folders.first ?? "")/cgroup.controllers") ?? "").split(separator: " ") {
            try? Files.set("\(root.folders.first ?? "")/cgroup.subtree_control", "+\(name)")
        }
    }
}
