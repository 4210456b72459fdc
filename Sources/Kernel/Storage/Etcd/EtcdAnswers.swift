/// A key with its value as etcd tells of it. Source: etcd, mvcc/mvccpb/kv.proto.
struct EtcdKeyValue: Sendable {
    var key: ArraySlice<UInt8> = []
    var created: Revision = 0
    var modified: Revision = 0
    /// How often the key was written since it was created.
    var version: Int64 = 0
    var value: ArraySlice<UInt8> = []
    var lease: Int64 = 0

    init(_ reader: ProtoReader) {
        var reader = reader
        while reader.next() {
            switch reader.field {
            case 1: key = reader.content
            case 2: created = reader.number
            case 3: modified = reader.number
            case 4: version = reader.number
            case 5: value = reader.content
            case 6: lease = reader.number
            default: break
            }
        }
    }
}

/// etcd's revision at the time of an answer.
private func revision(ofHeader reader: ProtoReader) -> Revision {
    var reader = reader
    while reader.next() { if reader.field == 3 { return reader.number } }
    return 0
}

/// What a range holds. Source for this and what follows: etcd, etcdserver/etcdserverpb/rpc.proto.
struct EtcdRange: Sendable {
    private(set) var revision: Revision = 0
    private(set) var keys: [EtcdKeyValue] = []
    /// Whether there are more keys than were asked for.
    private(set) var more = false

    init(_ reader: ProtoReader) {
        var reader = reader
        while reader.next() {
            switch reader.field {
            case 1: revision = Storage.revision(ofHeader: reader.message)
            case 2: keys.append(EtcdKeyValue(reader.message))
            case 3: more = reader.flag
            default: break
            }
        }
    }
}

/// How a transaction went.
struct EtcdTransactionAnswer: Sendable {
    private(set) var revision: Revision = 0
    private(set) var succeeded = false
    /// The answers to range requests, in order.
    private(set) var ranges: [EtcdRange] = []

    init(_ reader: ProtoReader) {
        var reader = reader
        while reader.next() {
            switch reader.field {
            case 1: revision = Storage.revision(ofHeader: reader.message)
            case 2: succeeded = reader.flag
            case 3:
                var answer = reader.message
                while answer.next() { if answer.field == 1 { ranges.append(EtcdRange(answer.message)) } }
            default: break
            }
        }
    }
}

/// A change that a watch tells of.
struct EtcdEvent: Sendable {
    private(set) var isDeletion = false
    /// After the change; of a deleted key only the key and the revision.
    private(set) var key: EtcdKeyValue

    init(_ reader: ProtoReader) {
        var reader = reader
        key = EtcdKeyValue(ProtoReader([]))
        while reader.next() {
            switch reader.field {
            case 1: isDeletion = reader.number == 1
            case 2: key = EtcdKeyValue(reader.message)
            default: break
            }
        }
    }
}

/// A message of a watch.
struct EtcdWatchAnswer: Sendable {
    private(set) var created = false
    private(set) var canceled = false
    /// When the watch began too early: what is kept begins here.
    private(set) var compacted: Revision = 0
    private(set) var reason = ""
    /// Whether the next message has more of the same revision.
    private(set) var isFragment = false
    private(set) var events: [EtcdEvent] = []

    init(_ bytes: [UInt8]) {
        var reader = ProtoReader(bytes)
        while reader.next() {
            switch reader.field {
            case 3: created = reader.flag
            case 4: canceled = reader.flag
            case 5: compacted = reader.number
            case 6: reason = reader.text
            case 7: isFragment = reader.flag
            case 11: events.append(EtcdEvent(reader.message))
            default: break
            }
        }
    }
}

/// A lease as it was granted or kept alive.
struct EtcdLease: Sendable {
    private(set) var id: Int64 = 0
    /// Seconds that are left; 0 when the lease is gone.
    private(set) var seconds: Int64 = 0

    init(_ bytes: [UInt8]) {
        var reader = ProtoReader(bytes)
        while reader.next() {
            switch reader.field {
            case 2: id = reader.number
            case 3: seconds = reader.number
            default: break
            }
        }
    }
}

/// What a member says of itself.
struct EtcdStatus: Sendable {
    private(set) var version = ""

    init(_ bytes: [UInt8]) {
        var reader = ProtoReader(bytes)
        while reader.next() { if reader.field == 2 { version = reader.text } }
    }
}
