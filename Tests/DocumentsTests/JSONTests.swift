import Documents
import Testing

@Suite struct JSONTests {
    @Test func readsEveryKindOfValue() throws {
        let text =
            #" {"n":null,"t":true,"f":false,"i":-12,"big":9223372036854775807,"small":-9223372036854775808,"d":1.5e3,"s":"a\n\u00e9\ud83d\ude00\/","a":[1,[],{}],"é":"日"} "#
        let expected: Value = [
            "n": nil, "t": true, "f": false, "i": -12, "big": .int(.max), "small": .int(.min), "d": 1500.0, "s": "a\né😀/",
            "a": [1, [], [:]],
            "é": "日",
        ]
        #expect(try JSON.parse(text) == expected)
        #expect(try JSON.parse("9223372036854775808") == .double(9.223372036854775807e18))
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        var seeded = Seeded(1)
        for _ in 0..<3000 {
            let value = Value.random(&seeded)
            #expect(try JSON.parse(JSON.encode(value)) == value)
            #expect(try JSON.parse(JSON.text(value, pretty: true)) == value)
        }
    }

    @Test(arguments: [
        ("", "unexpected end of JSON input at byte 0"),
        ("{\"a\":}", "invalid character '}' looking for beginning of value at byte 5"),
        ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string at byte 7"),
        ("{\"a\" 1}", "invalid character '1' after object key at byte 5"),
        ("{\"a\":1 \"b\"", "invalid character '\"' after object key:value pair at byte 7"),
        ("[1 2]", "invalid character '2' after array element at byte 3"),
        ("[1,]", "invalid character ']' looking for beginning of value at byte 3"),
        ("{\"a\":[1}", "invalid character '}' after array element at byte 7"),
        ("nul", "unexpected end of JSON input at byte 3"),
        ("nulL", "invalid character 'L' in literal null (expecting 'l') at byte 3"),
        ("01", "invalid character '1' after top-level value at byte 1"),
        ("-", "unexpected end of JSON input at byte 1"),
        ("1.x", "invalid character 'x' in numeric literal at byte 2"),
        ("+1", "invalid character '+' looking for beginning of value at byte 0"),
        ("1e400", "number 1e400 is out of range at byte 0"),
        ("\"a\nb\"", "invalid character '\\n' in string literal at byte 2"),
        ("\"\\x\"", "invalid character 'x' in string escape code at byte 2"),
        ("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape at byte 5"),
        ("\"\\ud800\"", "unpaired surrogate in \\u hexadecimal character escape at byte 1"),
        ("\"\\udc00\\ud800\"", "unpaired surrogate in \\u hexadecimal character escape at byte 1"),
        ("\"abc", "unexpected end of JSON input at byte 4"),
        ("\"abcdefghijk", "unexpected end of JSON input at byte 12"),
        ("{\"spec\":{\"c\":[0,{\"image\":1,\"x\":{},\"im\\u0061ge\":2}]}}", "duplicate field \"spec.c[1].image\" at byte 34"),
        ("{} {}", "invalid character '{' after top-level value at byte 3"),
        ("\u{FEFF}1", "invalid character '\\u{00EF}' looking for beginning of value at byte 0"),
    ])
    func refusesWhatIsNotJSON(text: String, message: String) {
        #expect { try JSON.parse(text) } throws: { "\($0)" == message }
    }

