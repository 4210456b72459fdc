package import Documents
import KubeModel
import Network

/// One change that a watch tells of.
package enum WatchEvent: Sendable, Hashable {
    case added(Value)
    case modified(Value)
    case deleted(Value)
    /// No change: only the revision up to which everything has been told.
    case bookmark(resourceVersion: String)
}

/// The changes of a watch, one by one. Letting go of it ends the watch.
package struct WatchStream: Sendable {
    private let reader: any BodyReader
    private var buffer: [UInt8] = []
    /// What of the buffer is taken already, and how far it was searched for a line end.
    private var (taken, searched) = (0, 0)
    /// Longest line that is taken, in bytes.
    private static let lineLimit = 16 << 20

    init(_ reader: any BodyReader) { self.reader = reader }

    /// The next change; nil when the server ended the stream in good order.
    /// - Throws: `refused` for an error event (410 when the revision is too old), `unreachable` when the connection broke.
    package mutating func next() async throws(KubeClientError) -> WatchEvent? {
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[taken..<end]
                (taken, searched) = (end + 1, end + 1)
                if line.isEmpty { continue }
                return try Self.event(Array(line))
            }
            buffer.removeFirst(taken)
            (taken, searched) = (0, buffer.count)
            guard buffer.count <= Self.lineLimit else { throw .malformed("a watch event larger than \(Self.lineLimit) bytes") }
            do {
                guard let piece = try await reader.next() else {
                    guard buffer.isEmpty else { throw KubeClientError.malformed("a watch event without end") }
                    return nil
                }
                if buffer.isEmpty { buffer = piece } else { buffer += piece }
            } catch {
                throw KubeClientError(error)
            }
        }
    }
    /// Ends the watch.
    package func cancel() { reader.cancel() }

    private static func event(_ line: [UInt8]) throws(KubeClientError) -> WatchEvent {
        var limits = DocumentLimits()
        limits.bytes = lineLimit
        let value: Value
        do {
            value = try JSON.parse(line, limits: limits)
        } catch {
            throw .malformed("\(error)")
        }
        let object = value["object"]
        switch value["type"].string {
        case "ADDED": return .added(object)
        case "MODIFIED": return .modified(object)
        case "DELETED": return .deleted(object)
        case "BOOKMARK": return .bookmark(resourceVersion: object["metadata"]["resourceVersion"].string ?? "")
        case "ERROR":
            guard let status = KubeStatus(document: object) else { throw .malformed("a watch error that is no Status") }
            throw .refused(status)
        default: throw .malformed("a watch event of type \(value["type"].string ?? "none")")
        }
    }
}
