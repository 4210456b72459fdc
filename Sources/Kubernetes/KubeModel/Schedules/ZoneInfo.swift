import Control
import Glibc
import Synchronization

/// The offsets of one time zone from UTC through the years. Source: RFC 9636 (TZif), POSIX TZ for what comes after.
package struct ZoneInfo: Sendable, Hashable {
    private let changes: [Int64]
    /// The offset in seconds east of UTC from the change at the same place on.
    private let offsets: [Int]
    private let earliest: Int
    private let rule: ZoneRule?

    /// No offset at all.
    package static let utc = ZoneInfo(changes: [], offsets: [], earliest: 0, rule: nil)

    private init(changes: [Int64], offsets: [Int], earliest: Int, rule: ZoneRule?) {
        (self.changes, self.offsets, self.earliest, self.rule) = (changes, offsets, earliest, rule)
    }

    /// Reads a TZif file of version 2 or later; nil when it is none.
    package init?(_ bytes: [UInt8]) {
        var first = ZoneReader(bytes)
        guard let header = first.header(), header.version >= UInt8(ascii: "2") else { return nil }
        var reader = ZoneReader(bytes, at: 44 + header.size(timeSize: 4))
        guard let counts = reader.header(), counts.types > 0 else { return nil }
        let changes = (0..<counts.times).compactMap { _ in reader.integer(8) }
        let places = (0..<counts.times).compactMap { _ in reader.integer(1).map { Int($0) } }
        var types: [(offset: Int, summer: Bool)] = []
        for _ in 0..<counts.types {
            guard let offset = reader.integer(4), let summer = reader.integer(1), reader.integer(1) != nil else { return nil }
            types.append((Int(offset), summer != 0))
        }
        guard changes.count == counts.times, places.count == counts.times, places.allSatisfy({ types.indices.contains($0) }) else {
            return nil
        }
        reader.skip(counts.characters + counts.leaps * 12 + counts.standards + counts.universals)
        self.init(
            changes: changes, offsets: places.map { types[$0].offset },
            earliest: (types.first { !$0.summer } ?? types[0]).offset, rule: ZoneRule(reader.line()))
    }

    /// Seconds east of UTC at a moment.
    package func offset(at seconds: Int64) -> Int {
        guard let last = changes.last else { return rule?.offset(at: seconds) ?? earliest }
        if seconds >= last, let rule { return rule.offset(at: seconds) }
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? earliest : offsets[low - 1]
    }
}

/// The time zones of this machine, each read once.
package final class ZoneDirectory: Sendable {
    private let path: String
    private let zones = Mutex<[String: ZoneInfo]>([:])

    /// The zones of a directory laid out like `/usr/share/zoneinfo`.
    package init(path: String = "/usr/share/zoneinfo") { self.path = path }

    /// The zone of that name, as in `Europe/Berlin`; nil when there is none.
    package func zone(_ name: String) -> ZoneInfo? {
        if ["UTC", "Etc/UTC"].contains(name) { return .utc }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let good = parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && part.utf8.allSatisfy { $0 > 32 && $0 < 127 }
        }
        guard good else { return nil }
        return zones.withLock { zones in
            if let known = zones[name] { return known }
            guard let zone = Self.read("\(path)/\(name)").flatMap(ZoneInfo.init) else { return nil }
            zones[name] = zone
            return zone
        }
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 18)
        let count = fread(&bytes, 1, bytes.count, file)
        return count > 0 && ferror(file) == 0 ? Array(bytes[..<count]) : nil
    }
}

/// Takes a TZif file apart.
private struct ZoneReader {
    struct Counts {
        var version: UInt8 = 0
        var (universals, standards, leaps, times, types, characters) = (0, 0, 0, 0, 0, 0)
        func size(timeSize: Int) -> Int {
            times * timeSize + times + types * 6 + characters + leaps * (timeSize + 4) + standards + universals
        }
    }
    private let bytes: [UInt8]
    private var place: Int
    init(_ bytes: [UInt8], at place: Int = 0) { (self.bytes, self.place) = (bytes, place) }

    /// A big-endian number; one of several bytes is signed.
    mutating func integer(_ size: Int) -> Int64? {
        guard place >= 0, place + size <= bytes.count else { return nil }
        var number: UInt64 = 0
        for byte in bytes[place..<place + size] { number = number << 8 | UInt64(byte) }
        place += size
        switch size {
        case 4: return Int64(Int32(truncatingIfNeeded: number))
        default: return Int64(truncatingIfNeeded: number)
        }
    }
    mutating func skip(_ count: Int) { place += count }
    mutating func header() -> Counts? {
        guard integer(4) == 0x545a_6966, let version = integer(1) else { return nil }
        skip(15)
        var numbers: [Int] = []
        for _ in 0..<6 {
            guard let number = integer(4), (0...65_536).contains(number) else { return nil }
            numbers.append(Int(number))
        }
        var counts = Counts()
        counts.version = UInt8(truncatingIfNeeded: version)
        (counts.universals, counts.standards, counts.leaps) = (numbers[0], numbers[1], numbers[2])
        (counts.times, counts.types, counts.characters) = (numbers[3], numbers[4], numbers[5])
        return counts
    }
    /// The text between two line ends.
    mutating func line() -> String {
        guard place >= 0, place < bytes.count, bytes[place] == 10 else { return "" }
        return String(decoding: bytes[(place + 1)...].prefix { $0 != 10 }, as: UTF8.self)
    }
}
