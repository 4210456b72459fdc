import Control
import Documents

/// A node's lease as the machine sends it: what stays of it as text, since every machine has one and renews it every few seconds.
struct LeaseText {
    /// The resource version that it has now; empty when it is not known.
    var version = ""
    /// The metadata without version and managed fields, behind the opening brace.
    private var metadata: [UInt8] = []

    init() {}
    /// The lease as the API server gives it.
    init(_ lease: Value) {
        version = lease["metadata"]["resourceVersion"].string ?? ""
        var kept = lease["metadata"]
        (kept["resourceVersion"], kept["managedFields"]) = (.null, .null)
        metadata = Array(JSON.encode(kept).dropFirst())
    }

    /// The document that renews it: in the order in which the API server has stored it, which then sees at a glance what has changed.
    func text(holder: String, seconds: Int64, renewed: Timestamp) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(metadata.count + 320)
        text += "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{\"resourceVersion\":\"".utf8
        text += version.utf8
        text += "\",".utf8
        text += metadata
        text += ",\"spec\":{\"holderIdentity\":".utf8
        text += JSON.encode(.string(holder))
        text += ",\"leaseDurationSeconds\":\(seconds),\"renewTime\":\"\(renewed.microText)\"}}".utf8
        return text
    }
}
