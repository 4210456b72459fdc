import Control
import Glibc
import Kubelet
import Linux

/// What the node and its pods use at one moment.
struct NodeSample: Sendable {
    /// A pod's own control group and interfaces.
    struct Pod: Sendable {
        let name: String, namespace: String, uid: String
        /// nil when it has no control group.
        let usage: CgroupStats?
        let interfaces: [InterfaceCounters]
        let started: Int
        /// Volumes, where storage was asked for; those on the node's disk count as ephemeral storage.
        let volumes: [(name: String, room: FilesystemRoom, isOnDisk: Bool)]
        var containers: [Container] = []
    }
    struct Container: Sendable {
        let name: String
        let image: String
        let started: Int
        let stats: ContainerStats
    }
    var time: Timestamp
    var node: CgroupStats
    var interfaces: [InterfaceCounters]
    var pods: [Pod]
    var containerStates: [String: Int]
}

/// What has gone through a network interface. Source: proc(5), `/proc/net/dev`.
struct InterfaceCounters: Sendable, Hashable {
    let name: String
    let receivedBytes: Int, receivedPackets: Int, receivedErrors: Int, receivedDrops: Int
    let sentBytes: Int, sentPackets: Int, sentErrors: Int, sentDrops: Int

    /// The interfaces of a process's network, loopback left out; none when it is gone.
    static func of(process: String) -> [InterfaceCounters] {
        (Files.text("/proc/\(process)/net/dev") ?? "").split(separator: "\n").dropFirst(2).compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let name = String(line[..<colon].drop { $0 == " " })
            let numbers = line[line.index(after: colon)...].split(separator: " ").compactMap { Int($0) }
            guard name != "lo", numbers.count >= 12 else { return nil }
            return InterfaceCounters(
                name: name, receivedBytes: numbers[0], receivedPackets: numbers[1], receivedErrors: numbers[2], receivedDrops: numbers[3],
                sentBytes: numbers[8], sentPackets: numbers[9], sentErrors: numbers[10], sentDrops: numbers[11])
        }
    }
}

/// Room on a file system. Source: statvfs(3).
struct FilesystemRoom: Sendable, Hashable {
    var availableBytes = 0, capacityBytes = 0, usedBytes = 0
    var freeInodes = 0, inodes = 0, usedInodes = 0
    init() {}

    /// Of the file system at a path; zeros where there is none.
    init(at path: String) {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return }
        let block = Int(facts.f_frsize)
        (availableBytes, capacityBytes) = (Int(facts.f_bavail) * block, Int(facts.f_blocks) * block)
        usedBytes = Int(facts.f_blocks - facts.f_bfree) * block
        (freeInodes, inodes, usedInodes) = (Int(facts.f_ffree), Int(facts.f_files), Int(facts.f_files - facts.f_ffree))
    }

    /// The same file system as far as one owner uses it.
    func used(_ bytes: Int, inodes: Int) -> FilesystemRoom {
        var own = self
        (own.usedBytes, own.usedInodes) = (bytes, inodes)
        return own
    }
}
