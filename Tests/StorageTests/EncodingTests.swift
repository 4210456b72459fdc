import Documents
import Testing

@testable import Storage

@Suite struct EncodingTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `the resource version comes first in the metadata`() {
        let encoded = Encoded(document: ["kind": "Pod", "metadata": ["name": "a", "resourceVersion": "9"], "spec": [:]])
        #expect(text(encoded.bytes) == #"{"kind":"Pod","metadata":{"name":"a"},"spec":{}}"#)
        #expect(text(encoded.spliced(at: 12)) == #"{"kind":"Pod","metadata":{"resourceVersion":"12","name":"a"},"spec":{}}"#)
    }

    @Test func `empty metadata needs no comma`() {
        let encoded = Encoded(document: ["metadata": ["resourceVersion": "9"]])
        #expect(text(encoded.spliced(at: 1)) == #"{"metadata":{"resourceVersion":"1"}}"#)
    }

    @Test func `only the document's own metadata counts`() {
        let encoded = Encoded(document: ["spec": ["metadata": ["resourceVersion": "5"]], "metadata": ["a\"b": 1]])
        #expect(
            text(encoded.spliced(at: 2)) == #"{"spec":{"metadata":{"resourceVersion":"5"}},"metadata":{"resourceVersion":"2","a\"b":1}}"#)
    }

    @Test func `a document without metadata stays as it is`() {
        #expect(text(Encoded(document: ["a": 1]).spliced(at: 2)) == #"{"a":1}"#)
        #expect(text(Encoded(document: [1, 2]).spliced(at: 2)) == "[1,2]")
    }

    @Test func `owners given as text stand last in the metadata`() {
        let document: Value = ["metadata": ["managedFields": ["old"], "name": "a"], "data": [:]]
        #expect(
            text(Encoded(document: document, owners: Array("[1]".utf8)).spliced(at: 3))
                == #"{"metadata":{"resourceVersion":"3","name":"a","managedFields":[1]},"data":{}}"#)
        #expect(text(Encoded(document: ["metadata": [:]], owners: Array("[]".utf8)).spliced(at: 3)).hasSuffix(#"3","managedFields":[]}}"#))
    }

    @Test func `metadata that is added behind the owners is told from what was there before`() {
        let owners: Value = [["manager": "m"]]
        var document: Value = ["metadata": ["name": "a", "managedFields": owners], "spec": [:]]
        let before = Entry(key: "k", revision: 7, created: 7, document: Encoded(document: document))
        document["spec"]["a"] = 1
        let other = Entry(key: "k", revision: 8, created: 7, document: Encoded(document: document))
        #expect(other.hasSameMetadata(as: before))
        document["metadata"]["finalizers"] = ["f"]
        let guarded = Entry(key: "k", revision: 9, created: 7, document: Encoded(document: document))
        #expect(!guarded.hasSameMetadata(as: other))
        #expect(text(Encoded(document: document).spliced(at: 3)).contains(#""finalizers":["f"],"managedFields":[{"manager":"m"}]}"#))
    }
    @Test func `metadata alone says what the whole document's does`() {
        let owners: Value = [["manager": "m"]]
        let documents: [Value] = [
            ["metadata": ["name": "a", "uid": "u", "labels": ["say": #""managedFields":["#], "managedFields": owners], "spec": [:]],
            ["metadata": ["managedFields": owners]],
            ["metadata": ["name": "a"], "spec": ["managedFields": owners]],
            ["metadata": ["name": "a"], "managedFields": owners],
            ["metadata": ["name": "a"]], ["metadata": [:], "managedFields": owners], ["metadata": "text"], ["spec": [:]],
        ]
        for document in documents {
            let entry = Entry(key: "k", revision: 7, created: 7, document: Encoded(document: document))
            let whole = Entry(key: "k", revision: 7, created: 7, document: Encoded(document: document))
            let expected = whole.document?.root["metadata"]
            for part in ["name", "uid", "labels", "finalizers"] {
                #expect(entry.metadata?[name: part]?.value == expected?[name: part]?.value, "\(document)")
            }
            #expect((entry.metadata == nil) == (expected == nil))
            #expect(whole.metadata?.value == expected?.value)
        }
        let plain = Entry(key: "k", revision: 7, created: 7, document: Encoded(document: documents[0]))
        _ = plain.metadata
        #expect(plain.treeWeight == 0, "no tape of the whole was made")
    }
    @Test func `an entry's tree leaves its owners out, and both are there`() {
        let document: Value = ["metadata": ["name": "a", "managedFields": [["manager": "m"]], "uid": "u"], "managedFields": 1]
        let entry = Entry(key: "k", revision: 7, created: 7, document: Encoded(document: document))
        for _ in 0..<2 {
            let (value, owners) = entry.parts
            #expect(value == ["metadata": ["resourceVersion": "7", "name": "a", "uid": "u"], "managedFields": 1])
            #expect(owners.map { text($0) } == #"[{"manager":"m"}]"#)
        }
        #expect(entry.whole["metadata"]["managedFields"] == [["manager": "m"]])
        let bare = Entry(key: "k", revision: 7, created: 7, document: Encoded(document: ["metadata": ["name": "a"]]))
        #expect(bare.parts.owners == nil)
        #expect(bare.value == bare.whole)
    }
}
