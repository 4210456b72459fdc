import Control
import Documents
import Kubelet
import Linux

/// `/stats/summary`. Source: kubelet/stats/v1alpha1.
extension NodeStats {
    /// The node and its pods. - Parameter onlyProcessor: processor and memory alone.
    func summary(onlyProcessor: Bool = false) async -> Value {
        guard let sample = try? await sample(storage: !onlyProcessor) else {
            return ["node": ["nodeName": .string(settings.nodeName)], "pods": []]
        }
        let rooms = onlyProcessor ? nil : try? await rooms()
        let now = Value.string(sample.time.text)
        var node: Value = [
            "nodeName": .string(settings.nodeName), "startTime": .string(begun.text),
            "cpu": processor(sample.node.cpuNanoseconds, key: "node", sample.time), "memory": memory(sample.node, sample.time, memoryBytes),
        ]
        if let rooms {
            node["network"] = network(sample.interfaces, sample.time)
            node["fs"] = Self.filesystem(rooms.node, now)
            node["runtime"] = ["imageFs": Self.filesystem(rooms.images, now), "containerFs": Self.filesystem(rooms.images, now)]
        }
        var pods: [Value] = []
        for pod in sample.pods where pod.usage != nil || !pod.containers.isEmpty {
            pods.append(await summary(pod, sample, rooms?.images))
        }
        return ["node": node, "pods": .array(pods)]
    }

    private func summary(_ pod: NodeSample.Pod, _ sample: NodeSample, _ room: FilesystemRoom?) async -> Value {
        var (containers, used) = ([Value](), 0)
        for container in pod.containers {
            let stats = container.stats
            let time = Timestamp(nanoseconds: Int64(stats.timestamp))
            var value: Value = [
                "name": .string(container.name), "startTime": .string(Timestamp(nanoseconds: Int64(container.started)).text),
                "cpu": processor(stats.cpuNanoseconds, key: stats.id, time),
                "memory": [
                    "time": .string(time.text), "usageBytes": .int(Int64(stats.usageBytes)),
                    "workingSetBytes": .int(Int64(stats.workingSetBytes)), "rssBytes": .int(Int64(stats.rssBytes)),
                ],
            ]
            if let room {
                let logs = await logUse(pod, container.name)
                value["rootfs"] = Self.filesystem(room.used(stats.writableBytes, inodes: 0), .string(time.text))
                value["logs"] = Self.filesystem(room.used(logs.bytes, inodes: logs.inodes), .string(time.text))
                used += stats.writableBytes + logs.bytes
            }
            containers.append(value)
        }
        let usage = pod.usage ?? Self.sum(pod.containers)
        var value: Value = [
            "podRef": ["name": .string(pod.name), "namespace": .string(pod.namespace), "uid": .string(pod.uid)],
            "startTime": .string(Timestamp(nanoseconds: Int64(pod.started)).text), "containers": .array(containers),
            "cpu": processor(usage.cpuNanoseconds, key: pod.uid, sample.time), "memory": memory(usage, sample.time, usage.memoryLimitBytes),
            "process_stats": ["process_count": .int(Int64(usage.processes))],
        ]
        if let room {
            let now = Value.string(sample.time.text)
            value["volume"] = .array(
                pod.volumes.map { volume in
                    var row = Self.filesystem(volume.room, now)
                    row["name"] = .string(volume.name)
                    return row
                })
            let (bytes, inodes) = pod.volumes.filter(\.isOnDisk).reduce((used, 0)) { ($0.0 + $1.room.usedBytes, $0.1 + $1.room.usedInodes) }
            value["ephemeral-storage"] = Self.filesystem(room.used(bytes, inodes: inodes), now)
            if !pod.interfaces.isEmpty { value["network"] = network(pod.interfaces, sample.time) }
        }
        return value
    }

    static func sum(_ containers: [NodeSample.Container]) -> CgroupStats {
        containers.reduce(into: CgroupStats()) { sum, container in
            sum.cpuNanoseconds += container.stats.cpuNanoseconds
            sum.memoryBytes += container.stats.usageBytes
            sum.workingSetBytes += container.stats.workingSetBytes
            sum.anonymousBytes += container.stats.rssBytes
        }
    }

    private func processor(_ nanoseconds: Int, key: String, _ time: Timestamp) -> Value {
        var value: Value = ["time": .string(time.text)]
        if let rate = rate(key, nanoseconds, at: Int(time.nanoseconds)) { value["usageNanoCores"] = .int(Int64(rate)) }
        value["usageCoreNanoSeconds"] = .int(Int64(nanoseconds))
        return value
    }

    private func memory(_ usage: CgroupStats, _ time: Timestamp, _ limit: Int?) -> Value {
        var value: Value = ["time": .string(time.text)]
        if let limit { value["availableBytes"] = .int(Int64(max(0, limit - usage.workingSetBytes))) }
        value["usageBytes"] = .int(Int64(usage.memoryBytes))
        value["workingSetBytes"] = .int(Int64(usage.workingSetBytes))
        value["rssBytes"] = .int(Int64(usage.anonymousBytes))
        value["pageFaults"] = .int(Int64(usage.faults))
        value["majorPageFaults"] = .int(Int64(usage.majorFaults))
        return value
    }

    private func network(_ interfaces: [InterfaceCounters], _ time: Timestamp) -> Value {
        let rows = interfaces.map { one -> Value in
            [
                "name": .string(one.name), "rxBytes": .int(Int64(one.receivedBytes)), "rxErrors": .int(Int64(one.receivedErrors)),
                "txBytes": .int(Int64(one.sentBytes)), "txErrors": .int(Int64(one.sentErrors)),
            ]
        }
        var value = rows.first { $0["name"] == "eth0" } ?? rows.first ?? [:]
        value["time"] = .string(time.text)
        value["interfaces"] = .array(rows)
        return value
    }

    private static func filesystem(_ room: FilesystemRoom, _ time: Value) -> Value {
        [
            "time": time, "availableBytes": .int(Int64(room.availableBytes)), "capacityBytes": .int(Int64(room.capacityBytes)),
            "usedBytes": .int(Int64(room.usedBytes)), "inodesFree": .int(Int64(room.freeInodes)), "inodes": .int(Int64(room.inodes)),
            "inodesUsed": .int(Int64(room.usedInodes)),
        ]
    }
}
