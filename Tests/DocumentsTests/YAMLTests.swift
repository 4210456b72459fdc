import Documents
import Testing

@Suite struct YAMLTests {
    @Test(
        arguments: [
            ("yes", true), ("On", true), ("y", true), ("N", false), ("'yes'", "yes"), ("yEs", "yEs"), ("~", nil), ("", nil), ("null", nil),
            ("0x1F", 31), ("0o17", 15), ("017", 15), ("0b101", 5), ("+7", 7), ("-0x10", -16), ("1_000", 1000), ("08", 8), ("1e3", 1000),
            ("1.5", 1.5),
            (".5", 0.5), ("3.0", 3), ("1.2.3", "1.2.3"), ("v1", "v1"), ("2001-01-01", "2001-01-01"), ("12:30", "12:30"), ("\"1\"", "1"),
            ("!!str 1", "1"), ("!!int \"1\"", 1), ("100m", "100m"), ("1Gi", "1Gi"), ("9223372036854775807", .int(.max)),
            ("18446744073709551616", 18446744073709551616.0), ("!Ref x", "x"), ("1e", "1e"), ("0x", "0x"), ("...", "..."),
        ] as [(String, Value)])
    func resolvesScalarsAsKubernetesDoes(text: String, value: Value) throws {
        #expect(try YAML.parse("a: \(text)\n") == [["a": value]])
    }

    @Test func readsSeveralDocumentsWithAnchorsAndMerges() throws {
        let text = """
            # first
            base: &base {image: nginx, ports: [80, 443]}
            web:
              <<: *base
              image: httpd
            copy: *base
            text: |
              one
              two
            folded: >-
              one
              two
            1: a
            true: b
            ---
            - a
            -
              - b
            ---
            """
        let documents = try YAML.parse(text)
        #expect(documents.count == 3)
        #expect(
            documents.first == [
                "base": ["image": "nginx", "ports": [80, 443]], "web": ["image": "httpd", "ports": [80, 443]],
                "copy": ["image": "nginx", "ports": [80, 443]], "text": "one\ntwo\n", "folded": "one two", "1": "a", "true": "b",
            ])
        #expect(documents.dropFirst() == [["a", ["b"]], nil])
        #expect(try YAML.parse("") == [])
        #expect(try YAML.parse("# nothing\n") == [])
    }

    @Test(arguments: [
        ("a: b: c\n", "yaml: line 1, column 5: mapping values are not allowed in this context"),
        ("a: 1\nb:\n\t- 1\n", "yaml: line 3, column 1: found character that cannot start any token"),
        ("a: 1\na: 2\n", "yaml: line 2, column 1: key \"a\" already set in map"),
        ("a: *x\n", "yaml: line 1, column 4: unknown anchor 'x' referenced"),
        ("a: &x [*x]\n", "yaml: line 1, column 8: anchor 'x' value contains itself"),
        ("? [a]\n: 1\n", "yaml: line 1, column 3: unsupported map key: [\"a\"]"),
        ("a: .nan\n", "yaml: line 1, column 4: json: unsupported value: nan"),
        ("a: !!int x\n", "yaml: line 1, column 4: cannot decode `x` as a !!int"),
        ("<<: 1\n", "yaml: line 1, column 1: map merge requires map or sequence of maps as the value"),
        ("a: [1\n", "yaml: line 2, column 1: did not find expected ',' or ']'"), ("a: \u{1}\n", "yaml: control characters are not allowed"),
    ])
    func refusesWithLineAndColumn(text: String, message: String) {
        #expect { try YAML.parse(text) } throws: { ($0 as? DocumentError)?.message == message }
    }

    @Test func refusesHostileTexts() {
        var bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1..<12 { bomb += "a\(level): &a\(level) [\(repeatElement("*a\(level - 1)", count: 9).joined(separator: ","))]\n" }
        #expect { try YAML.parse(bomb) } throws: { "\($0)".contains("document contains excessive aliasing") }
        #expect { try YAML.parse(String(repeating: "[", count: 100_000)) } throws: { "\($0)".contains("exceeded max depth") }
        #expect { try YAML.parse(String(repeating: "- ", count: 100_000)) } throws: { "\($0)".contains("exceeded max depth") }
        #expect(throws: DocumentError.self) { try YAML.parse([0x61, 0x3A, 0x20, 0xFF, 0xFE]) }
        #expect(throws: DocumentError.self) { try YAML.parse(String(repeating: "a", count: 4 << 20)) }
    }

    @Test func readsJSONAsItIs() throws {
        var seeded = Seeded(3)
        for _ in 0..<300 {
            let value = Value.random(&seeded, depth: 3)
            let text = JSON.text(value)
            guard !text.contains("\u{7F}"), !text.contains("\u{2028}") else { continue }
            #expect(try JSON.text(YAML.parse(text)[0]) == text, "\(text)")
        }
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        var seeded = Seeded(4)
        for _ in 0..<2000 {
            let value = Value.random(&seeded)
            #expect(try YAML.parse(YAML.text(value)) == [value], "\(YAML.text(value))")
        }
    }

    @Test func writesInKubectlStyle() {
        let value: Value = [
            "kind": "Pod", "apiVersion": "v1", "items": [["name": "a", "args": ["-c", "echo"]], "x"], "yes": "true", "n": "12", "none": nil,
            "empty": [:], "list": [], "text": "a\nb\n", "time": "2024-01-01T00:00:00Z", "odd": "a: b", "star": "*", "k10": 1, "k9": 2,
            ".dot": 1.5,
        ]
        #expect(
            YAML.text(value, sorted: true) == """
                .dot: 1.5
                apiVersion: v1
                empty: {}
                items:
                - args:
                  - -c
                  - echo
                  name: a
                - x
                k9: 2
                k10: 1
                kind: Pod
                list: []
                "n": "12"
                none: null
                odd: 'a: b'
                star: '*'
                text: |
                  a
                  b
                time: "2024-01-01T00:00:00Z"
                "yes": "true"

                """)
    }
}
