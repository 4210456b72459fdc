import Eksctl
import Glibc
import LinuxMachine

/// `images`: what nodes have without a registry.
enum ImageCommands {
    static let all = Command(
        "images", aliases: ["image"], help: "Images that every node has without a registry", subcommands: [load, list, remove, build])

    private static var loading: ImageLoading {
        ImageLoading(folders: MachineFolders(data: DataDirectory.chosen(by: CommandLine.arguments).path))
    }
    private static func one(_ arguments: Arguments, _ what: String) throws -> String {
        guard let word = arguments.positional.first, arguments.positional.count == 1 else { throw UsageError("\(what) must be given") }
        return word
    }

    private static let load = Command(
        "import", aliases: ["load"], help: "Take an OCI or Docker archive and load it into every node, also later ones",
        flags: [ServerCommands.dataFlag]
    ) { arguments, session in
        let outcome = try await loading.add(try one(arguments, "the archive's file"))
        for name in outcome.entry.names { session.print("imported \(name)") }
        session.print("loaded into \(outcome.machines.count) running node(s)")
        for (machine, reason) in outcome.failures.sorted(by: { $0.key < $1.key }) { session.print("not loaded into \(machine): \(reason)") }
        if !outcome.failures.isEmpty { exit(1) }
    }

    private static let list = Command(
        "list", aliases: ["ls"], help: "List the images that were imported", flags: [ServerCommands.dataFlag], words: 0
    ) { _, session in
        session.print("IMAGE\tSIZE\tARCHIVE")
        for entry in loading.all() {
            for name in entry.names { session.print("\(name)\t\(entry.size >> 20) MiB\t\(entry.digest.prefix(12))") }
        }
    }

    private static let remove = Command(
        "remove", aliases: ["rm", "delete"], help: "Remove an image that was imported", flags: [ServerCommands.dataFlag]
    ) { arguments, session in
        let name = try one(arguments, "the image's name")
        guard let entry = try await loading.remove(name) else { throw UsageError("no image \"\(name)\" was imported") }
        for name in entry.names { session.print("removed \(name)") }
    }

    private static let build = Command(
        "build", help: "Make an image archive out of a program of this machine: busybox or nginx",
        flags: [
            Flag("tag", short: "t", .list, "name of the image (repeatable; docker.io/library/PROGRAM:latest if unspecified)"),
            Flag("output", short: "o", "the archive's file (PROGRAM.tar if unspecified)"),
            Flag("port", .number, "port on which nginx listens", standard: "80"),
        ]
    ) { arguments, session in
        let preset = try one(arguments, "busybox or nginx")
        let names = arguments.list("tag")
        let file = arguments["output"] ?? "\(preset).tar"
        guard let port = Int(arguments["port"] ?? "80"), (1...65_535).contains(port) else { throw UsageError("--port must be 1 to 65535") }
        let recipe = try await ImageRecipe.preset(preset, names: names.isEmpty ? ["docker.io/library/\(preset):latest"] : names, port: port)
        try await ImageArchive.write(recipe, to: file)
        session.print("wrote \(file)")
    }
}
