/// A range of keys and how it is to be read. Source for this and what follows: etcd, etcdserver/etcdserverpb/rpc.proto.
struct EtcdRangeRequest: Sendable {
    var key: [UInt8]
    /// The first key behind the range; nil reads one key.
    var end: [UInt8]?
    var limit = 0
    /// 0 reads the newest.
    var revision: Revision = 0
    var keysOnly = false

    var message: [UInt8] {
        var writer = ProtoWriter(capacity: key.count + (end?.count ?? 0) + 32)
        writer.text(1, key)
        writer.text(2, end ?? [])
        writer.number(3, Int64(limit))
        writer.number(4, revision)
        writer.flag(8, keysOnly)
        return writer.bytes
    }
}

/// What has to be true for a transaction to succeed: each is a comparison for equality; 0 means that the key is not there.
struct EtcdCompare: Sendable {
    enum Target: Int64, Sendable {
        case version = 0
        case created, modified
    }
    let key: [UInt8]
    let target: Target
    let value: Int64

    var message: [UInt8] {
        var writer = ProtoWriter(capacity: key.count + 24)
        writer.number(2, target.rawValue)
        writer.text(3, key)
        writer.always(4 + Int(target.rawValue), value)
        return writer.bytes
    }
}

/// A step of a transaction.
enum EtcdOperation: Sendable {
    case range(EtcdRangeRequest)
    case put(key: [UInt8], value: [UInt8], lease: Int64 = 0)
    /// Deletes one key, or all before `end`.
    case delete(key: [UInt8], end: [UInt8]? = nil)

    var message: [UInt8] {
        var request = ProtoWriter()
        switch self {
        case .range(let range): request.message(1, range.message)
        case .put(let key, let value, let lease):
            var put = ProtoWriter(capacity: key.count + value.count + 32)
            put.text(1, key)
            put.text(2, value)
            put.number(3, lease)
            request.message(2, put.bytes)
        case .delete(let key, let end):
            var delete = ProtoWriter(capacity: key.count + (end?.count ?? 0) + 8)
            delete.text(1, key)
            delete.text(2, end ?? [])
            request.message(3, delete.bytes)
        }
        return request.bytes
    }
}

/// Operations that are done all together when every comparison holds, and others when one does not.
struct EtcdTransaction: Sendable {
    var compares: [EtcdCompare] = []
    var success: [EtcdOperation] = []
    var failure: [EtcdOperation] = []

    var message: [UInt8] {
        var writer = ProtoWriter()
        for compare in compares { writer.message(1, compare.message) }
        for operation in success { writer.message(2, operation.message) }
        for operation in failure { writer.message(3, operation.message) }
        return writer.bytes
    }
}

/// Requests of a few fields.
enum EtcdRequest {
    /// A watch of all keys from `key` to before `end`, from a revision on; large revisions come in fragments.
    static func watch(key: [UInt8], end: [UInt8], from revision: Revision) -> [UInt8] {
        var create = ProtoWriter(capacity: 64)
        create.text(1, key)
        create.text(2, end)
        create.number(3, revision)
        create.flag(4, true)
        create.flag(8, true)
        var writer = ProtoWriter(capacity: 64)
        writer.message(1, create.bytes)
        return writer.bytes
    }
    static func grant(seconds: Int) -> [UInt8] { number(1, Int64(seconds)) }
    static func keepAlive(lease: Int64) -> [UInt8] { number(1, lease) }
    static func revoke(lease: Int64) -> [UInt8] { number(1, lease) }
    static func compact(revision: Revision) -> [UInt8] { number(1, revision) }

    private static func number(_ field: Int, _ value: Int64) -> [UInt8] {
        var writer = ProtoWriter()
        writer.number(field, value)
        return writer.bytes
    }
}
