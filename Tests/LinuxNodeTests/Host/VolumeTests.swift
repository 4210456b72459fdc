import Control
import Documents
import Glibc
import KubeClient
import Kubelet
import Linux
import Testing

@testable import LinuxNode

@Suite(.enabled(if: HostBed.isPossible)) struct VolumeTests {
    private static let noToken: Value = ["automountServiceAccountToken": false]

    @Test func emptyFoldersAreOnDiskOrInMemory() async throws {
        try await HostBed.with { bed in
            let disk = try await bed.pod("disk", volume: ["emptyDir": [:]], Self.noToken)
            try await bed.host.prepare(disk)
            let folder = try await bed.source(disk)
            #expect(try facts(folder).permissions == 0o777 && !VolumeMaker.isMountPoint(folder))
            try Files.replace("\(folder)/kept", [1])
            try await bed.host.prepare(disk)
            #expect(Files.exists("\(folder)/kept"))
            let memory = try await bed.pod(
                "memory", volume: ["emptyDir": ["medium": "Memory", "sizeLimit": "1Mi"]], Self.noToken)
            try await bed.host.prepare(memory)
            var room = statvfs()
            let place = try await bed.source(memory)
            #expect(statvfs(place, &room) == 0 && Int(room.f_blocks) * Int(room.f_frsize) == 1 << 20)
            #expect(try facts(place).permissions == 0o777)
        }
    }

    @Test func groupsOwnVolumes() async throws {
        try await HostBed.with { bed in
            var spec = Self.noToken
            spec["securityContext"] = ["fsGroup": 4242]
            let empty = try await bed.pod("empty", volume: ["emptyDir": [:]], spec)
            try await bed.host.prepare(empty)
            let folder = try facts(try await bed.source(empty))
            #expect(folder.st_gid == 4242 && folder.permissions & 0o2070 == 0o2070)
            try await bed.configMap("m", ["a": "1"])
            let map = try await bed.pod("map", volume: ["configMap": ["name": "m", "defaultMode": 0o400]], spec)
            try await bed.host.prepare(map)
            let file = try facts("\(try await bed.source(map))/..data/a")
            #expect(file.st_gid == 4242 && file.permissions == 0o440)
        }
    }

    @Test func filesChangeAllAtOnceAndSoonAfterTheirSource() async throws {
        try await HostBed.with { bed in
            try await bed.configMap("m", ["a": "1", "gone": "x"])
            let pod = try await bed.pod("web", volume: ["configMap": ["name": "m"]], Self.noToken)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await bed.host.run() }
                try await bed.host.prepare(pod)
                let folder = try await bed.source(pod)
                let (top, before) = (try facts("\(folder)/a"), realpath("\(folder)/..data", nil).map { String(cString: $0) })
                #expect(top.st_mode & S_IFMT == S_IFLNK)
                _ = try await bed.client.patch(
                    Kind("ConfigMap", prefix: "core/configmaps/"), namespace: "default", "m",
                    .merge(["data": ["a": "2", "b": "3", "gone": .null]]))
                #expect(try await bed.reached { Files.text("\(folder)/a") == "2" })
                // What is no longer shown goes after the change is seen.
                #expect(try await bed.reached { Files.names(in: folder).count == 4 })
                #expect(Files.text("\(folder)/b") == "3" && !Files.exists("\(folder)/gone"))
                let after = realpath("\(folder)/..data", nil).map { String(cString: $0) }
                #expect(before != after && !Files.exists(before ?? "/"))
                group.cancelAll()
            }
        }
    }

    @Test func tokensAreRenewedAtFourFifthsOfTheirLife() async throws {
        try await HostBed.with { bed in
            let token: Value = ["serviceAccountToken": ["path": "token", "expirationSeconds": 600, "audience": "me"]]
            let pod = try await bed.pod("web", volume: ["projected": ["sources": [token]]], Self.noToken)
            try await bed.host.prepare(pod)
            let file = "\(try await bed.source(pod))/token"
            let first = Files.text(file)
            bed.clock.advance(by: .seconds(460))
            try await bed.host.refresh(pod)
            #expect(Files.text(file) == first)
            bed.clock.advance(by: .seconds(30))
            try await bed.host.refresh(pod)
            #expect(Files.text(file) != first && Files.text(file) != nil)
        }
    }

    @Test(arguments: [
        ("Directory", "none", "is not a directory"), ("File", "folder", "is not a file"), ("Socket", "file", "is not a socket file"),
        ("CharDevice", "file", "is not a character device"), ("BlockDevice", "file", "is not a block device"),
    ])
    func pathsOfTheNodeAreOfTheirType(type: String, name: String, message: String) async throws {
        try await HostBed.with { bed in
            try Files.makeFolders("\(bed.root)/folder")
            try Files.replace("\(bed.root)/file", [])
            let path = "\(bed.root)/\(name)"
            let pod = try await bed.pod("web", volume: ["hostPath": ["path": .string(path), "type": .string(type)]], Self.noToken)
            await #expect(
                throws: PodHostError.volume(
                    name: "v", message: "MountVolume.SetUp failed for volume \"v\" : hostPath type check failed: \(path) \(message)")
            ) { try await bed.host.prepare(pod) }
        }
    }

    @Test func pathsOfTheNodeAreMadeWhereToldSo() async throws {
        try await HostBed.with { bed in
            for (type, name) in [("DirectoryOrCreate", "new/folder"), ("FileOrCreate", "file"), ("CharDevice", "null")] {
                let path = name == "null" ? "/dev/null" : "\(bed.root)/\(name)"
                if type == "FileOrCreate" { try Files.makeFolders(bed.root) }
                let pod = try await bed.pod(
                    "p-\(type.lowercased())", volume: ["hostPath": ["path": .string(path), "type": .string(type)]], Self.noToken)
                try await bed.host.prepare(pod)
                #expect(try await bed.source(pod) == path && Files.exists(path))
            }
        }
    }
}
