import Control
import Documents
import KubeModel
import Storage

/// What is noted of a creation on its whole way, so that a prototype can be made of it.
final class PrototypeSketch {
    private let scope: PrototypeScope
    private let source: PrototypeSource
    /// What stood in the blanks.
    private let sent: [String]
    private let generateName: String?
    /// Of the documents that plugins look at, from before they did.
    private let stamp: Revision
    private var grounds: Set<AdmissionGround>? = []
    private var drawn: [AdmissionRequest.Drawn] = []

    init(_ scope: PrototypeScope, _ source: PrototypeSource, _ sent: [String], generateName: String?, stamp: Revision) {
        (self.scope, self.source, self.sent, self.generateName, self.stamp) = (scope, source, sent, generateName, stamp)
    }

    /// Notes what plugins have rested on.
    func note(_ request: AdmissionRequest, _ plugins: [any AdmissionPlugin]) {
        drawn = request.drawn
        for plugin in plugins where plugin.concerns(request) {
            guard let ground = plugin.ground(of: request) else {
                grounds = nil
                return
            }
            grounds?.formUnion(ground)
        }
    }

    /// Makes the prototype of what was stored, where nothing stands against it.
    func keep(_ document: Encoded, name: String, uid: String, time: String, in server: APIServer) {
        let filling = Prototype.Filling(name: name, sent: sent, uid: uid, time: time)
        guard var grounds, let gap = document.gap, document.bytes.count <= PrototypeTable.largestDocument,
            let slots = slots(document, gap, filling)
        else { return }
        if scope.info.namespaced { grounds.insert(.key("core/namespaces/" + scope.namespace)) }
        let table = server.prototypes
        guard let kept = PrototypeGrounds(grounds, since: stamp, server.realm, table.marks) else { return }
        let prototype = Prototype(
            source, generateName: generateName, kept, document, gap: gap, slots, drawnPrefixes: drawn.map(\.prefix))
        table.keep(prototype, scope)
    }

    /// Where the texts stand that differ; nil when one is not where it should be, or stands before the resource version.
    private func slots(_ document: Encoded, _ gap: Int, _ filling: Prototype.Filling) -> [Prototype.Slot]? {
        guard let root = (try? Document(document.bytes, limits: .own))?.root, let metadata = root["metadata"] else { return nil }
        var slots: [Prototype.Slot] = []
        func add(_ node: Node?, _ text: String, _ content: Prototype.Slot.Content) -> Bool {
            guard let node, node.string != nil, node.range.count == text.utf8.count + 2 else { return false }
            let inside = node.range.lowerBound + 1..<node.range.upperBound - 1
            // As it stands between the quotes.
            guard document.bytes[inside].elementsEqual(text.utf8) else { return false }
            slots.append(.init(range: inside, content: content))
            return true
        }
        guard add(metadata["name"], filling.name, .name), add(metadata["uid"], filling.uid, .uid),
            add(metadata["creationTimestamp"], filling.time, .time)
        else { return nil }
        if let owners = metadata["managedFields"] {
            guard owners.count == 1, add(owners.items[0]["time"], filling.time, .time) else { return nil }
        }
        for (number, blank) in source.blanks.enumerated() where blank.path != Blank.name.path {
            guard add(blank.node(in: root), filling.sent[number], .sent(number)) else { return nil }
        }
        for (number, drawn) in drawn.enumerated() {
            for range in Self.places(of: drawn.prefix + drawn.letters, in: document.bytes) {
                slots.append(.init(range: range, content: .drawn(number)))
            }
        }
        slots.sort { $0.range.lowerBound < $1.range.lowerBound }
        guard let first = slots.first, first.range.lowerBound > gap else { return nil }
        for place in slots.indices.dropFirst() where slots[place].range.lowerBound < slots[place - 1].range.upperBound { return nil }
        return slots
    }

    /// Where a string is that nobody but the plugin that drew it can know.
    private static func places(of text: String, in bytes: [UInt8]) -> [Range<Int>] {
        let text = Array("\"\(text)\"".utf8)
        var places: [Range<Int>] = []
        var place = 0
        while place + text.count <= bytes.count {
            if bytes[place] == text[0], bytes[place + 1] == text[1], bytes[place..<place + text.count].elementsEqual(text) {
                places.append(place + 1..<place + text.count - 1)
                place += text.count
            } else {
                place += 1
            }
        }
        return places
    }
}
