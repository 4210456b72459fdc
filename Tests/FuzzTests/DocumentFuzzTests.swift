import Documents
import KubeModel
import Testing

/// Documents and what changes them.
@Suite struct DocumentFuzzTests {
    static let pod = #"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","labels":{"app":"web"},"creationTimestamp":"2026-01-02T03:04:05Z"},"spec":{"containers":[{"name":"main","image":"nginx:1.27","ports":[{"containerPort":80,"protocol":"TCP"}],"env":[{"name":"A","value":"1"}],"resources":{"requests":{"cpu":"100m","memory":"64Mi"}}}],"tolerations":[{"key":"a","operator":"Exists","tolerationSeconds":300}],"volumes":[{"name":"v","emptyDir":{}}]},"status":{"phase":"Running","n":[1,-2,3.5e-2,null,true,false,"é😀\n"]}}
        """#
    static let deployment = #"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","annotations":{"a":"b"},"finalizers":["x/y"]},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"d"}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":1}},"template":{"metadata":{"labels":{"app":"d"}},"spec":{"containers":[{"name":"a","image":"i"}]}}}}
        """#

    @Test func `JSON is read alike by tree and tape, and comes back`() throws {
        var fuzzer = Fuzzer(
            "json", corpus: [Self.pod, Self.deployment, "[]", "\"a\\u00e9\\ud83d\\ude00\"", "[1.0,1e5,-0,12345678901234567890]"])
        try fuzzer.run { input in
            let tree = try? JSON.parse(input)
            let tape = try? Document(input)
            guard (tree == nil) == (tape == nil) else { throw Fuzzer.Finding("tree and tape do not agree whether it is JSON") }
            guard let tree, let tape else { return false }
            guard tape.root.value == tree else { throw Fuzzer.Finding("tree and tape read different things") }
            // Whole numbers that were written as decimals are written as integers, as Go does.
            let written = JSON.encode(tree)
            guard let again = try? JSON.parse(written), JSON.encode(again) == written else {
                throw Fuzzer.Finding("it does not come back from \(text(written).debugDescription)")
            }
            guard let pretty = try? JSON.parse(JSON.text(tree, pretty: true)), pretty == again else {
                throw Fuzzer.Finding("pretty text differs")
            }
            return true
        }
    }
    @Test func `YAML that was read comes back`() throws {
        let manifest = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: a, labels: {b: "1", c: 'd'}}
            data:
              text: |
                one
                two
              folded: >-
                three
              n: 0x1F
              o: 1_000
              date: 2026-01-01
            list:
            - &a {x: 1}
            - *a
            - ~
            - 1e3
            ---
            b: [yes, no, on, .inf, -.INF, .nan, 0o17, +1, "\\x41"]
            """
        var fuzzer = Fuzzer("yaml", corpus: [manifest, Self.pod, "a: b", "- a\n- b: c\n", "? x\n: y\n"])
        try fuzzer.run(times: 2500) { input in
            guard let values = try? YAML.parse(input) else { return false }
            for value in values {
                let written = YAML.text(value)
                guard let again = try? YAML.parse(written), again == [value] else {
                    throw Fuzzer.Finding("it does not come back from \(written.debugDescription)")
                }
            }
            return true
        }
    }
    @Test func `XML is read or refused`() throws {
        var fuzzer = Fuzzer(
            "xml", corpus: ["<?xml version=\"1.0\"?><a x=\"1\"><b>t&amp;&#65;</b><!-- c --><c/><![CDATA[d]]></a>"],
            dictionary: ["<", ">", "&lt;", "&#x110000;", "&#0;", "<![CDATA[", "]]>", "<!DOCTYPE a [<!ENTITY b \"c\">]>"])
        try fuzzer.run { input in (try? XMLElement.parse(input)) != nil }
    }
    @Test func `a merge patch that was made leads where it should`() throws {
        var fuzzer = Fuzzer("merge-patch", corpus: ["[\(Self.pod),\(Self.deployment)]", "[{\"a\":1},{\"a\":{\"b\":null}}]", "[{},{}]"])
        try fuzzer.run(times: 2000) { input in
            guard let pair = (try? JSON.parse(input))?.array, pair.count == 2 else { return false }
            _ = MergePatch.apply(pair[0], to: pair[1])
            guard let old = pair[0].object, let new = pair[1].object, Self.hasNoNull(pair[1]) else { return true }
            guard let patch = MergePatch.difference(from: .object(old), to: .object(new)) else { return true }
            guard MergePatch.apply(patch, to: .object(old)) == .object(new) else { throw Fuzzer.Finding("the difference leads elsewhere") }
            return true
        }
    }
    /// A merge patch cannot say that a member is null.
    private static func hasNoNull(_ value: Value) -> Bool {
        switch value {
        case .object(let object): object.allSatisfy { !$0.value.isNull && hasNoNull($0.value) }
        default: true
        }
    }
    @Test func `JSON patches are applied or refused`() throws {
        let operations = #"""
            [{"op":"add","path":"/spec/containers/-","value":{"name":"b"}},{"op":"remove","path":"/metadata/labels/app"},{"op":"replace","path":"/spec/containers/0/image","value":"x"},{"op":"move","from":"/metadata/name","path":"/spec/n"},{"op":"copy","from":"/spec","path":"/status/s"},{"op":"test","path":"/spec/n","value":"web"}]
            """#
        let document = try JSON.parse(Self.pod)
        var fuzzer = Fuzzer(
            "json-patch", corpus: [operations, "[{\"op\":\"add\",\"path\":\"\",\"value\":1}]"], dictionary: ["/-", "/0", "/01", "/-1"])
        try fuzzer.run { input in
            guard let value = try? JSON.parse(input), let patch = try? JSONPatch(value) else { return false }
            return (try? patch.apply(to: document)) != nil
        }
    }
    @Test func `strategic merge patches are applied or refused`() throws {
        let patch = #"""
            {"metadata":{"labels":{"a":null}},"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"main"}],"containers":[{"name":"main","image":"x","ports":[{"$patch":"delete","containerPort":80}]},{"name":"b"}],"volumes":[{"$retainKeys":["name","hostPath"],"name":"v","hostPath":{"path":"/"}}],"tolerations":[{"$patch":"replace"}],"$deleteFromPrimitiveList/finalizers":["a"]}}
            """#
        let document = try JSON.parse(Self.pod)
        let type = try #require(
            KindTable.kubernetes.first { $0.kind == "Pod" && $0.group.isEmpty }.flatMap { Schema.kubernetes.type(of: $0) })
        var fuzzer = Fuzzer(
            "strategic", corpus: [patch, Self.pod, "{}"],
            dictionary: ["\"$patch\":\"merge\"", "\"$patch\":\"delete\"", "$setElementOrder/"])
        try fuzzer.run { input in
            guard let value = try? JSON.parse(input) else { return false }
            return (try? StrategicMerge.apply(value, to: document, type: type)) != nil
        }
    }
}
