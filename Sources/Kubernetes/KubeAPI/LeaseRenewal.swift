import Control
import Documents
import KubeModel
import Network
import Storage

/// A lease as it is stored with another `renewTime`, which is what nearly all writes of a large cluster are: told by the bytes, so that
/// what is stored, and was checked when it was, is neither decoded nor checked again.
struct LeaseRenewal {
    /// Where the stored bytes have the time of the manager's entry in `managedFields`, and the lease's `renewTime`.
    let managedTime: Range<Int>
    let renewTime: Range<Int>
    /// The new time, in the form of MicroTime.
    let text: String

    private static let tail = Array("},\"spec\":{".utf8), end = Array("\"}}".utf8), member = Array("\"renewTime\":\"".utf8)
    private static let spec = Array("\"f:spec\":{\"f:".utf8), owned = Array("\"f:renewTime\":{}".utf8)
    /// How long the texts of MicroTime and of Time are.
    private static let (micro, second) = (27, 20)

    /// Nil unless the body is the stored document without its managed fields and with another `renewTime`, and that is the manager's.
    init?(_ body: [UInt8], of stored: [UInt8], by manager: String, _ apiVersion: String) {
        let shared = Self.shared(body, stored)
        let rest = body.count - shared
        // What follows the managed fields is the rest of the body, but for the time.
        let behind = stored.count - rest
        let time = rest - Self.end.count - Self.micro
        guard behind > shared, time >= Self.tail.count + Self.member.count, body[shared...].starts(with: Self.tail),
            body[(shared + time - Self.member.count)...].starts(with: Self.member), body[shared...].suffix(Self.end.count) == Self.end[...],
            body[shared..<shared + time] == stored[behind..<behind + time], stored.suffix(Self.end.count) == Self.end[...],
            let managed = Self.managedTime(stored[shared..<behind], manager, apiVersion)
        else { return nil }
        text = String(decoding: body[shared + time..<shared + time + Self.micro], as: UTF8.self)
        guard Timestamp(text)?.microText == text else { return nil }
        (managedTime, renewTime) = (managed, behind + time..<behind + time + Self.micro)
    }

    /// How many bytes are the same at the beginning.
    private static func shared(_ one: [UInt8], _ other: [UInt8]) -> Int {
        one.withUnsafeBufferPointer { one in
            other.withUnsafeBufferPointer { other in
                let most = min(one.count, other.count)
                var count = 0
                while count < most, one[count] == other[count] { count += 1 }
                return count
            }
        }
    }

    /// Where the time of the manager's entry stands; nil unless these bytes are the managed fields, and that entry is the only one and
    /// owns `renewTime` already.
    private static func managedTime(_ bytes: ArraySlice<UInt8>, _ manager: String, _ apiVersion: String) -> Range<Int>? {
        let before = ",\"managedFields\":[{\"manager\":\"\(manager)\",\"operation\":\"Update\",\"apiVersion\":\"\(apiVersion)\",\"time\":\""
        let after = Array("\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{".utf8)
        let start = bytes.startIndex + before.utf8.count
        guard bytes.starts(with: before.utf8), bytes.endIndex > start + second + after.count,
            bytes[(start + second)...].starts(with: after), isOneEntry(bytes.dropFirst(",\"managedFields\":[".utf8.count)),
            let spec = place(of: spec, in: bytes[(start + second)...]), place(of: owned, in: bytes[spec...]) != nil
        else { return nil }
        return start..<start + second
    }

    /// Whether the bytes are one object and the end of the list that it stands in.
    private static func isOneEntry(_ bytes: ArraySlice<UInt8>) -> Bool {
        var (depth, isText, isEscaped) = (0, false, false)
        for (index, byte) in zip(bytes.indices, bytes) {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return index == bytes.endIndex - 2 && bytes.last == UInt8(ascii: "]") }
            default: continue
            }
        }
        return false
    }

    private static func place(of text: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        var place = bytes.startIndex
        while let next = bytes[place...].firstIndex(of: text[0]), next + text.count <= bytes.endIndex {
            if bytes[next...].starts(with: text) { return next }
            place = next + 1
        }
        return nil
    }
}

extension APIServer {
    /// Answers the renewal of a lease; nil for any other write, which then goes the long way. Who may do it was found out before, and
    /// admission sees it as it sees every write.
    func renew(_ context: RequestContext, _ target: Target, _ options: WriteOptions) async throws -> HTTPResponse? {
        guard target.info.storage == LeaseFields.kind, target.info.apiVersion == LeaseFields.kind.apiVersion, target.subresource.isEmpty,
            !options.dryRun, context.accepted.form == .object, case .bytes(let body) = context.request.body,
            (context.request.headers["content-type"] ?? MediaType.json.rawValue) == MediaType.json.rawValue
        else { return nil }
        guard let entry = realm.get(target.key),
            let renewal = LeaseRenewal(body, of: entry.bytes, by: options.fieldManager, target.info.apiVersion),
            let document = Encoded(
                entry, [(renewal.managedTime, Array(clock.now.text.utf8)), (renewal.renewTime, Array(renewal.text.utf8))])
        else { return nil }
        var request = AdmissionRequest(
            updateOf: entry, document, kind: target.info.storage, resource: target.info.plural, namespace: target.namespace,
            name: target.name, user: options.user, snapshot: self.realm.snapshot())
        for plugin in admission where plugin.concerns(request) { try await plugin.admit(&request) }
        guard !request.isEdited else { return nil }
        for text in request.warnings { context.warnings.add(text) }
        let written = try await commit(target, .put(document), if: .revision(entry.revision))
        return present(context, 200, .stored(written), target.info)
    }
}
