import Documents
import Glibc
import Storage
import Synchronization

/// A stored document with blanks, and all that must be as it was for the whole way to make the same of what was sent.
final class Prototype: Sendable {
    let source: PrototypeSource
    /// The prefix of names that are to be generated; nil where the name was sent.
    let generateName: String?
    private let grounds: PrototypeGrounds
    private let bytes: [UInt8]
    private let gap: Int
    private let comma: Bool
    /// In the order of `bytes`.
    private let slots: [Slot]
    /// Of the texts that plugins drew at random: what stands before the random letters.
    private let drawnPrefixes: [String]
    /// Which of the blanks is the name's.
    private let namePlace: Int?
    /// When it was last used, by the table's count.
    let lastUse = Atomic<Int>(0)

    /// A place in the stored bytes that is filled anew.
    struct Slot: Sendable {
        enum Content: Sendable {
            case name, uid, time
            case sent(Int)
            case drawn(Int)
        }
        let range: Range<Int>
        let content: Content
    }

    init(
        _ source: PrototypeSource, generateName: String?, _ grounds: PrototypeGrounds, _ document: Encoded, gap: Int, _ slots: [Slot],
        drawnPrefixes: [String]
    ) {
        (self.source, self.generateName, self.grounds) = (source, generateName, grounds)
        (bytes, self.gap, comma) = (document.bytes, gap, document.comma)
        (self.slots, self.drawnPrefixes) = (slots, drawnPrefixes)
        namePlace = source.blanks.firstIndex { $0.path == Blank.name.path }
    }

    /// Whether everything in the realm that it rests on is as it was.
    func stands(_ realm: Realm, _ marks: GroundMarks) -> Bool { grounds.stand(realm, marks) }

    /// The name among the texts that were sent; nil when it is to be generated.
    func name(in sent: [String]) -> String? { namePlace.map { sent[$0] } }

    /// What differs from document to document.
    struct Filling {
        var name: String
        var sent: [String]
        var uid: String
        var time: String
    }

    /// The document of a filling, with new random texts where it has such.
    func document(_ filling: Filling, drawing letters: () -> String) -> Encoded {
        let drawn = drawnPrefixes.map { $0 + letters() }
        func text(_ content: Slot.Content) -> String {
            switch content {
            case .name: filling.name
            case .uid: filling.uid
            case .time: filling.time
            case .sent(let number): filling.sent[number]
            case .drawn(let number): drawn[number]
            }
        }
        var size = bytes.count
        for slot in slots { size += text(slot.content).utf8.count - slot.range.count }
        let result = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            bytes.withUnsafeBufferPointer { model in
                guard let target = buffer.baseAddress, let origin = model.baseAddress else { return }
                var (at, place) = (0, 0)
                for slot in slots {
                    memcpy(target + place, origin + at, slot.range.lowerBound - at)
                    place += slot.range.lowerBound - at
                    var text = text(slot.content)
                    text.withUTF8 { text in
                        if let base = text.baseAddress { memcpy(target + place, base, text.count) }
                        place += text.count
                    }
                    at = slot.range.upperBound
                }
                memcpy(target + place, origin + at, model.count - at)
            }
            count = size
        }
        return Encoded(bytes: result, gap: gap, comma: comma)
    }
}
