import Cryptography
import Documents
import KubeModel
import Storage

/// Where a list goes on. The text is opaque to clients; its shape is upstream's, so that tools which peek at it find what they expect.
struct ContinueToken: Sendable, Hashable {
    /// The revision of the snapshot; nil takes the newest state, which makes the list inconsistent.
    let revision: Revision?
    /// The last key of the page before, without the prefix of the collection.
    let after: String

    init(revision: Revision?, after: String) { (self.revision, self.after) = (revision, after) }

    /// - Throws: `KubeStatus` BadRequest for a text that is no token.
    init(_ text: String) throws(KubeStatus) {
        guard let bytes = Base64.urlDecode(text), let document = try? JSON.parse(bytes) else { throw Self.malformed }
        guard document["v"] == "meta.k8s.io/v1", let revision = document["rv"].int, let start = document["start"].string, !start.isEmpty
        else {
            throw Self.malformed
        }
        self.revision = revision > 0 ? Revision(revision) : nil
        after = start
    }
    private static let malformed = KubeStatus.badRequest("continue key is not valid")

    /// The token as clients see it.
    var text: String {
        Base64.urlEncode(JSON.encode(["v": "meta.k8s.io/v1", "rv": .int(revision ?? -1), "start": .string(after)]))
    }
}
