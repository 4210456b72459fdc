/// Where things are in etcd. A realm's number is etcd's revision at which its entry in the directory was made, so a realm that is
/// destroyed and made again has nothing of the old one.
struct EtcdKeys: Sendable {
    /// What all keys begin with.
    let prefix: [UInt8]

    /// What a key stands for.
    enum Place: Sendable, Equatable {
        case realm(name: String)
        case document(realm: Int64, key: String)
        /// The realm's newest deletion.
        case deletion(realm: Int64)
        case leader(realm: String)
        case other
    }

    init(prefix: String) { self.prefix = Array(prefix.utf8) }

    /// The directory of realms: a key for each.
    var realms: [UInt8] { prefix + "realms/".utf8 }
    var documents: [UInt8] { prefix + "data/".utf8 }
    var deletions: [UInt8] { prefix + "deleted/".utf8 }
    var leaders: [UInt8] { prefix + "leaders/".utf8 }
    /// Realms that are destroyed and whose documents are still there.
    var doomed: [UInt8] { prefix + "doomed/".utf8 }
    /// Written for its revision alone.
    var mark: [UInt8] { prefix + "mark".utf8 }
    /// Written by whoever compacts etcd's history.
    var compaction: [UInt8] { prefix + "compaction".utf8 }

    func realm(_ name: String) -> [UInt8] { realms + name.utf8 }
    func documents(_ realm: Int64) -> [UInt8] { documents + "\(realm)/".utf8 }
    func document(_ realm: Int64, _ key: String) -> [UInt8] {
        var bytes = documents(realm)
        bytes.append(contentsOf: key.utf8)
        return bytes
    }
    func deletion(_ realm: Int64) -> [UInt8] { deletions + "\(realm)".utf8 }
    func leader(_ realm: String) -> [UInt8] { leaders + realm.utf8 }
    func doomed(_ realm: Int64) -> [UInt8] { doomed + "\(realm)".utf8 }

    /// The first key that does not begin with the bytes.
    static func end(_ prefix: [UInt8]) -> [UInt8] {
        var end = prefix
        while let last = end.popLast() { if last < 0xff { return end + [last + 1] } }
        return [0]
    }

    /// What a key that begins with the prefix stands for.
    func place(_ key: ArraySlice<UInt8>) -> Place {
        if let rest = key.behind(documents) {
            guard let slash = rest.firstIndex(of: UInt8(ascii: "/")), let realm = Self.number(rest[..<slash]) else { return .other }
            return .document(realm: realm, key: String(decoding: rest[(slash + 1)...], as: UTF8.self))
        }
        if let rest = key.behind(deletions) { return Self.number(rest).map { .deletion(realm: $0) } ?? .other }
        if let rest = key.behind(realms) { return .realm(name: String(decoding: rest, as: UTF8.self)) }
        if let rest = key.behind(leaders) { return .leader(realm: String(decoding: rest, as: UTF8.self)) }
        return .other
    }

    /// The number of the realm in a key below `doomed`.
    func doomedRealm(_ key: ArraySlice<UInt8>) -> Int64? { key.behind(doomed).flatMap(Self.number) }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? { Int64(String(decoding: digits, as: UTF8.self)) }
}

extension ArraySlice<UInt8> {
    /// What follows the prefix; nil where there is another beginning.
    fileprivate func behind(_ prefix: [UInt8]) -> ArraySlice<UInt8>? { starts(with: prefix) ? dropFirst(prefix.count) : nil }
}
