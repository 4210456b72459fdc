import Eksctl
import Storage

/// `store verify` and `store dump`: look at what a region has stored in a directory, also while it runs.
enum StoreInspection {
    static let all = [verify, dump]

    private static var directory: String { DataDirectory.chosen(by: CommandLine.arguments).store }
    private static func failure(_ error: LogError) -> UsageError { UsageError("the store in \(directory): \(error)") }

    private static let verify = Command(
        "verify", help: "Read the whole store and check every checksum; fails with the place of the damage",
        flags: [ServerCommands.dataFlag], words: 0
    ) { _, session in
        let report: LogReport
        do throws(LogError) { report = try LogInspector.verify(directory: directory) } catch { throw failure(error) }
        session.print("REALM\tREVISION\tDOCUMENTS\tBYTES")
        for realm in report.realms { session.print("\(realm.name)\t\(realm.head)\t\(realm.keys)\t\(realm.bytes)") }
        session.print("\(report.records) records in \(report.segments) segment(s), \(report.spareFiles) file(s) in reserve: whole")
        if report.isTorn { session.print("the last write is unfinished and was never acknowledged; the next start cuts it off") }
    }

    private static let dump = Command(
        "dump", help: "Print every record of the store, also of a damaged one as far as it can be read",
        flags: [ServerCommands.dataFlag, Flag("documents", .toggle, "print the documents too: they contain secrets")], words: 0
    ) { arguments, session in
        let isWhole = arguments.isOn("documents")
        do throws(LogError) {
            try LogInspector.dump(directory: directory, documents: isWhole) { session.print($0) }
        } catch { throw failure(error) }
    }
}
