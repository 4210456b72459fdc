import Documents
import Testing

@testable import KubeModel

@Suite struct StrategicMergeTests {
    private func merge(_ patch: Value, _ document: Value, _ type: String = "core.v1.Pod") throws -> Value {
        try StrategicMerge.apply(patch, to: document, type: try #require(Schema.kubernetes.type("io.k8s.api." + type)))
    }
    private func containers(_ names: String...) -> Value { ["spec": ["containers": .array(names.map { ["name": .string($0)] })]] }
    private func names(_ value: Value) -> [String] { value["spec"]["containers"].items.compactMap { $0["name"].string } }

    @Test func containersMergeByName() throws {
        let document: Value = ["spec": ["containers": [["name": "a", "image": "x", "args": ["1"]], ["name": "b", "image": "y"]]]]
        let result = try merge(["spec": ["containers": [["name": "a", "image": "z", "args": ["2"]]]]], document)
        #expect(result == ["spec": ["containers": [["name": "a", "image": "z", "args": ["2"]], ["name": "b", "image": "y"]]]])
    }

    @Test func newElementsComeBeforeTheServersOwn() throws {
        #expect(names(try merge(containers("c"), containers("a", "b"))) == ["c", "a", "b"])
        #expect(names(try merge(containers("b", "c"), containers("a", "b"))) == ["a", "b", "c"])
    }

    @Test func theOrderListArranges() throws {
        var patch = containers("c")
        patch["spec"]["$setElementOrder/containers"] = [["name": "b"], ["name": "c"], ["name": "a"]]
        #expect(names(try merge(patch, containers("a", "b"))) == ["b", "c", "a"])
        patch["spec"]["containers"] = [["name": "c"], ["name": "b"]]
        #expect(throws: KubeStatus.self) { try merge(patch, containers("a", "b")) }
    }

    @Test func directivesDeleteAndReplace() throws {
        #expect(names(try merge(["spec": ["containers": [["name": "a", "$patch": "delete"]]]], containers("a", "b"))) == ["b"])
        #expect(names(try merge(["spec": ["containers": [["$patch": "replace"], ["name": "c"]]]], containers("a", "b"))) == ["c"])
        #expect(try merge(["spec": ["$patch": "replace", "nodeName": "n"]], containers("a")) == ["spec": ["nodeName": "n"]])
        #expect(throws: KubeStatus.self) { try merge(["spec": ["$patch": "nonsense"]], containers("a")) }
    }

    @Test func retainedKeysClearTheOthers() throws {
        let document: Value = ["spec": ["strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1]]]]
        let patch: Value = ["spec": ["strategy": ["$retainKeys": ["type"], "type": "Recreate"]]]
        #expect(try merge(patch, document, "apps.v1.Deployment") == ["spec": ["strategy": ["type": "Recreate"]]])
        let bad: Value = ["spec": ["strategy": ["$retainKeys": ["x"], "type": "Recreate"]]]
        #expect(throws: KubeStatus.badRequest("invalid patch format of retainKeys")) { try merge(bad, document, "apps.v1.Deployment") }
    }

    @Test func scalarsOfMergedListsAddUpAndAreDeletedByDirective() throws {
        let document: Value = ["metadata": ["finalizers": ["a", "b"]]]
        #expect(try merge(["metadata": ["finalizers": ["b", "c"]]], document)["metadata"]["finalizers"] == ["a", "b", "c"])
        #expect(try merge(["metadata": ["$deleteFromPrimitiveList/finalizers": ["a"]]], document)["metadata"]["finalizers"] == ["b"])
    }

    @Test func elementsWithoutTheirKeyAreRefused() {
        #expect { try merge(["spec": ["containers": [["image": "x"]]]], containers("a")) } throws: { error in
            (error as? KubeStatus)?.message == "map: {\"image\":\"x\"} does not contain declared merge key: name"
        }
    }

    @Test func nullsDeleteAndNeverStay() throws {
        #expect(
            try merge(["metadata": ["labels": ["a": nil, "b": "1"]]], ["metadata": ["labels": ["a": "x"]]])["metadata"]["labels"] == [
                "b": "1"
            ])
        #expect(try merge(["spec": ["affinity": ["nodeAffinity": .null]]], ["spec": [:]]) == ["spec": ["affinity": [:]]])
    }

    @Test func portsThatShareANumberSurviveAnOrder() throws {
        let ports: Value = [["port": 53, "protocol": "UDP"], ["port": 53, "protocol": "TCP"], ["port": 9153]]
        let patch: Value = ["spec": ["$setElementOrder/ports": [["port": 53], ["port": 53], ["port": 9153]]]]
        #expect(try merge(patch, ["spec": ["ports": ports]], "core.v1.Service")["spec"]["ports"] == ports)
    }

    @Test func anEmptyPatchAndTheDocumentItselfChangeNothing() throws {
        var random = SmallRandom(seed: 7)
        for _ in 0..<300 {
            let document = randomPod(&random)
            #expect(try merge([:], document) == document)
            #expect(try merge(document, document) == document)
        }
    }

    @Test func aPatchAppliedTwiceIsAsOnce() throws {
        var random = SmallRandom(seed: 11)
        for _ in 0..<300 {
            let patch = randomPod(&random)
            let once = try merge(patch, randomPod(&random))
            let twice = try merge(patch, once)
            #expect(Set(names(once)) == Set(names(twice)))
            #expect(twice["metadata"] == once["metadata"])
            #expect(Set(twice["spec"]["containers"].items) == Set(once["spec"]["containers"].items))
        }
    }

    private func randomPod(_ random: inout SmallRandom) -> Value {
        var containers: [Value] = []
        for name in ["a", "b", "c", "d"] where random.next(2) == 0 {
            var container: Value = ["name": .string(name), "image": .string("i\(random.next(3))")]
            if random.next(2) == 0 { container["env"] = [["name": "X", "value": .string("\(random.next(3))")]] }
            containers.append(container)
        }
        return [
            "metadata": [
                "labels": .object(Object([.init("k\(random.next(3))", .string("v\(random.next(3))"))])),
                "finalizers": ["f\(random.next(2))"],
            ],
            "spec": ["containers": .array(containers)],
        ]
    }
}

/// A small repeatable source of numbers.
struct SmallRandom {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}
