import Cryptography
import Documents
import Glibc
import Linux

/// The images that the user gave to this data directory, which every machine of it has.
package struct ImageStore: Sendable {
    /// One archive, with what it is known by.
    package struct Entry: Sendable, Hashable {
        /// SHA-256 of the archive in hex.
        package let digest: String
        package let names: [String]
        /// Bytes, and where it lies.
        package let size: Int, path: String
    }
    private let folder: String

    /// The store of a data directory.
    package init(folders: MachineFolders) { folder = "\(folders.data)/images" }

    /// Every archive, in the order of their digests.
    package func all() -> [Entry] {
        Files.names(in: folder).filter { $0.hasSuffix(".json") }.compactMap { name in
            guard let bytes = try? Files.read("\(folder)/\(name)"), let document = try? JSON.parse(bytes),
                let digest = document["digest"].string
            else { return nil }
            return Entry(
                digest: digest, names: document["names"].items.compactMap(\.string), size: Int(document["size"].int ?? 0),
                path: "\(folder)/\(digest).tar")
        }
    }
    /// Copies an archive, plain or gzip, in; the same one again changes nothing. Names that older archives have too are theirs no longer.
    /// Holds its thread. - Throws: `LinuxError`, `MachineFailure` for what is no image archive.
    package func add(_ file: String) throws -> Entry {
        try Files.makeFolders(folder, mode: 0o700)
        let beside = "\(folder)/new.\(getpid())"
        let plain = "\(beside).plain"
        defer { for path in [beside, plain] { unlink(path) } }
        let isPacked = try Files.read(file, limit: 2) == [0x1f, 0x8b]
        if isPacked { try unpack(file, to: plain) }
        let names = try ArchiveNames.read(isPacked ? plain : file, called: file)
        let (digest, size) = try copy(isPacked ? plain : file, to: beside)
        let entry = Entry(digest: digest, names: names, size: size, path: "\(folder)/\(digest).tar")
        for old in all() where old.digest != digest && !Set(old.names).isDisjoint(with: names) {
            let rest = old.names.filter { !names.contains($0) }
            if rest.isEmpty { try remove(old) } else { try write(Entry(digest: old.digest, names: rest, size: old.size, path: old.path)) }
        }
        guard rename(beside, entry.path) == 0 else { throw LinuxError("rename", entry.path) }
        try write(entry)
        return entry
    }
    private func unpack(_ file: String, to target: String) throws {
        let from = open(file, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw LinuxError("open", file) }
        defer { close(from) }
        let to = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard to >= 0 else { throw LinuxError("open", target) }
        defer { close(to) }
        guard let gzip = HostPrograms.find("gzip") else { throw MachineFailure("gzip was not found") }
        var program = Program(gzip, ["-dc"])
        program.descriptors = [0: from, 1: to]
        guard try Spawn.runHere(program) == .exited(0) else { throw MachineFailure("\(file) cannot be unpacked") }
    }
    /// Removes the archive that has the name. - Returns: what it was; nil when there is none.
    package func remove(named name: String) throws -> Entry? {
        guard let entry = all().first(where: { $0.names.contains(name) || $0.digest.hasPrefix(name) }) else { return nil }
        try remove(entry)
        return entry
    }
    private func remove(_ entry: Entry) throws(LinuxError) {
        try Files.removeTree("\(folder)/\(entry.digest).json")
        try Files.removeTree(entry.path)
    }
    private func write(_ entry: Entry) throws(LinuxError) {
        let document: Value = [
            "digest": .string(entry.digest), "names": .array(entry.names.map(Value.string)), "size": .int(Int64(entry.size)),
        ]
        try Files.replace("\(folder)/\(entry.digest).json", JSON.encode(document))
    }
    private func copy(_ source: String, to target: String) throws(LinuxError) -> (digest: String, size: Int) {
        let from = open(source, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw LinuxError("open", source) }
        defer { close(from) }
        let to = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard to >= 0 else { throw LinuxError("open", target) }
        defer { close(to) }
        let digest = DigestStream()
        var part = [UInt8](repeating: 0, count: 1 << 20)
        var size = 0
        while true {
            let count = read(from, &part, part.count)
            guard count >= 0 else { throw LinuxError("read", source) }
            if count == 0 { return (Hex.encode(digest.finish()), size) }
            part.withUnsafeBytes { digest.add(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            guard Glibc.write(to, part, count) == count else { throw LinuxError("write", target) }
            size += count
        }
    }
}
