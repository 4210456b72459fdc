import Documents
import Storage

/// The bytes of a stored pod with the scheduler's word in them: what is written for nearly every pod, the rest of its bytes copied.
struct DirectEdits {
    typealias Edit = (range: Range<Int>, text: [UInt8])
    private let entry: Entry
    private let document: Document

    /// Edits of an entry, of which `document` is the tape.
    init(_ entry: Entry, _ document: Document) { (self.entry, self.document) = (entry, document) }
    /// What the condition says that it has seen.
    private var generation: Int? { document.root["metadata"]?["generation"]?.int }

    /// The pod with a node and these labels. Nil for documents that look otherwise than usual: with a condition, a nomination, an empty
    /// name or one of the labels already.
    func bound(to node: String, _ labels: BoundPod.Labels, now: String) -> Encoded? {
        guard let edits = labelled(labels), let spec = document.root["spec"], spec.count > 0, spec["nodeName"] == nil,
            let status = condition(BoundPod.condition(now, generation: generation)), status.range.lowerBound > spec.range.lowerBound,
            edits.allSatisfy({ $0.range.upperBound < spec.range.lowerBound })
        else { return nil }
        let name = Array("\"nodeName\":".utf8) + JSON.encode(.string(node)) + [UInt8(ascii: ",")]
        return Encoded(entry, edits + [(Self.inside(spec), name), status])
    }
    /// The edit that puts labels before those that the pod has, if there are any to put.
    private func labelled(_ labels: BoundPod.Labels) -> [Edit]? {
        if labels.isEmpty { return [] }
        guard let metadata = document.root["metadata"] else { return nil }
        var text = labels.map { "\"\($0.key)\":\(String(decoding: JSON.encode(.string($0.value)), as: UTF8.self))" }.joined(separator: ",")
        guard let present = metadata["labels"] else {
            // The name is never the last: the uid follows, or the time.
            guard let name = metadata["name"] else { return nil }
            return [(name.range.upperBound..<name.range.upperBound, Array(",\"labels\":{\(text)}".utf8))]
        }
        guard present.isObject, labels.allSatisfy({ present[name: $0.key] == nil }) else { return nil }
        if present.count > 0 { text += "," }
        return [(Self.inside(present), Array(text.utf8))]
    }

    /// The pod with the condition that it has no node, which belongs to the scheduler from then on. Nil where the condition is not the
    /// first, or another writer's fields would have to be looked at.
    func refused(reason: String, message: String, now: String) -> Encoded? {
        let observed = generation.map { "\"observedGeneration\":\($0)," } ?? ""
        let observes = generation == nil ? "" : "\"f:observedGeneration\":{},"
        let text = """
            {"type":"PodScheduled",\(observed)"status":"False","lastTransitionTime":"\(now)","reason":"\(reason)",\
            "message":\(String(decoding: JSON.encode(.string(message)), as: UTF8.self))}
            """
        guard let owners = document.root["metadata"]?["managedFields"], owners.count > 0,
            !owners.items.contains(where: { $0["manager"]?.string == Scheduler.actor }),
            let status = condition(text), status.range.lowerBound > owners.range.upperBound
        else { return nil }
        let owner = """
            ,{"manager":"\(Scheduler.actor)","operation":"Update","apiVersion":"v1","time":"\(now)","fieldsType":"FieldsV1",\
            "fieldsV1":{"f:status":{"f:conditions":{".":{},"k:{\\"type\\":\\"PodScheduled\\"}":{".":{},"f:lastTransitionTime":{},\
            "f:message":{},\(observes)"f:reason":{},"f:status":{},"f:type":{}}}}},"subresource":"status"}
            """
        let end = owners.range.upperBound - 1
        return Encoded(entry, [(end..<end, Array(owner.utf8)), status])
    }

    /// The edit that makes a condition the only one of a pod that has a status, but no conditions and no nomination.
    private func condition(_ condition: String) -> Edit? {
        guard let status = document.root["status"], status.count > 0, status["conditions"] == nil, status["nominatedNodeName"] == nil
        else { return nil }
        return (Self.inside(status), Array("\"conditions\":[\(condition)],".utf8))
    }
    /// The place behind an object's opening brace.
    private static func inside(_ object: Node) -> Range<Int> {
        let place = object.range.lowerBound + 1
        return place..<place
    }
}
