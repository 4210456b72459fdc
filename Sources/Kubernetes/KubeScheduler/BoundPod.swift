import Documents
import Storage

/// The bytes of a pod once it has a node and the labels of its node's place, whatever its document looks like.
struct BoundPod {
    typealias Labels = [(key: String, value: String)]
    private let labels: Labels
    private var bytes: [UInt8] = []
    private var gap: Int?
    private var comma = false
    private let condition: String

    init(_ document: Document, node: String, _ labels: Labels, now: String) {
        self.labels = labels
        bytes.reserveCapacity(document.bytes.count + 256)
        let status = document.root["status"]
        condition = Self.condition(now, generation: document.root["metadata"]?["generation"]?.int)
        add("{")
        var isFirst = true
        document.root.forEachMember { key, value in
            begin(key, &isFirst)
            switch key {
            case "metadata": addMetadata(value)
            case "spec": addSpec(value, node)
            case "status": addStatus(value)
            default: bytes += value.bytes
            }
            return true
        }
        if status == nil {
            begin("status", &isFirst)
            add("{\"conditions\":[\(condition)]}")
        }
        add("}")
    }
    var encoded: Encoded { Encoded(bytes: bytes, gap: gap, comma: comma) }

    private mutating func add(_ text: String) { bytes += text.utf8 }
    private mutating func begin(_ key: String, _ isFirst: inout Bool) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        if key.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            bytes.append(UInt8(ascii: "\""))
            bytes += key.utf8
            bytes.append(UInt8(ascii: "\""))
        } else {
            bytes += JSON.encode(.string(key))
        }
        bytes.append(UInt8(ascii: ":"))
    }
    private mutating func addMetadata(_ metadata: Node) {
        add("{")
        gap = bytes.count
        var isFirst = true
        metadata.forEachMember { key, value in
            if key == "resourceVersion" || key == "labels" && !labels.isEmpty { return true }
            // The owners come last.
            if key == "managedFields" { addLabels(metadata["labels"], &isFirst) }
            begin(key, &isFirst)
            bytes += value.bytes
            return true
        }
        if metadata["managedFields"] == nil { addLabels(metadata["labels"], &isFirst) }
        comma = !isFirst
        add("}")
    }
    /// The pod's labels with those that it gets, if it gets any.
    private mutating func addLabels(_ present: Node?, _ isFirst: inout Bool) {
        guard !labels.isEmpty else { return }
        var all = present?.value ?? [:]
        for (key, value) in labels { all[key] = .string(value) }
        begin("labels", &isFirst)
        bytes += JSON.encode(all)
    }
    private mutating func addSpec(_ spec: Node, _ node: String) {
        add("{")
        var isFirst = true
        begin("nodeName", &isFirst)
        bytes += JSON.encode(.string(node))
        spec.forEachMember { key, value in
            if key == "nodeName" { return true }
            begin(key, &isFirst)
            bytes += value.bytes
            return true
        }
        add("}")
    }
    /// The condition becomes true, and nothing is nominated any more. Source: ClearingNominatedNodeNameAfterBinding.
    private mutating func addStatus(_ status: Node) {
        add("{")
        var isFirst = true
        begin("conditions", &isFirst)
        add("[")
        for condition in status["conditions"]?.items ?? [] where condition["type"]?.string != "PodScheduled" {
            bytes += condition.bytes
            bytes.append(UInt8(ascii: ","))
        }
        add("\(condition)]")
        status.forEachMember { key, value in
            if key == "conditions" || key == "nominatedNodeName" { return true }
            begin(key, &isFirst)
            bytes += value.bytes
            return true
        }
        add("}")
    }
    static func condition(_ now: String, generation: Int?) -> String {
        let observed = generation.map { "\"observedGeneration\":\($0)," } ?? ""
        return "{\"type\":\"PodScheduled\",\(observed)\"status\":\"True\",\"lastProbeTime\":null,\"lastTransitionTime\":\"\(now)\"}"
    }
}
