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
}
