import Documents
import Glibc
import Kubelet
import Linux
import Testing

@testable import LinuxNode

@Suite(.enabled(if: HostBed.isPossible)) struct SubpathTests {
    private static let noToken: Value = ["automountServiceAccountToken": false]

    @Test func partsOfVolumesAreMadeAndBound() async throws {
        try await HostBed.with { bed in
            let pod = try await bed.pod("web", volume: ["emptyDir": [:]], Self.noToken, mount: ["subPath": "a/b"])
            try await bed.host.prepare(pod)
            let uid = try #require(pod["metadata"]["uid"].string)
            let place = try await bed.source(pod)
            #expect(place == bed.settings.paths(uid).subpath("v", "main", 0) && Mounts.isMountPoint(place))
            try Files.replace("\(place)/file", [1])
            let volume = bed.settings.paths(uid).volume("kubernetes.io/empty-dir", "v")
            #expect(Files.exists("\(volume)/a/b/file"))
            #expect(try facts("\(volume)/a").permissions == 0o777)
            #expect(try await bed.source(pod) == place)
            #expect(Mounts.list().count { $0.target == place } == 1)
        }
    }

    @Test func aSingleFileOfAMapIsBoundThroughItsLinks() async throws {
        try await HostBed.with { bed in
            try await bed.configMap("m", ["a.conf": "1", "b.conf": "2"])
            let pod = try await bed.pod("web", volume: ["configMap": ["name": "m"]], Self.noToken, mount: ["subPath": "b.conf"])
            try await bed.host.prepare(pod)
            #expect(Files.text(try await bed.source(pod)) == "2")
        }
    }

    @Test func noLinkLeadsOutOfAVolume() async throws {
        try await HostBed.with { bed in
            let pod = try await bed.pod("web", volume: ["emptyDir": [:]], Self.noToken, mount: ["subPath": "out/etc"])
            try await bed.host.prepare(pod)
            let uid = try #require(pod["metadata"]["uid"].string)
            #expect(symlink("/", "\(bed.settings.paths(uid).volume("kubernetes.io/empty-dir", "v"))/out") == 0)
            await #expect(
                throws: PodHostError.config("failed to prepare subPath for volumeMount \"v\" of container \"main\"")
            ) { try await bed.config(pod) }
            #expect(!Mounts.list().contains { $0.target.hasPrefix(bed.settings.paths(uid).subpaths) })
        }
    }

    @Test func removalNeverFollowsMountsIntoVolumesOfTheNode() async throws {
        try await HostBed.with { bed in
            let data = "\(bed.root)/data"
            try Files.makeFolders("\(data)/part")
            try Files.replace("\(data)/part/precious", [1])
            let pod = try await bed.pod("web", volume: ["hostPath": ["path": .string(data)]], Self.noToken, mount: ["subPath": "part"])
            try await bed.host.prepare(pod)
            #expect(Files.exists("\(try await bed.source(pod))/precious"))
            try await bed.host.release(uid: try #require(pod["metadata"]["uid"].string))
            #expect(Files.exists("\(data)/part/precious"))
        }
    }
}
