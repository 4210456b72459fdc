import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Synchronization
import Testing

@testable import KubeScheduler

/// Devices of pods that go while their claims are being written: the scheduler's decisions one by one, with one device for two pods.
@Suite struct AbandonedDeviceTests {
    private final class Inbox: Sendable {
        let events = Mutex<[Event]>([])
    }
    private final class Bed {
        let bed: KubeBed
        var loop = SchedulerLoop(SchedulerConfiguration(), random: RandomSource(seed: 1))
        private let inbox = Inbox()
        private let watch: WatchHandle

        init() async throws {
            bed = try await KubeBed()
            func kind(_ name: String, _ plural: String) -> Kind {
                Kind(group: "resource.k8s.io", name, prefix: "resource.k8s.io/\(plural)/", namespaced: false)
            }
            try bed.makeNode("n0")
            try bed.create(kind("DeviceClass", "deviceclasses"), ["metadata": ["name": "card"], "spec": [:]])
            let pool: Value = ["name": "p", "generation": 1, "resourceSliceCount": 1]
            try bed.create(
                kind("ResourceSlice", "resourceslices"),
                [
                    "metadata": ["name": "s"],
                    "spec": ["driver": "d.example.com", "nodeName": "n0", "pool": pool, "devices": [["name": "only"]]],
                ])
            for name in ["a", "b"] {
                let requests: Value = [["name": "r", "exactly": ["deviceClassName": "card"]]]
                try bed.create(
                    ResourceClaimFields.kind,
                    ["metadata": ["name": .string(name), "namespace": "default"], "spec": ["devices": ["requests": requests]]])
                try bed.makePod(name, spec: ["resourceClaims": [["name": "c", "resourceClaimName": .string(name)]]])
            }
            await loop.load(bed.realm.snapshot(), now: bed.clock.now)
            watch = try bed.realm.watch(prefix: "", after: bed.realm.head) { [inbox] new in inbox.events.withLock { $0 += new } }
        }
        deinit { watch.cancel() }

        /// What has happened below a prefix since it was asked last.
        func events(_ prefix: String) -> [Event] {
            inbox.events.withLock { events in
                defer { events.removeAll { $0.entry.key.hasPrefix(prefix) } }
                return events.filter { $0.entry.key.hasPrefix(prefix) }
            }
        }
        /// What is to be done after that is known.
        func actions(_ letters: [SchedulerLetter] = []) -> [SchedulerAction] {
            loop.receive(letters, current: { bed.realm.get($0) }, now: bed.clock.now)
            return loop.decide(bed.realm.snapshot, now: bed.clock.now)
        }
        /// The pods whose claims are to be written after that is known.
        func prepared(_ letters: [SchedulerLetter] = []) -> [(pod: SchedulingPod, plan: DevicePlan)] {
            actions(letters).compactMap { if case .prepare(let pod, _, _, let plan) = $0 { (pod, plan) } else { nil } }
        }
    }
    private static let claims = ResourceClaimFields.kind.prefix

    @Test func aDeviceStaysWithAClaimThatWasWrittenForAPodThatIsGone() async throws {
        let bed = try await Bed()
        let first = try #require(bed.prepared().first)
        try bed.bed.delete(Pod.self, first.pod.name)
        #expect(bed.prepared([.events(bed.events(PodFields.kind.prefix))]).isEmpty, "it is being written")
        try bed.bed.patch(ResourceClaim.self, first.pod.name, ["metadata": ["labels": ["some": "label"]]])
        let early = bed.events(Self.claims)
        let allocation = try #require(first.plan.allocations.first).document
        try bed.bed.patch(ResourceClaim.self, first.pod.name, ["status": ["allocation": allocation]], subresource: "status")
        // The pod's end is known before the event that tells of its claim, and what happened to the claim before comes late.
        #expect(bed.prepared([.written(first.pod)]).isEmpty)
        #expect(bed.prepared([.events(early)]).isEmpty)
        #expect(bed.prepared([.events(bed.events(Self.claims))]).isEmpty)
        try bed.bed.patch(ResourceClaim.self, first.pod.name, ["status": ["allocation": nil]], subresource: "status")
        let second = bed.prepared([.events(bed.events(Self.claims))])
        #expect(second.map(\.pod.name) == (first.pod.name == "a" ? ["b"] : ["a"]))
        bed.bed.stop()
    }
    @Test func whatIsStillBeingWrittenIsTakenBackAfterThatAndBeforeTheNextTry() async throws {
        let bed = try await Bed()
        let first = try #require(bed.prepared().first)
        try bed.bed.delete(Pod.self, first.pod.name == "a" ? "b" : "a")
        #expect(bed.prepared([.events(bed.events(PodFields.kind.prefix))]).isEmpty)
        func undone(_ actions: [SchedulerAction]) -> [String] {
            actions.flatMap { if case .undo(let plan) = $0 { plan.claims.map(\.path) } else { [String]() } }
        }
        // The write takes longer than the scheduler waits.
        bed.bed.advance(.seconds(700))
        #expect(undone(bed.actions()).isEmpty, "it would come before what it is to take back")
        bed.bed.advance(.seconds(30))
        #expect(bed.prepared().isEmpty)
        #expect(undone(bed.actions([.written(first.pod)])) == ["default/\(first.pod.name)"])
        bed.bed.advance(.seconds(30))
        #expect(bed.prepared().isEmpty, "what is taken back could be the new try's")
        #expect(bed.prepared([.undone(first.pod)]).map(\.pod.name) == [first.pod.name])
        bed.bed.stop()
    }
    @Test func aDeviceIsAnothersOnceItIsKnownThatNothingWasWritten() async throws {
        let bed = try await Bed()
        let first = try #require(bed.prepared().first)
        try bed.bed.delete(Pod.self, first.pod.name)
        #expect(bed.prepared([.events(bed.events(PodFields.kind.prefix))]).isEmpty)
        let second = bed.prepared([.unprepared(first.pod, .dynamicResources, .conflict("changed"))])
        #expect(second.count == 1 && second.first?.pod.name != first.pod.name)
        bed.bed.stop()
    }
}
