import Control
import Documents
import KubeModel
import Storage

/// How events are put into bytes for one watch: in which version and form, and for which documents.
struct WatchEncoder: Sendable {
    let info: KindInfo
    let form: Accepted.Form
    let filter: Filter
    /// What rows of tables include of their object; nil for the default.
    let includeObject: String?

    /// Whether the lines are those of every such watch, and made once for all.
    var sharesLines: Bool { filter.everything && form == .object }

    /// The line of one event; nil when it does not concern the watcher. `columns` is asked for once at the head of a table.
    func line(_ event: Event, now: Timestamp, columns: Bool) -> [UInt8]? {
        if sharesLines, info.isServed(asStoredAt: event.revision) {
            return event.frame {
                let type = event.kind == .delete ? "DELETED" : event.previous == nil ? "ADDED" : "MODIFIED"
                return Self.line(type, event.entry.bytes)
            }
        }
        let before = event.previous.map(filter.selects) ?? false
        switch event.kind {
        case .delete: return filter.selects(event.entry) ? line("DELETED", event.entry, now: now, columns: columns) : nil
        case .put where filter.selects(event.entry):
            return line(before ? "MODIFIED" : "ADDED", event.entry, now: now, columns: columns)
        case .put:
            guard before, var last = event.previous?.whole else { return nil }
            last["metadata"]["resourceVersion"] = .string("\(event.revision)")
            return line("DELETED", last, now: now, columns: columns)
        }
    }

    /// The line of a document that was there when the watch began.
    func initial(_ entry: Entry, now: Timestamp, columns: Bool) -> [UInt8] { line("ADDED", entry, now: now, columns: columns) }

    private func line(_ type: String, _ entry: Entry, now: Timestamp, columns: Bool) -> [UInt8] {
        if form == .object { return Self.line(type, info.servedBytes(entry)) }
        return line(type, entry.whole, now: now, columns: columns)
    }

    private func line(_ type: String, _ stored: Value, now: Timestamp, columns: Bool) -> [UInt8] {
        let document = info.served(stored)
        switch form {
        case .object: return Self.line(type, JSON.encode(document))
        case .partialMetadata: return Self.line(type, JSON.encode(PartialMetadata.document(document)))
        case .table:
            let metadata: Value = ["resourceVersion": document["metadata"]["resourceVersion"]]
            let table = TableRenderer(info, include: includeObject, now: now)
            return Self.line(type, JSON.encode(table.table([document], metadata: metadata, columns: columns)))
        }
    }

    /// The line of a bookmark. Source: Kubernetes API concepts, watch bookmarks.
    func bookmark(_ revision: Revision, endOfInitialEvents: Bool) -> [UInt8] {
        var metadata: Value = ["resourceVersion": .string("\(revision)")]
        if endOfInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        let object: Value =
            switch form {
            case .object: ["kind": .string(info.kind), "apiVersion": .string(info.apiVersion), "metadata": metadata]
            case .partialMetadata: ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata]
            case .table: ["kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "columnDefinitions": [], "rows": []]
            }
        return Self.line("BOOKMARK", JSON.encode(object))
    }

    /// The line that tells why a watch ends.
    static func error(_ status: KubeStatus) -> [UInt8] { line("ERROR", JSON.encode(status.document)) }

    private static func line(_ type: String, _ object: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(object.count + 40)
        bytes.append(contentsOf: "{\"type\":\"\(type)\",\"object\":".utf8)
        bytes.append(contentsOf: object)
        bytes.append(UInt8(ascii: "}"))
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}
