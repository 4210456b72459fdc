import Control
import Documents
import Testing

@testable import KubeModel

/// Laws of custom kinds, tried on many random documents.
@Suite struct CustomKindLawTests {
    private static let definition: Value = [
        "metadata": ["name": "things.example.com"],
        "spec": [
            "group": "example.com", "scope": "Namespaced",
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true,
                    "schema": [
                        "openAPIV3Schema": [
                            "type": "object",
                            "properties": [
                                "spec": [
                                    "type": "object",
                                    "properties": [
                                        "a": ["type": "string", "default": "x", "pattern": "^[a-z]+$"],
                                        "b": ["type": "integer", "nullable": true],
                                        "c": ["x-kubernetes-int-or-string": true],
                                        "d": [
                                            "type": "object",
                                            "additionalProperties": ["type": "object", "properties": ["a": ["type": "number"]]],
                                        ],
                                        "e": [
                                            "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"],
                                            "items": [
                                                "type": "object", "required": ["a"],
                                                "properties": ["a": ["type": "string"], "b": ["type": "boolean", "default": true]],
                                            ],
                                        ],
                                        "f": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                                        "g": [
                                            "type": "object", "x-kubernetes-embedded-resource": true,
                                            "x-kubernetes-preserve-unknown-fields": true,
                                        ],
                                    ],
                                ]
                            ],
                        ]
                    ],
                ]
            ],
        ],
        "status": [
            "acceptedNames": ["plural": "things", "kind": "Thing", "singular": "thing", "listKind": "ThingList"],
            "conditions": [["type": "Established", "status": "True"]],
        ],
    ]

    private static func value(_ random: RandomSource, _ depth: Int) -> Value {
        switch random.int(in: 0..<(depth > 4 ? 6 : 9)) {
        case 0: return .null
        case 1: return .bool(random.int(in: 0..<2) == 0)
        case 2: return .int(Int64(random.int(in: 0..<100)))
        case 3: return .double(Double(random.int(in: 0..<100)) / 7)
        case 4: return .string("abc")
        case 5: return .string("A 1")
        case 6: return .array((0..<random.int(in: 0..<4)).map { _ in value(random, depth + 1) })
        default:
            let names = ["a", "b", "c", "d", "e", "f", "g", "metadata", "x"].filter { _ in random.int(in: 0..<2) == 0 }
            return .object(Object(names.map { Object.Member($0, value(random, depth + 1)) }))
        }
    }

    @Test(arguments: 1..<200 as Range<UInt64>) func shapingTwiceIsShapingOnce(seed: UInt64) throws {
        let info = try #require(CustomDefinition.kinds(Self.definition, since: 0).first)
        let custom = try #require(info.custom)
        let random = RandomSource(seed: seed)
        let sent: Value = [
            "apiVersion": "example.com/v1", "kind": "Thing", "metadata": ["name": "one"], "spec": Self.value(random, 0),
        ]
        var once = try custom.check(sent, as: info, mode: .ignore).value
        custom.applyDefaults(to: &once)
        let checked = try custom.check(once, as: info, mode: .warn)
        var twice = checked.value
        custom.applyDefaults(to: &twice)
        #expect(checked.warnings == [])
        #expect(twice == once)
        #expect(custom.reshaped(once) == once)
        // What is not changed is never wrong in an update.
        #expect(custom.validate(once, old: once).allSatisfy { $0.fault == .duplicate || $0.fault == .required })
        let errors = custom.validate(once, old: nil)
        #expect(errors == custom.validate(once, old: nil))
    }
}
