import Control
import Documents
import KubeClient
import KubeModel
import Kubelet
import Linux
import Testing

@testable import LinuxNode

extension HostBed {
    /// A volume of that source with a claim that is bound to it.
    func bind(_ name: String, _ source: Value, modes: Value = ["ReadWriteOnce"]) async throws {
        var spec: Value = ["capacity": ["storage": "1Gi"], "accessModes": modes, "storageClassName": "", "volumeMode": "Filesystem"]
        for member in source.object ?? [:] { spec[member.key] = member.value }
        let claim = try await client.create(
            PersistentVolumeClaimFields.kind,
            [
                "metadata": ["name": .string(name), "namespace": "default"],
                "spec": [
                    "accessModes": modes, "storageClassName": "", "volumeName": .string(name),
                    "resources": ["requests": ["storage": "1Gi"]],
                ],
            ])
        spec["claimRef"] = [
            "kind": "PersistentVolumeClaim", "apiVersion": "v1", "namespace": "default", "name": .string(name),
            "uid": claim["metadata"]["uid"],
        ]
        _ = try await client.create(PersistentVolumeFields.kind, ["metadata": ["name": .string(name)], "spec": spec])
        _ = try await client.patch(
            PersistentVolumeClaimFields.kind, namespace: "default", name, .merge(["status": ["phase": "Bound"]]), subresource: "status")
    }
    /// Says that volumes of the EBS driver are attached to the node.
    func attach(_ handles: String...) async throws {
        let list = handles.map { handle -> Value in ["name": "kubernetes.io/csi/ebs.csi.aws.com^\(handle)", "devicePath": ""] }
        _ = try await client.patch(NodeFields.kind, "node-1", .merge(["status": ["volumesAttached": .array(list)]]), subresource: "status")
    }
    /// What the node says that it uses.
    func inUse() async throws -> [String] {
        try await client.get(NodeFields.kind, "node-1")["status"]["volumesInUse"].items.compactMap(\.string)
    }
    /// Moves the clock until a condition holds.
    func advance(until condition: () async throws -> Bool) async throws {
        for _ in 0..<60_000 {
            if try await condition() { return }
            clock.advance(by: .seconds(1))
            try await SystemClock().sleep(for: .milliseconds(1))
        }
        Issue.record("that does not come about")
    }
}

/// What a real node does about volumes that have to be attached.
@Suite(.enabled(if: HostBed.isPossible)) struct AttachmentTests {
    private static let source: Value = ["csi": ["driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"]]
    private static let device = "kubernetes.io/csi/ebs.csi.aws.com^vol-1"
    private func pod(_ bed: HostBed, _ name: String) async throws -> Value {
        try await bed.pod(name, volume: ["persistentVolumeClaim": ["claimName": "ebs"]], ["automountServiceAccountToken": false])
    }
    private func uid(_ pod: Value) -> String { pod["metadata"]["uid"].string ?? "" }

    @Test func aPodWaitsUntilItsVolumeIsAttachedAndTheNodeSaysThatItIsInUse() async throws {
        try await HostBed.with { bed in
            try await bed.bind("ebs", Self.source)
            let (first, second) = (try await pod(bed, "one"), try await pod(bed, "two"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await bed.host.prepare(first) }
                try await bed.advance { try await bed.inUse() == [Self.device] }
                bed.clock.advance(by: .seconds(5))
                #expect(!Files.exists("\(bed.settings.volumeStore)/vol-1"), "nothing is mounted before it is attached")
                try await bed.attach("vol-1")
                try await bed.advance { Files.exists("\(bed.settings.volumeStore)/vol-1") }
                try await group.waitForAll()
            }
            try await bed.host.prepare(second)
            try await bed.host.release(uid: uid(first))
            #expect(try await bed.inUse() == [Self.device], "the second pod uses it still")
            try await bed.host.retire(second)
            #expect(try await bed.inUse().isEmpty)
        }
    }

    @Test func whatIsNotAttachedInTimeIsTold() async throws {
        try await HostBed.with { bed in
            try await bed.bind("ebs", Self.source)
            let pod = try await pod(bed, "one")
            let begun = bed.clock.now
            let attempt = Task { @Sendable in try await bed.host.prepare(pod) }
            try await bed.advance { bed.clock.now - begun > .seconds(200) }
            await #expect(
                throws: PodHostError.volume(
                    name: "v",
                    message: "Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[v], failed to process "
                        + "volumes=[]: context deadline exceeded")
            ) { try await attempt.value }
            let abandoned = Task { @Sendable in try await bed.host.prepare(pod) }
            abandoned.cancel()
            await #expect(throws: PodHostError.cancelled) { try await abandoned.value }
        }
    }

    @Test func aDriverThatAttachesNothingIsNotWaitedFor() async throws {
        try await HostBed.with { bed in
            let drivers = Kind(
                group: "storage.k8s.io", version: "v1", "CSIDriver", prefix: "storage.k8s.io/csidrivers/", namespaced: false)
            _ = try await bed.client.create(drivers, ["metadata": ["name": "ebs.csi.aws.com"], "spec": ["attachRequired": false]])
            try await bed.bind("ebs", Self.source)
            try await bed.host.prepare(try await pod(bed, "one"))
            #expect(try await bed.inUse().isEmpty)
        }
    }

    @Test func whatAnEarlierAgentMountedStaysInUseUntilItsPodsAreLookedAt() async throws {
        try await HostBed.with { bed in
            for handle in ["vol-1", "vol-2"] {
                try await bed.bind(
                    handle == "vol-1" ? "ebs" : "other", ["csi": ["driver": "ebs.csi.aws.com", "volumeHandle": .string(handle)]])
            }
            try await bed.attach("vol-1", "vol-2")
            let one = try await pod(bed, "one")
            let other = try await bed.pod(
                "other", volume: ["persistentVolumeClaim": ["claimName": "other"]], ["automountServiceAccountToken": false])
            for pod in [one, other] { try await bed.host.prepare(pod) }
            let both = [Self.device, "kubernetes.io/csi/ebs.csi.aws.com^vol-2"]
            #expect(try await bed.inUse() == both)
            let again = LinuxPodHost(settings: bed.settings, client: bed.client, clock: bed.clock, random: RandomSource(seed: 3))
            try await again.prepare(one)
            await again.keepAttachments(prepared: [uid(one)])
            #expect(try await bed.inUse() == both, "the other pod's volume is mounted still")
            try await again.release(uid: uid(other))
            await again.keepAttachments(prepared: [uid(one)])
            #expect(try await bed.inUse() == [Self.device])
        }
    }
}
