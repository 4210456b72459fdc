import Control
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
}
