/// What a control group has used.
package struct CgroupStats: Sendable, Hashable {
    /// Nanoseconds of processor time.
    package var cpuNanoseconds = 0
    /// Bytes: all; without the inactive file cache; anonymous.
    package var memoryBytes = 0, workingSetBytes = 0, anonymousBytes = 0
    /// The limit in bytes; nil for none.
    package var memoryLimitBytes: Int?
    package var majorFaults = 0, faults = 0
    /// Processes and threads.
    package var processes = 0
    /// How often the kernel killed a process here for want of memory.
    package var outOfMemoryKills = 0
    package init() {}
}

/// Limits and use. Sources: the kernel's pages on cpu, memory and pids of both versions.
extension Cgroup {
    private static let period = 100_000
    private static let noMemoryLimit = 1 << 60

    /// Sets the limits that are given. Memory and swap together are limited alike where the machine counts swap. - Throws: `LinuxError`.
    package func set(_ limits: CgroupLimits) throws(LinuxError) {
        if layout.isUnified { try setUnified(limits) } else { try setSeparate(limits) }
    }
    private func setSeparate(_ limits: CgroupLimits) throws(LinuxError) {
        if let cpu = limits.cpuMillicores, let folder = folder("cpu") {
            try Files.set("\(folder)/cpu.cfs_period_us", "\(Cgroup.period)")
            try Files.set("\(folder)/cpu.cfs_quota_us", cpu > 0 ? "\(max(1000, cpu * Cgroup.period / 1000))" : "-1")
        }
        if let shares = limits.cpuShares, let folder = folder("cpu") {
            try Files.set("\(folder)/cpu.shares", "\(min(max(shares, 2), 262_144))")
        }
        if let memory = limits.memoryBytes, let folder = folder("memory") {
            let text = memory > 0 ? "\(memory)" : "-1"
            let together = "\(folder)/memory.memsw.limit_in_bytes"
            let counts = Files.exists(together)
            // The limit on both may never be below that on memory: a raise sets both first, a cut memory first.
            let raises = memory <= 0 || memory > (Files.text("\(folder)/memory.limit_in_bytes").flatMap { Int($0) } ?? 0)
            if counts, raises { try Files.set(together, text) }
            try Files.set("\(folder)/memory.limit_in_bytes", text)
            if counts, !raises { try Files.set(together, text) }
        }
        if let processes = limits.processes, let folder = folder("pids") {
            try Files.set("\(folder)/pids.max", processes > 0 ? "\(processes)" : "max")
        }
    }
    private func setUnified(_ limits: CgroupLimits) throws(LinuxError) {
        guard let folder = folders.first else { return }
        if let cpu = limits.cpuMillicores {
            let quota = cpu > 0 ? "\(max(1000, cpu * Cgroup.period / 1000))" : "max"
            try Files.set("\(folder)/cpu.max", "\(quota) \(Cgroup.period)")
        }
        if let shares = limits.cpuShares {
            try Files.set("\(folder)/cpu.weight", "\(1 + (min(max(shares, 2), 262_144) - 2) * 9999 / 262_142)")
        }
        if let memory = limits.memoryBytes {
            try Files.set("\(folder)/memory.max", memory > 0 ? "\(memory)" : "max")
            if Files.exists("\(folder)/memory.swap.max") { try Files.set("\(folder)/memory.swap.max", memory > 0 ? "0" : "max") }
        }
        if let processes = limits.processes { try Files.set("\(folder)/pids.max", processes > 0 ? "\(processes)" : "max") }
    }

    /// The limit on processor time in thousandths of a processor; nil for none.
    package func cpuLimitMillicores() -> Int? {
        if layout.isUnified {
            let words = (folders.first.flatMap { Files.text("\($0)/cpu.max") } ?? "").split(separator: " ").map { Int($0) }
            guard words.count == 2, let quota = words[0], let period = words[1], period > 0 else { return nil }
            return quota * 1000 / period
        }
        guard let folder = folder("cpu"), let quota = number("\(folder)/cpu.cfs_quota_us"), quota > 0,
            let period = number("\(folder)/cpu.cfs_period_us"), period > 0
        else { return nil }
        return quota * 1000 / period
    }
    /// What has been used here and below; zeros when it is gone.
    package func stats() -> CgroupStats {
        var stats = CgroupStats()
        if layout.isUnified { readUnified(&stats) } else { readSeparate(&stats) }
        return stats
    }
    private func readSeparate(_ stats: inout CgroupStats) {
        if let folder = folder("cpuacct") { stats.cpuNanoseconds = number("\(folder)/cpuacct.usage") ?? 0 }
        if let folder = folder("memory") {
            stats.memoryBytes = number("\(folder)/memory.usage_in_bytes") ?? 0
            let table = table("\(folder)/memory.stat")
            stats.workingSetBytes = max(0, stats.memoryBytes - (table["total_inactive_file"] ?? 0))
            stats.anonymousBytes = table["total_rss"] ?? 0
            (stats.faults, stats.majorFaults) = (table["total_pgfault"] ?? 0, table["total_pgmajfault"] ?? 0)
            stats.memoryLimitBytes = number("\(folder)/memory.limit_in_bytes").flatMap { $0 < Cgroup.noMemoryLimit ? $0 : nil }
            stats.outOfMemoryKills = self.table("\(folder)/memory.oom_control")["oom_kill"] ?? 0
        }
        if let folder = folder("pids") { stats.processes = number("\(folder)/pids.current") ?? 0 }
    }
    private func readUnified(_ stats: inout CgroupStats) {
        guard let folder = folders.first else { return }
        stats.cpuNanoseconds = (table("\(folder)/cpu.stat")["usage_usec"] ?? 0) * 1000
        stats.memoryBytes = number("\(folder)/memory.current") ?? 0
        let table = table("\(folder)/memory.stat")
        stats.workingSetBytes = max(0, stats.memoryBytes - (table["inactive_file"] ?? 0))
        stats.anonymousBytes = table["anon"] ?? 0
        (stats.faults, stats.majorFaults) = (table["pgfault"] ?? 0, table["pgmajfault"] ?? 0)
        stats.memoryLimitBytes = number("\(folder)/memory.max")
        stats.outOfMemoryKills = self.table("\(folder)/memory.events")["oom_kill"] ?? 0
        stats.processes = number("\(folder)/pids.current") ?? 0
    }
    private func number(_ path: String) -> Int? { Files.text(path).flatMap { Int($0) } }
    /// Lines of a name and a number.
    private func table(_ path: String) -> [String: Int] {
        var table: [String: Int] = [:]
        for line in (Files.text(path) ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, let number = Int(words[1]) { table[String(words[0])] = number }
        }
        return table
    }
}
