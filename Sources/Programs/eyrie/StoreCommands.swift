import Control
import Eksctl
import Glibc
import Storage

/// `store`: what concerns the store as a whole, while no server runs on it.
enum StoreCommands {
    static let all = Command(
        "store", help: "Care for the store that a region keeps its state in", subcommands: [migrate] + StoreInspection.all)

    private static let migrate = Command(
        "migrate", help: "Copy a store into another, empty one, while no server runs on either",
        flags: [
            Flag("from", "the store to copy: a directory (DATA-DIR/store), or etcd://HOST:PORT[,HOST:PORT...]"),
            Flag("to", "the store to fill: a directory, or etcd://HOST:PORT[,HOST:PORT...]"),
        ] + StoreChoice.etcdFlags, words: 0
    ) { arguments, session in
        guard let from = arguments["from"], let to = arguments["to"] else { throw UsageError("--from and --to must name stores") }
        let source = try StoreChoice(from, arguments)
        let target = try StoreChoice(to, arguments)
        if case .directory(let directory) = source {
            guard access(directory, R_OK) == 0 else {
                throw UsageError("cannot read \(directory): \(String(cString: strerror(errno)))")
            }
            // Opened, any directory becomes an empty store.
            guard LogInspector.isStore(directory: directory) else {
                throw UsageError("\(directory) holds no store; that of a region is DATA-DIR/store")
            }
            if case .directory = target { try StoreChoice.refuseEtcdFlags(arguments) }
        }
        let old = try await source.open(clock: session.clock)
        let new = try await target.open(clock: session.clock)
        do {
            let copied = try await StoreMigration(from: old, to: new).run()
            session.print("copied \(copied.documents) documents of \(copied.realms) realms from \(from) to \(to)")
            session.print("their resource versions are new: clients that watched the old store list again")
        } catch {
            await old.close()
            await new.close()
            throw error
        }
        await old.close()
        await new.close()
    }
}
