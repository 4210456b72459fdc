import Documents
import Glibc
import KubeClient
import Kubelet
import Linux
import Testing

import struct KubeModel.PersistentVolumeClaimFields
import struct KubeModel.PersistentVolumeFields

@testable import LinuxNode

@Suite(.enabled(if: HostBed.isPossible)) struct ClaimTests {
    private static let noToken: Value = ["automountServiceAccountToken": false]

    private func pod(_ bed: HostBed, _ claim: String, _ spec: Value = noToken) async throws -> Value {
        try await bed.pod("p-\(claim)", volume: ["persistentVolumeClaim": ["claimName": .string(claim)]], spec)
    }

    @Test func pathsOfTheNodeStayWhereTheyAre() async throws {
        try await HostBed.with { bed in
            try await bed.bind("hp", ["hostPath": ["path": "/tmp", "type": "Directory"]])
            let pod = try await pod(bed, "hp")
            try await bed.host.prepare(pod)
            #expect(try await bed.source(pod) == "/tmp")
        }
    }

    @Test func localVolumesAreBoundAndOutliveTheirPods() async throws {
        try await HostBed.with { bed in
            let data = "\(bed.root)/disk"
            try Files.makeFolders(data)
            let affinity: Value = [
                "required": ["nodeSelectorTerms": [["matchExpressions": [["key": "kubernetes.io/hostname", "operator": "Exists"]]]]]
            ]
            try await bed.bind("local", ["local": ["path": .string(data)], "nodeAffinity": affinity])
            var spec = Self.noToken
            spec["securityContext"] = ["fsGroup": 55]
            let pod = try await pod(bed, "local", spec)
            try await bed.host.prepare(pod)
            let place = try await bed.source(pod)
            #expect(place.hasSuffix("/volumes/kubernetes.io~local-volume/local") && Mounts.isMountPoint(place))
            try Files.replace("\(place)/kept", [1])
            #expect(try facts(data).st_gid == 55)
            try await bed.host.release(uid: try #require(pod["metadata"]["uid"].string))
            #expect(Files.exists("\(data)/kept") && !Files.exists(place))
        }
    }

    @Test func volumesOfTheRegionAreFoundAgainByTheirHandle() async throws {
        try await HostBed.with { bed in
            try await bed.bind("ebs", ["csi": ["driver": "ebs.csi.aws.com", "volumeHandle": "vol-0123"]])
            try await bed.attach("vol-0123")
            let first = try await pod(bed, "ebs")
            try await bed.host.prepare(first)
            try Files.replace("\(try await bed.source(first))/kept", [1])
            try await bed.host.release(uid: try #require(first["metadata"]["uid"].string))
            let second = try await bed.pod("again", volume: ["persistentVolumeClaim": ["claimName": "ebs"]], Self.noToken)
            try await bed.host.prepare(second)
            #expect(Files.exists("\(try await bed.source(second))/kept"))
            #expect(Files.exists("\(bed.settings.volumeStore)/vol-0123/kept"))
        }
    }

    @Test func claimsThatAreNotThereYetAreTold() async throws {
        try await HostBed.with { bed in
            let pod = try await pod(bed, "none")
            await #expect(
                throws: PodHostError.volume(
                    name: "v",
                    message:
                        "Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: "
                        + "error processing PVC default/none: failed to fetch PVC from API server: "
                        + "persistentvolumeclaims \"none\" not found")
            ) { try await bed.host.prepare(pod) }
            _ = try await bed.client.create(
                PersistentVolumeClaimFields.kind,
                [
                    "metadata": ["name": "none", "namespace": "default"],
                    "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
                ])
            do {
                try await bed.host.prepare(pod)
                Issue.record("an unbound claim was mounted")
            } catch PodHostError.volume(_, let message) {
                #expect(message.hasSuffix("error processing PVC default/none: PVC is not bound"))
            }
        }
    }

    @Test func driversThatAreNotHereAreNamed() async throws {
        try await HostBed.with { bed in
            let pod = try await bed.pod("inline", volume: ["csi": ["driver": "x.test"]], Self.noToken)
            await #expect(
                throws: PodHostError.volume(
                    name: "v",
                    message: "MountVolume.SetUp failed for volume \"v\" : kubernetes.io/csi: attacher.MountDevice failed to create "
                        + "newCsiDriverClient: driver name x.test not found in the list of registered CSI drivers")
            ) { try await bed.host.prepare(pod) }
        }
    }
}
