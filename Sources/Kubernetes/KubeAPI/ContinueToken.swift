import Control
import Cryptography
import Documents
import KubeModel
import Storage

/// Where a list goes on, at any server. The text is opaque to clients; its shape is upstream's, so that tools which peek at it find what
/// they expect, and a member of our own tells how old it is.
struct ContinueToken: Sendable, Hashable {
    /// The revision of the snapshot; nil takes the newest state, which makes the list inconsistent.
    let revision: Revision?
    /// The last key of the page before, without the prefix of the collection.
    let after: String
    /// When it was given, in seconds; nil for one that never grows old.
    let given: Int64?

    init(revision: Revision?, after: String, given: Timestamp? = nil) {
        (self.revision, self.after, self.given) = (revision, after, given?.seconds)
    }

    /// Whether it was given longer ago than that.
    func isOlder(than lifetime: Duration, now: Timestamp) -> Bool {
        given.map { Timestamp(seconds: $0) + lifetime < now } ?? false
    }

    /// - Throws: `KubeStatus` BadRequest for a text that is no token.
    init(_ text: String) throws(KubeStatus) {
        guard let bytes = Base64.urlDecode(text), let document = try? JSON.parse(bytes) else { throw Self.malformed }
        guard document["v"] == "meta.k8s.io/v1", let revision = document["rv"].int, let start = document["start"].string, !start.isEmpty
        else {
            throw Self.malformed
        }
        self.revision = revision > 0 ? Revision(revision) : nil
        (after, given) = (start, document["given"].int.map(Int64.init))
    }
    private static let malformed = KubeStatus.badRequest("continue key is not valid")

    /// The token as clients see it.
    var text: String {
        var document: Value = ["v": "meta.k8s.io/v1", "rv": .int(revision ?? -1), "start": .string(after)]
        if let given { document["given"] = .int(given) }
        return Base64.urlEncode(JSON.encode(document))
    }
}
