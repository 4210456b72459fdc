import Glibc
import Linux
import Testing

@Suite struct CgroupTests {
    private static let isPossible = geteuid() == 0 && CgroupLayout.detect().root("memory") != nil
    private let group = Cgroup("eyrie-test-\(getpid())-\(UInt32.random(in: 0 ... .max))")

    private func mounts(_ text: String) -> [MountEntry] { text.split(separator: "\n").compactMap(MountEntry.init) }

    @Test func findsSeparateAndJoinedHierarchies() {
        let layout = CgroupLayout(
            mounts: mounts(
                """
                32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
                35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
                41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                """))
        #expect(!layout.isUnified)
        #expect(layout.root("cpuacct") == "/sys/fs/cgroup/cpu,cpuacct")
        #expect(layout.roots == ["/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/systemd"])
    }
    @Test func findsTheUnifiedHierarchy() {
        let layout = CgroupLayout(mounts: mounts("30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate"))
        #expect(layout.isUnified)
        #expect(layout.root("memory") == "/sys/fs/cgroup")
    }

    @Test(.enabled(if: isPossible)) func limitsCountsKillsAndRemoves() async throws {
        let inner = group.child("inner")
        try inner.create()
        defer {
            group.kill()
            try? group.remove()
        }
        try group.set(CgroupLimits(cpuMillicores: 1500, cpuShares: 512, memoryBytes: 64 << 20, processes: 50))
        try group.set(CgroupLimits(memoryBytes: 32 << 20))
        try group.set(CgroupLimits(memoryBytes: 128 << 20))
        #expect(group.cpuLimitMillicores() == 1500)
        #expect(group.stats().memoryLimitBytes == 128 << 20)
        let child = try Spawn.start(Program("/bin/sleep", ["60"]))
        try inner.add(process: child.process)
        #expect(inner.processes() == [child.process])
        #expect(group.allProcesses() == [child.process])
        #expect(throws: LinuxError.self) { try group.remove() }
        group.kill()
        #expect(await child.wait() == .signalled(SIGKILL))
        try group.remove()
        #expect(!group.exists)
        #expect(!inner.exists)
    }

    @Test(.enabled(if: isPossible)) func theMemoryLimitHolds() async throws {
        try group.create()
        defer {
            group.kill()
            try? group.remove()
        }
        try group.set(CgroupLimits(memoryBytes: 16 << 20))
        let procs = group.folders.map { "echo $$ > \($0)/cgroup.procs" }.joined(separator: "; ")
        let (status, _) = try await Spawn.run(Program("/bin/sh", ["-c", "\(procs); exec head -c 200000000 /dev/zero | tail"]))
        #expect(status != .exited(0) || group.stats().outOfMemoryKills > 0)
        #expect(group.stats().outOfMemoryKills > 0)
    }
}