    @Test func refusesBytesThatAreNotUTF8() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF5, 0x80, 0x80, 0x80]] {
            #expect(throws: DocumentError.self) { try JSON.parse([0x22] + bytes + [0x22]) }
            #expect(throws: DocumentError.self) { try JSON.parse(Array("\"12345678".utf8) + bytes + [0x22]) }
        }
    }

    @Test func keepsToItsLimits() throws {
        var limits = DocumentLimits()
        limits.depth = 3
        #expect(throws: Never.self) { try JSON.parse(Array("[[[1]]]".utf8), limits: limits) }
        #expect { try JSON.parse(Array("[[[[1]]]]".utf8), limits: limits) } throws: { "\($0)" == "exceeded max depth at byte 3" }
        limits.bytes = 4
        #expect(throws: DocumentError.self) { try JSON.parse(Array("[[1]]".utf8), limits: limits) }
        #expect(throws: DocumentError.self) { try JSON.parse(String(repeating: "[", count: 1_000_000)) }
    }

    @Test func findsADuplicateAmongManyKeys() throws {
        let keys = (0..<5000).map { "\"key\($0)\":\($0)" }
        #expect(try JSON.parse("{\(keys.joined(separator: ","))}").object?.count == 5000)
        #expect { try JSON.parse("{\((keys + ["\"key17\":0"]).joined(separator: ","))}") } throws: {
            ($0 as? DocumentError)?.message == "duplicate field \"key17\""
        }
        for count in 20..<30 {
            let some = keys.prefix(count) + ["\"key3\":0"]
            #expect(throws: DocumentError.self) { try JSON.parse("{\(some.joined(separator: ","))}") }
        }
    }

    @Test func survivesEveryTruncationAndEveryChangedByte() throws {
        let text = Array(#"{"a":[1,-2.5e+3,true,null,"x\u00e9\ud83d\ude00"],"bé":{"c":{}}}"#.utf8)
        for length in 0..<text.count { #expect(throws: DocumentError.self) { try JSON.parse(Array(text.prefix(length))) } }
        for index in text.indices {
            for byte: UInt8 in [0, 0x22, 0x5C, 0x7B, 0x5D, 0x80, 0xFF, 0x30] {
                var changed = text
                changed[index] = byte
                if let value = try? JSON.parse(changed) { #expect(try JSON.text(JSON.parse(JSON.encode(value))) == JSON.text(value)) }
            }
        }
    }

    @Test(arguments: [
        (0.1, "0.1"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1.5e-7, "1.5e-7"), (0.000001, "0.000001"), (-2.5, "-2.5"),
        (3.0, "3"),
        (123456.75, "123456.75"), (Double.leastNonzeroMagnitude, "5e-324"), (.infinity, "null"),
    ])
    func writesNumbersAsGoDoes(number: Double, text: String) { #expect(JSON.text(.double(number)) == text) }

    @Test func printsLikeKubectl() {
        let value: Value = ["kind": "List", "items": [["a": 1], []], "empty": [:]]
        #expect(
            JSON.text(value, pretty: true)
                == "{\n    \"kind\": \"List\",\n    \"items\": [\n        {\n            \"a\": 1\n        },\n        []\n    ],\n    \"empty\": {}\n}"
        )
        #expect(JSON.text(value) == #"{"kind":"List","items":[{"a":1},[]],"empty":{}}"#)
    }

    @Test func nodesReadTheTapeInPlace() throws {
        let text = #"{"metadata":{"name":"web","l\u0061bels":{"a":"b"}},"spec":{"replicas":3,"paused":false,"ports":[80, 443.5]}}"#
        let document = try Document(Array(text.utf8))
        let spec = try #require(document.root["spec"])
        #expect(document.root["metadata"]?["name"]?.string == "web")
        #expect(document.root["metadata"]?[name: "labels"]?["a"]?.string == "b")
        #expect(spec["replicas"]?.int == 3)
        #expect(spec["paused"]?.bool == false)
        #expect(spec["ports"]?.items.map(\.double) == [80, 443.5])
        #expect(spec["ports"].map { String(decoding: $0.bytes, as: UTF8.self) } == "[80, 443.5]")
        #expect(spec["absent"] == nil)
        #expect(document.root["metadata"]?.value == ["name": "web", "labels": ["a": "b"]])
    }

    @Test func keepsTheLastOfRepeatedMembersWhereAllowed() throws {
        var limits = DocumentLimits()
        limits.allowsDuplicates = true
        let text = #"{"spec":{"a":1,"b":[{"c":1,"c":2},3],"\u0061":4},"x":1}"#
        let document = try Document(Array(text.utf8), limits: limits)
        #expect(document.duplicates == ["spec.b[0].c", "spec.a"])
        #expect(document.root.value == ["spec": ["a": 4, "b": [["c": 2], 3]], "x": 1])
        #expect(document.root["spec"]?["a"]?.int == 4)
    }

    @Test(arguments: [
        #"{"k:{\"name\":\"web\"}":1,"k:{\"name\":\"side\"}":2,"f:env":3}"#, #"{"a\nb":1,"anb":2,"a\\nb":3}"#, #"{"a\/b":1,"a\\/b":2}"#,
    ])
    func escapedKeysThatDifferAreNoDuplicates(_ text: String) throws {
        let value = try JSON.parse(text)
        #expect(Set(value.object?.keys ?? []).count == value.object?.count)
    }

    @Test(arguments: [
        #"{"a\/b":1,"a/b":2}"#, #"{"a/b":1,"a\/b":2}"#, #"{"k:{\"a\"}":1,"k:{\"a\"}":2}"#, #"{"\"":1,"\u0022":2}"#, #"{"x":1,"\u0078":2}"#,
    ])
    func escapedKeysThatReadTheSameAreDuplicates(_ text: String) {
        #expect(throws: DocumentError.self) { try JSON.parse(text) }
    }

    @Test func textsOfOurOwnReadTheSameWithoutChecks() throws {
        var seeded = Seeded(5)
        for _ in 0..<200 {
            let bytes = JSON.encode(.random(&seeded))
            #expect(try JSON.parse(bytes, limits: .own) == JSON.parse(bytes))
        }
    }
}
