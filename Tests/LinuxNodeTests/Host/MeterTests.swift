import Documents
import Glibc
import Kubelet
import Linux
import Testing

@testable import LinuxNode

@Suite struct DiskUseTests {
    @Test func countsBlocksOnceAndFollowsNoLinks() throws {
        let folder = "/tmp/eyrie-du-\(getpid())"
        defer { try? Files.removeTree(folder) }
        try Files.makeFolders("\(folder)/deep")
        try Files.replace("\(folder)/deep/file", [UInt8](repeating: 1, count: 100_000))
        let before = DiskUse.of(folder)
        #expect(before.bytes >= 100_000 && before.bytes < 200_000 && before.inodes == 3)
        #expect(link("\(folder)/deep/file", "\(folder)/again") == 0 && symlink("/usr", "\(folder)/usr") == 0)
        let after = DiskUse.of(folder)
        #expect(after.inodes == 4 && after.bytes < before.bytes + 10_000)
        #expect(DiskUse.of("\(folder)/none") == DiskUse())
    }
}

@Suite(.enabled(if: HostBed.isPossible)) struct MeterTests {
    @Test func measuresVolumesAndLogsOfPods() async throws {
        try await HostBed.with { bed in
            let pod = try await bed.pod(
                "web", volume: ["emptyDir": ["sizeLimit": "10Ki"]], ["automountServiceAccountToken": false])
            try await bed.host.prepare(pod)
            let config = try await bed.config(pod)
            try Files.replace("\(try await bed.source(pod))/file", [UInt8](repeating: 1, count: 50_000))
            let sandbox = try await bed.host.sandboxConfig(for: pod, attempt: 0)
            try Files.replace("\(sandbox.logDirectory)/\(config.logPath)", [UInt8](repeating: 1, count: 20_000))
            var settings = bed.settings
            settings.memoryCapacity = 8 << 30
            let runtime = try ContainerdRuntime(socket: "\(bed.root)/none.sock")
            let meter = LinuxNodeMeter(settings: settings, runtime: runtime, imageDirectory: bed.root)
            let readings = await meter.measure([pod], storage: true)
            let uid = try #require(pod["metadata"]["uid"].string)
            let usage = try #require(readings.pods[uid])
            #expect(usage.volumeBytes["v"] ?? 0 >= 50_000)
            #expect(usage.containers["main"]?.logBytes ?? 0 >= 20_000)
            #expect(StorageLimits.breach(of: pod, usage) == "Usage of EmptyDir volume \"v\" exceeds the limit \"10Ki\". ")
            #expect(readings.signals.keys.count >= 4)
            #expect(readings.signals.values.allSatisfy { $0.capacity > 0 && $0.available <= $0.capacity })
        }
    }
}
