import Control
import Documents
import KubeControllers
import KubeModel
import KubeScheduler
import Reconcile
import Storage
import Synchronization
import Testing

/// Pods that come and go at random with claims to whole devices, to parts of one and to shares, while the scheduler starts anew: no device
/// is ever given beyond what there is, whatever document is looked at.
@Suite struct DeviceChaosTests {
    private static func kind(_ name: String, _ plural: String) -> Kind {
        Kind(group: "resource.k8s.io", name, prefix: "resource.k8s.io/\(plural)/", namespaced: false)
    }
    private static let parts = ["whole": 40, "left": 20, "right": 20]
    private static func part(_ name: String) -> Value {
        let amount: Value = ["value": .string("\(parts[name] ?? 0)Gi")]
        return [
            "name": .string(name), "attributes": ["kind": ["string": "part"]],
            "consumesCounters": [["counterSet": "card", "counters": ["memory": amount]]],
        ]
    }
    private static let devices: Value = .array(
        parts.keys.sorted().map(part) + [
            [
                "name": "net", "allowMultipleAllocations": true, "attributes": ["kind": ["string": "net"]],
                "capacity": ["bandwidth": ["value": "10"]],
            ]
        ])
    /// What a request for parts, or for a share of so much, looks like.
    private static func request(_ random: RandomSource) -> Value {
        let isPart = random.int(in: 0..<2) == 0
        let text = "device.attributes[\"d.example.com\"].kind == \"\(isPart ? "part" : "net")\""
        var exactly: Value = ["deviceClassName": "any", "allocationMode": "ExactCount", "count": 1]
        exactly["selectors"] = [["cel": ["expression": .string(text)]]]
        if !isPart { exactly["capacity"] = ["requests": ["bandwidth": .string("\(random.int(in: 1..<8))")]] }
        return [["name": "r", "exactly": exactly]]
    }

    /// What is given beyond what there is, by the documents of one moment.
    private static func excess(_ snapshot: Snapshot) -> [String] {
        var (memory, bandwidth, holders, found) = (0, 0, [String: Int](), [String]())
        for entry in snapshot.range(prefix: ResourceClaimFields.kind.prefix) {
            for result in entry.value["status"]["allocation"]["devices"]["results"].items {
                let name = result["device"].string ?? ""
                if name == "net" {
                    bandwidth += Quantity(result["consumedCapacity"]["bandwidth"])?.units ?? 100
                } else {
                    holders[name, default: 0] += 1
                    memory += parts[name] ?? 100
                }
            }
        }
        for (name, count) in holders where count > 1 { found.append("\(name) is given \(count) times") }
        if memory > 40 { found.append("\(memory) of 40 GiB are given") }
        if bandwidth > 10 { found.append("\(bandwidth) of 10 are given") }
        return found
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>) func noDeviceIsGivenTwice(seed: UInt64) async throws {
        let bed = try await KubeBed(seed: seed)
        for name in ["n0", "n1"] { try bed.makeNode(name) }
        try bed.create(Self.kind("DeviceClass", "deviceclasses"), ["metadata": ["name": "any"], "spec": [:]])
        let counters: Value = [["name": "card", "counters": ["memory": ["value": "40Gi"]]]]
        for (name, content) in [("counters", ["sharedCounters": counters]), ("devices", ["devices": Self.devices])] as [(String, Value)] {
            let pool: Value = ["name": "p", "generation": 1, "resourceSliceCount": 2]
            var spec: Value = ["driver": "d.example.com", "nodeName": "n0", "pool": pool]
            for member in content.object ?? [:] { spec[member.key] = member.value }
            try bed.create(Self.kind("ResourceSlice", "resourceslices"), ["metadata": ["name": .string(name)], "spec": spec])
        }
        func begin() {
            bed.start([DeviceReleaseController(), InstantKubelet()])
            bed.startScheduler()
        }
        begin()
        let seen = Mutex<(worst: [String], given: Int)>(([], 0))
        let realm = bed.realm
        let watch = try realm.watch(prefix: ResourceClaimFields.kind.prefix, after: realm.head) { _ in
            let snapshot = realm.snapshot()
            let excess = Self.excess(snapshot)
            let given = snapshot.range(prefix: ResourceClaimFields.kind.prefix).count { !$0.value["status"]["allocation"].isNull }
            seen.withLock { $0 = ($0.worst + excess, max($0.given, given)) }
        }
        defer { watch.cancel() }
        let random = RandomSource(seed: seed)
        var alive: [String] = []
        for step in 0..<60 {
            // Several things at once, in whatever order.
            for number in 0..<random.int(in: 1..<5) {
                let name = "p\(step)-\(number)"
                if !alive.isEmpty, random.int(in: 0..<5) < 2 {
                    let gone = alive.remove(at: random.int(in: 0..<alive.count))
                    Self.begin(.delete(PodFields.kind, namespace: "default", name: gone, uid: nil, gracePeriodSeconds: 0), bed)
                    continue
                }
                alive.append(name)
                let claim: Value = [
                    "metadata": ["name": .string(name), "namespace": "default"], "spec": ["devices": ["requests": Self.request(random)]],
                ]
                let pod: Value = [
                    "metadata": ["name": .string(name), "namespace": "default"],
                    "spec": [
                        "containers": [["name": "c", "image": "i"]], "resourceClaims": [["name": "c", "resourceClaimName": .string(name)]],
                    ],
                ]
                Self.begin(.create(ResourceClaimFields.kind, claim), bed)
                Self.begin(.create(PodFields.kind, pod), bed)
            }
            // Some go while the scheduler is about to give them something.
            bed.executor.drain(limit: random.int(in: 10..<80))
            if random.int(in: 0..<2) == 0, let last = alive.popLast() {
                Self.begin(.delete(PodFields.kind, namespace: "default", name: last, uid: nil, gracePeriodSeconds: 0), bed)
            }
            if random.int(in: 0..<3) > 0 { bed.settle() } else { bed.executor.drain(limit: random.int(in: 10..<200)) }
            if step % 10 == 9 {
                bed.stop()
                begin()
            }
        }
        bed.advance(.seconds(120))
        let (worst, given) = seen.withLock { $0 }
        #expect(worst.isEmpty, "\(Set(worst).sorted())")
        #expect(given >= 3)
        bed.stop()
    }
    private static func begin(_ change: Change, _ bed: KubeBed) {
        _ = bed.executor.start { [writer = bed.writer] in _ = try? await writer.apply(change, by: "test") }
    }
}
