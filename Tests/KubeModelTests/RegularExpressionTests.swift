import Documents
import Testing

@testable import KubeModel

@Suite struct RegularExpressionTests {
    @Test(arguments: [
        ("^a.c$", "abc", true), ("^a.c$", "abcd", false), ("b", "abc", true), ("^(a|bc)+$", "abca", true), ("^(a|bc)+$", "abcb", false),
        ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "my-name", true), ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "-name", false),
        (#"^\d{2,3}$"#, "12", true), (#"^\d{2,3}$"#, "1", false), (#"^\d{2,3}$"#, "1234", false),
        (#"^(\S+\s+){4}\S+$"#, "* * * * */5", true),
        ("(?i)^HELLO$", "hello", true), ("^[^@]+@[^@]+$", "a@b", true), (#"\bword\b"#, "a word here", true),
        (#"\bword\b"#, "swordfish", false),
        (#"^\p{Lu}\p{Ll}+$"#, "Straße", true), (#"^\p{Lu}\p{Ll}+$"#, "straße", false), ("^$", "", true), ("^x*$", "", true),
        ("", "any", true),
        (#"^[\w.-]+$"#, "a_b.c-d", true), (#"^[[:alpha:]]+$"#, "abc1", false), (#"^\x41\x{42}$"#, "AB", true), (#"^\Qa.b\E$"#, "a.b", true),
        ("(?s)^a.b$", "a\nb", true), ("^a.b$", "a\nb", false), ("(?m)^b$", "a\nb", true), ("^a{0}$", "", true), ("^a{,3}$", "a{,3}", true),
        ("^(?P<year>[0-9]{4})-(?:0[1-9]|1[0-2])$", "2026-07", true), ("^[]a]+$", "]a", true), ("^[a-]+$", "a-", true),
    ]) func patternsMatchAsInRE2(_ pattern: String, _ text: String, _ matches: Bool) throws {
        #expect(try RegularExpression(pattern).matches(text) == matches, "\(pattern) on \(text)")
    }

    @Test(arguments: [
        ("(", "missing closing ): `(`"), (")", "unexpected ): `)`"), ("[a", "missing closing ]: `[a`"),
        ("*a", "missing argument to repetition operator: `*`"), ("a**", "invalid nested repetition operator: `**`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"), (#"\1"#, #"invalid escape sequence: `\1`"#),
        ("[z-a]", "invalid character class range: `z-a`"), ("a{1001}", "invalid repeat count: `{1001}`"),
    ]) func wrongPatternsAreRefusedInGosWords(_ pattern: String, _ text: String) {
        let error = #expect(throws: RegularExpression.Fault.self) { try RegularExpression(pattern) }
        #expect(error?.message == "error parsing regexp: \(text)")
    }

    @Test func noPatternTakesExponentialTime() throws {
        let text = String(repeating: "a", count: 2000)
        #expect(try RegularExpression("^(a*)*$").matches(text))
        #expect(try !RegularExpression("^(a|a|aa)*b$").matches(text))
        #expect(throws: RegularExpression.Fault.self) { try RegularExpression("((a{1000}){1000}){1000}") }
        #expect(throws: RegularExpression.Fault.self) { try RegularExpression("((){1000}){1000}") }
    }
}

@Suite struct JSONPathTests {
    @Test(arguments: [
        (".a.b", "[1]"), (".a['b']", "[1]"), (".list[*].n", "[1,2,3]"), (".list[1].n", "[2]"), (".list[-1].n", "[3]"),
        (".list[0:2].n", "[1,2]"), (#".list[?(@.t=="x")].n"#, "[1,3]"), (".list[?(@.n>1)].t", "[\"y\",\"x\"]"),
        (".list[?(@.n)].n", "[1,2,3]"),
        ("..n", "[1,2,3]"), (".none", "[]"), (".map['a.b/c']", "[\"v\"]"), (#".map.a\.b/c"#, "[\"v\"]"), (".a.*", "[1]"),
    ]) func pathsFindWhatKubectlFinds(_ path: String, _ found: String) throws {
        let document: Value = [
            "a": ["b": 1], "list": [["n": 1, "t": "x"], ["n": 2, "t": "y"], ["n": 3, "t": "x"]], "map": ["a.b/c": "v"],
        ]
        #expect(try JSON.text(.array(JSONPath(path).find(in: document)), pretty: false) == found, "\(path)")
    }
    @Test(arguments: [".a[", ".a[?(@.b]", ".a[x]", ".a[?(@.b=1)]"]) func wrongPathsAreRefused(_ path: String) {
        #expect(throws: JSONPath.Fault.self) { try JSONPath(path) }
    }
}
