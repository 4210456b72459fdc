import Documents
import KubeModel

/// What documents must have in common, besides their text, for one prototype to stand for them: everything that the pipeline looks at
/// and that is neither in the document nor in the realm.
struct PrototypeScope: Hashable {
    let info: KindInfo
    let namespace: String
    let manager: String
    let user: UserInfo
    let validation: FieldValidation

    /// Nil where creations go the whole way: dry runs, applies, custom and converted kinds, and kinds whose rules look at names.
    init?(_ target: Target, _ options: WriteOptions) {
        guard !options.dryRun, !options.isApply, target.name.isEmpty, target.subresource.isEmpty, target.info.custom == nil,
            !target.info.needsConversion, KindRules.of(target.info).blanks != nil
        else { return nil }
        (info, namespace, manager) = (target.info, target.namespace, options.fieldManager)
        (user, validation) = (options.user, options.fieldValidation)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(info))
        hasher.combine(namespace)
        hasher.combine(manager)
    }
    static func == (left: PrototypeScope, right: PrototypeScope) -> Bool {
        left.info === right.info && left.validation == right.validation && left.namespace == right.namespace
            && left.manager == right.manager && left.user == right.user
    }
}

/// A text that may be another in each document made like a prototype: the pipeline checks it by `rule` and copies it, and nothing else.
struct Blank: Sendable {
    enum Rule: Sendable {
        /// A name that every kind takes.
        case name
        /// Text of so many bytes.
        case text(ClosedRange<Int>)
    }
    /// Names of members, and numbers of elements. `*` at the end stands for every member that is there.
    let path: [String]
    let rule: Rule

    static let name = Blank(path: ["metadata", "name"], rule: .name)
    /// The node that a DaemonSet's pod is for.
    static let node = Blank(
        path: [
            "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms", "0", "matchFields",
            "0",
            "values", "0",
        ], rule: .name)
    /// What tells one event from the next of its kind.
    static let event = [
        name, Blank(path: ["involvedObject", "name"], rule: .name), Blank(path: ["involvedObject", "uid"], rule: .text(1...64)),
        Blank(path: ["message"], rule: .text(1...1000)),
    ]

    /// The values of a ConfigMap, of which nothing is checked but how long they are together, which those of a prototype are not.
    static let configuration = [name, Blank(path: ["data", "*"], rule: .text(0...PrototypeTable.largestDocument))]

    private var isForAll: Bool { path.last == "*" }
    /// More members than that are not told apart.
    private static let mostMembers = 32

    /// The blanks with those for all members in the places of the members that a text has.
    static func all(_ blanks: [Blank], in root: Node) -> [Blank] {
        blanks.flatMap { blank in
            guard blank.isForAll else { return [blank] }
            let parent = Blank(path: blank.path.dropLast(), rule: blank.rule)
            guard let object = parent.node(in: root), object.count <= mostMembers else { return [] }
            var members: [Blank] = []
            object.forEachMember { key, _ in
                members.append(Blank(path: parent.path + [key], rule: blank.rule))
                return true
            }
            return members
        }
    }
    /// The same for a tree.
    static func all(_ blanks: [Blank], in document: Value) -> [Blank] {
        blanks.flatMap { blank in
            guard blank.isForAll else { return [blank] }
            let parent = Blank(path: blank.path.dropLast(), rule: blank.rule)
            guard case .object(let object) = parent.value(in: document), object.count <= mostMembers else { return [] }
            return object.map { Blank(path: parent.path + [$0.key], rule: blank.rule) }
        }
    }

    /// What stands here in a tree; null for nothing.
    func value(in document: Value) -> Value {
        path.reduce(document) { value, step in
            if case .array = value, let number = Int(step) { value[number] } else { value[step] }
        }
    }
    /// What stands here in a text.
    func node(in root: Node) -> Node? {
        path.reduce(root) { node, step in
            guard let node, !node.isObject, let number = Int(step) else { return node?[name: step] }
            return node.items.dropFirst(number).first
        }
    }
    /// Puts an empty text at a path, at which there is one.
    static func clear(_ path: ArraySlice<String>, of value: inout Value) {
        guard let step = path.first else {
            value = ""
            return
        }
        if case .array(var items) = value, let number = Int(step), items.indices.contains(number) {
            value = .null
            clear(path.dropFirst(), of: &items[number])
            value = .array(items)
        } else {
            clear(path.dropFirst(), of: &value[step])
        }
    }

    /// Whether a text may stand here, and stands in JSON as it is. What may not goes the whole way, which says why.
    func takes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch rule {
        case .name: Self.isSubdomain(text)
        case .text(let length): length.contains(text.count) && text.allSatisfy(Self.isPlain)
        }
    }
    /// The same for what stands between quotes in a text: escapes that are stored as they were sent may be in it.
    func takesEscaped(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard case .text(let length) = rule, length.contains(text.count) else { return takes(text) }
        var place = 0
        while place < text.count {
            if let word = Letters(text, at: place), word.arePlain {
                place += Letters.count
                continue
            }
            if text[place] == UInt8(ascii: "\\") {
                guard place + 1 < text.count, Self.isShortEscape(text[place + 1]) else { return false }
                place += 1
            } else if !Self.isPlain(text[place]) {
                return false
            }
            place += 1
        }
        return true
    }
    /// Where the string ends that goes on at a place: at its closing quote.
    static func end(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var place = start
        while true {
            while let word = Letters(text, at: place), !word.hasQuoteOrSlash { place += Letters.count }
            guard place < text.count, text[place] != UInt8(ascii: "\"") else { return min(place, text.count) }
            place += text[place] == UInt8(ascii: "\\") ? 2 : 1
        }
    }
    private static func isShortEscape(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "n"), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "t"), UInt8(ascii: "r"): true
        default: false
        }
    }
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): false
        default: byte >= 0x20 && byte < 0x7F
        }
    }
    private static func isSubdomain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !text.isEmpty, text.count <= 253 else { return false }
        var wasAlphanumeric = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): wasAlphanumeric = true
            case UInt8(ascii: "-"):
                // A label begins with a letter or digit; dashes follow one of those or each other.
                if !wasAlphanumeric { return false }
            case UInt8(ascii: "."):
                if !wasAlphanumeric { return false }
                wasAlphanumeric = false
            default: return false
            }
        }
        return wasAlphanumeric && text[text.count - 1] != UInt8(ascii: "-") && !hasDashBeforeDot(text)
    }
    private static func hasDashBeforeDot(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        for place in text.indices.dropFirst() where text[place] == UInt8(ascii: ".") && text[place - 1] == UInt8(ascii: "-") { return true }
        return false
    }
}
