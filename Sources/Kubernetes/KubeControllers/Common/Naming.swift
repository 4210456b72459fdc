import Control
import Documents
import KubeModel
import Reconcile

/// Names that controllers derive, so that a plan is a function of the world alone.
enum Naming {
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)

    /// Five characters as the API server appends to `generateName`, other ones in every world.
    static func suffix(_ owner: String, _ number: Int, in world: World) -> String {
        var rest = StableHash.of(owner, String(number), String(world.revision), String(world.now.nanoseconds))
        // The low bits of an FNV hash are weak.
        rest = (rest ^ (rest >> 32)) &* 0x9e37_79b9_7f4a_7c15
        rest ^= rest >> 29
        var text: [UInt8] = []
        for _ in 0..<5 {
            text.append(alphabet[Int(rest % 27)])
            rest /= 27
        }
        return String(decoding: text, as: UTF8.self)
    }
    /// The name for a prefix and a suffix, the prefix cut so that the name is a label. Source: apiserver, names.SimpleNameGenerator.
    static func generated(_ prefix: String, _ suffix: String) -> String { String(prefix.prefix(58)) + suffix }

    /// What a pod template is called: a hash of what it says, in letters that make no words.
    static func templateHash(_ template: Value, collisionCount: Int?) -> String {
        let hash = StableHash.of(canonical(template), collisionCount.map(String.init) ?? "")
        let short = UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
        return String(decoding: String(short).utf8.map { alphabet[Int($0) % alphabet.count] }, as: UTF8.self)
    }
    /// JSON with sorted members, so that equal documents have equal texts.
    static func canonical(_ value: Value) -> String { JSON.text(sorted(value), pretty: false) }
    private static func sorted(_ value: Value) -> Value {
        switch value {
        case .array(let items): .array(items.map(sorted))
        case .object(let object):
            .object(Object(object.sorted { $0.key < $1.key }.map { Object.Member($0.key, sorted($0.value)) }))
        default: value
        }
    }
}
