import Documents
import Testing

@Suite struct MergePatchTests {
    /// The examples of RFC 7386, appendix A.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#), (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
        (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#), (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#), (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#), ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func followsTheStandard(original: String, patch: String, result: String) throws {
        #expect(try MergePatch.apply(JSON.parse(patch), to: JSON.parse(original)) == JSON.parse(result))
    }

    @Test func aDifferenceLeadsFromOneDocumentToTheOther() throws {
        var seeded = Seeded(2)
        for _ in 0..<2000 {
            let (old, new) = (withoutNulls(.random(&seeded)), withoutNulls(.random(&seeded)))
            guard let patch = MergePatch.difference(from: old, to: new) else {
                #expect(old == new)
                continue
            }
            #expect(MergePatch.apply(patch, to: old) == new)
        }
    }

    @Test func handlesObjectsWithVeryManyMembers() {
        var (old, patch, expected) = (Object(), Object(), Object())
        for index in 0..<20_000 {
            old.append(Object.Member("k\(index)", .int(Int64(index))))
            patch.append(Object.Member("k\(index)", index % 2 == 0 ? .null : "new"))
            if index % 2 == 1 { expected.append(Object.Member("k\(index)", "new")) }
        }
        #expect(MergePatch.apply(.object(patch), to: .object(old)) == .object(expected))
        #expect(Object(old.reversed()) == old)
    }

    /// Null members cannot be told from absent ones in a merge patch.
    private func withoutNulls(_ value: Value) -> Value {
        switch value {
        case .array(let items): .array(items)
        case .object(let object):
            .object(Object(object.filter { !$0.value.isNull }.map { Object.Member($0.key, withoutNulls($0.value)) }))
        default: value
        }
    }
}

@Suite struct JSONPatchTests {
    @Test(arguments: [
        (#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux"}]"#, #"{"baz":"qux","foo":"bar"}"#),
        (#"{"foo":["a","c"]}"#, #"[{"op":"add","path":"/foo/1","value":"b"}]"#, #"{"foo":["a","b","c"]}"#),
        (#"{"foo":["a"]}"#, #"[{"op":"add","path":"/foo/-","value":["b"]}]"#, #"{"foo":["a",["b"]]}"#),
        (#"{"foo":["a","b"]}"#, #"[{"op":"remove","path":"/foo/0"}]"#, #"{"foo":["b"]}"#),
        (#"{"foo":["a","b"]}"#, #"[{"op":"replace","path":"/foo/-1","value":"c"}]"#, #"{"foo":["a","c"]}"#),
        (#"{"a":{"b":1},"c":{}}"#, #"[{"op":"move","from":"/a/b","path":"/c/d"}]"#, #"{"a":{},"c":{"d":1}}"#),
        (#"{"a":{"b":1}}"#, #"[{"op":"copy","from":"/a","path":"/c"}]"#, #"{"a":{"b":1},"c":{"b":1}}"#),
        (
            #"{"a/b":{"m~n":1}}"#, #"[{"op":"test","path":"/a~1b/m~0n","value":1},{"op":"replace","path":"/a~1b/m~0n","value":2}]"#,
            #"{"a/b":{"m~n":2}}"#
        ),
        (#"{"a":1}"#, #"[{"op":"test","path":"/b","value":null},{"op":"test","path":"/a","value":1.0}]"#, #"{"a":1}"#),
        (#"{"a":1}"#, #"[{"op":"add","path":"/b","value":null}]"#, #"{"a":1,"b":null}"#),
    ])
    func appliesOperations(document: String, patch: String, result: String) throws {
        #expect(try JSONPatch(JSON.parse(patch)).apply(to: JSON.parse(document)) == JSON.parse(result))
    }

    @Test(arguments: [
        (#"[{"op":"add","path":"/x/y","value":1}]"#, #"add operation does not apply: doc is missing path: "/x/y": missing value"#),
        (#"[{"op":"remove","path":"/x"}]"#, "error in remove for path: '/x': Unable to remove nonexistent key: x: missing value"),
        (#"[{"op":"replace","path":"/x","value":1}]"#, "replace operation does not apply: doc is missing key: /x: missing value"),
        (#"[{"op":"replace","path":"/x/y","value":1}]"#, "replace operation does not apply: doc is missing path: /x/y: missing value"),
        (#"[{"op":"replace","path":"","value":1}]"#, "replace operation does not apply: doc is missing path: : missing value"),
        (#"[{"op":"test","path":"/n","value":2}]"#, "testing value /n failed: test failed"),
        (
            #"[{"op":"add","path":"/l/7","value":1}]"#,
            "error in add for path: '/l/7': Unable to access invalid index: 7: invalid index referenced"
        ),
        (#"[{"op":"remove","path":"/l/a"}]"#, #"error in remove for path: '/l/a': strconv.Atoi: parsing "a": invalid syntax"#),
        (#"[{"op":"move","from":"/x","path":"/y"}]"#, "move operation does not apply: doc is missing from path: /x: missing value"),
        (#"[{"op":"leap","path":"/x"}]"#, "Unexpected kind: leap"),
        (#"{"op":"add"}"#, "json: cannot unmarshal object into Go value of type jsonpatch.Patch"),
    ])
    func refusesAsTheAPIServerDoes(patch: String, message: String) throws {
        let document: Value = ["n": 1, "l": [1, 2]]
        #expect { try JSONPatch(JSON.parse(patch)).apply(to: document) } throws: { ($0 as? DocumentError)?.message == message }
    }

    @Test func limitsWhatCopiesMayAdd() throws {
        let document: Value = ["a": .string(String(repeating: "x", count: 1 << 20)), "b": []]
        let copies = (0..<4).map { _ in Value.object(["op": "copy", "from": "/a", "path": "/b/-"]) }
        #expect(throws: DocumentError.self) { try JSONPatch(.array(copies)).apply(to: document) }
        #expect(throws: Never.self) { try JSONPatch(.array(Array(copies.prefix(2)))).apply(to: document) }
    }

    @Test func manySmallOperationsNestNoDeeperThanATextMay() throws {
        var document: Value = ["a": []]
        let deep = try JSON.parse(String(repeating: "[", count: 200) + String(repeating: "]", count: 200))
        for step in 0..<2 {
            let path = "/a" + String(repeating: "/0", count: step * 200) + "/-"
            document = try JSONPatch([["op": "add", "path": .string(path), "value": deep]]).apply(to: document)
        }
        let further = "/a" + String(repeating: "/0", count: 400) + "/-"
        #expect(throws: DocumentError("exceeded max depth")) {
            try JSONPatch([["op": "add", "path": .string(further), "value": deep]]).apply(to: document)
        }
        #expect(throws: DocumentError("exceeded max depth")) {
            let copies = (0..<600).map { _ in Value.object(["op": "copy", "from": "/b", "path": "/b/c"]) }
            return try JSONPatch(.array(copies)).apply(to: ["b": [:]])
        }
    }
}
