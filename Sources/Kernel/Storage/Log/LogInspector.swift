/// What a look into a log found.
package struct LogReport: Sendable, Hashable {
    package struct Realm: Sendable, Hashable {
        package let name: String
        package let head: Revision
        /// The number of live keys and the size of their documents.
        package let keys: Int
        package let bytes: Int
    }
    /// The segments that count, and the files kept for use.
    package let segments: Int
    package let spareFiles: Int
    package let records: Int
    /// Whether a torn write stands at the end, which the next start cuts off; it was never acknowledged.
    package let isTorn: Bool
    /// In the order of their names.
    package let realms: [Realm]
}

/// Looks into a log without changing it, also while a server writes it; the end is then what it was at the time.
package enum LogInspector {
    /// Reads the whole log and checks every checksum and the chain of frames.
    /// - Throws: `LogError`, naming the place of the damage.
    package static func verify(directory: String) throws(LogError) -> LogReport { try verify(disk(directory)) }

    /// Whether a directory holds a log, were it an empty one.
    package static func isStore(directory: String) -> Bool {
        guard let files = try? RecoveredLog.files(on: disk(directory)) else { return false }
        return !files.isEmpty
    }

    static func verify(_ disk: any Disk) throws(LogError) -> LogReport {
        let log = try RecoveredLog.read(disk, threads: 4)
        let realms = log.realms.sorted { $0.name.precedes($1.name) }.map { realm in
            LogReport.Realm(
                name: realm.name, head: realm.head, keys: realm.entries.count, bytes: realm.entries.reduce(0) { $0 + $1.bytes.count })
        }
        return LogReport(
            segments: log.segments.count, spareFiles: log.free.count, records: log.records, isTorn: log.isTorn, realms: realms)
    }

    /// Gives a line for every record of the segments that count, in order, overwritten ones included; `documents` adds their JSON.
    /// - Throws: `LogError`, for the disk only: what is damaged is left out.
    package static func dump(directory: String, documents: Bool = false, line: (String) -> Void) throws(LogError) {
        try dump(disk(directory), documents: documents, line: line)
    }

    static func dump(_ disk: any Disk, documents: Bool, line: (String) -> Void) throws(LogError) {
        var found: [(segment: UInt64, file: SegmentFile, oldest: UInt64)] = []
        for file in try RecoveredLog.files(on: disk) {
            var oldest: UInt64 = 0
            let scan = try scan(file) { record, _ in if record.kind == .catalogue { oldest = UInt64(record.revision) } }
            if let segment = scan.segment { found.append((segment, file, oldest)) }
        }
        found.sort { $0.segment < $1.segment }
        let oldest = found.last?.oldest ?? 0
        for (segment, file, _) in found where segment >= oldest {
            line("segment \(segment) in \(file.name)")
            _ = try scan(file) { record, document in
                line(describe(record, bytes: document.count) + (documents ? " " + String(decoding: document, as: UTF8.self) : ""))
            }
        }
    }

    private static func describe(_ record: LogRecord, bytes: Int) -> String {
        switch record.kind {
        case .put: "put realm \(record.realm) revision \(record.revision) created \(record.created) bytes \(bytes) \(record.key)"
        case .delete: "delete realm \(record.realm) revision \(record.revision) \(record.key)"
        case .create: "create realm \(record.realm) \(record.key)"
        case .destroy: "destroy realm \(record.realm) \(record.key)"
        case .catalogue: "catalogue of \(record.gap ?? 0) realms, oldest segment \(record.revision), next realm \(record.realm)"
        case .realm: "realm \(record.realm) head \(record.revision) \(record.key)"
        }
    }

    private static func scan(_ file: SegmentFile, visit: (LogRecord, UnsafeRawBufferPointer) -> Void = { _, _ in }) throws(LogError)
        -> SegmentScan
    {
        do throws(DiskError) { return try SegmentScan(file, restores: false, visit: visit) } catch { throw .disk(error) }
    }

    private static func disk(_ directory: String) throws(LogError) -> FileDisk {
        do throws(DiskError) { return try FileDisk(existing: directory) } catch { throw .disk(error) }
    }
}
