import Documents
import Glibc
import Linux
import Testing

@testable import LinuxMachine

@Suite struct ImageArchiveTests {
    private let folder = "/tmp/eyrie-images-\(getpid())-\(UInt32.random(in: 0 ... .max))"

    private func list(_ archive: String) async throws -> [String] {
        let (status, output) = try await Spawn.run(Program("/usr/bin/tar", ["-tf", archive]))
        #expect(status == .exited(0))
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func anArchiveHoldsALayoutThatOtherToolsRead() async throws {
        try Files.makeFolders(folder)
        defer { try? Files.removeTree(folder) }
        var recipe = ImageRecipe(names: ["docker.io/library/a:1", "example.test/b:2"])
        recipe.programs["/bin/sh"] = "/bin/sh"
        recipe.links["/bin/again"] = "sh"
        recipe.texts["/etc/\(String(repeating: "long", count: 40))"] = "text"
        recipe.command = ["sh"]
        try await ImageArchive.write(recipe, to: "\(folder)/a.tar")
        #expect(try await list("\(folder)/a.tar").prefix(2) == ["oci-layout", "index.json"])
        #expect(try ArchiveNames.read("\(folder)/a.tar") == ["docker.io/library/a:1", "example.test/b:2"])
        let unpack = "cd \(folder) && tar -xf a.tar && tar -tvf $(ls -S blobs/sha256/* | head -1)"
        let (_, output) = try await Spawn.run(Program("/bin/sh", ["-c", unpack]))
        let text = String(decoding: output, as: UTF8.self)
        #expect(text.contains("bin -> usr/bin"))
        #expect(text.contains("usr/bin/sh"))
        #expect(text.contains("usr/bin/again -> sh"))
        #expect(text.contains(String(repeating: "long", count: 40)))
        #expect(text.contains("libc.so.6"))
    }

    @Test func theSameContentHasTheSameDigest() async throws {
        try Files.makeFolders(folder)
        defer { try? Files.removeTree(folder) }
        var recipe = ImageRecipe(names: ["docker.io/library/a:1"])
        recipe.texts = ["/a": "1", "/b": "2"]
        for name in ["one", "two"] { try await ImageArchive.write(recipe, to: "\(folder)/\(name)") }
        #expect(try Files.read("\(folder)/one") == Files.read("\(folder)/two"))
    }

    @Test(arguments: [
        ("nginx", "docker.io/library/nginx:latest"), ("nginx:1", "docker.io/library/nginx:1"), ("me/app", "docker.io/me/app:latest"),
        ("localhost/a", "localhost/a:latest"), ("host:5000/a:2", "host:5000/a:2"), ("quay.io/a/b@sha256:00", "quay.io/a/b@sha256:00"),
    ])
    func shortNamesStandForFullOnes(_ short: String, _ full: String) { #expect(ArchiveNames.full(short) == full) }

    @Test func whatIsNoArchiveIsRefused() throws {
        try Files.makeFolders(folder)
        defer { try? Files.removeTree(folder) }
        let file = "\(folder)/file"
        try Files.replace(file, Array(repeating: UInt8(ascii: "x"), count: 4096))
        #expect(throws: MachineFailure("\(file) is no image archive")) { try ArchiveNames.read(file) }
        try Files.replace(file, [])
        #expect(throws: MachineFailure.self) { try ArchiveNames.read(file) }
        #expect(throws: LinuxError("open", "\(folder)/none", code: ENOENT)) { try ArchiveNames.read("\(folder)/none") }
    }

    @Test func aStoreKeepsEachArchiveOnceAndTheNewestOfAName() async throws {
        try Files.makeFolders(folder)
        defer { try? Files.removeTree(folder) }
        let store = ImageStore(folders: MachineFolders(data: folder))
        var recipe = ImageRecipe(names: ["docker.io/library/a:1"])
        for text in ["1", "1", "2"] {
            recipe.texts["/a"] = text
            try await ImageArchive.write(recipe, to: "\(folder)/a.tar")
            _ = try store.add("\(folder)/a.tar")
        }
        #expect(store.all().count == 1)
        #expect(Files.names(in: "\(folder)/images").count == 2)
        #expect(try store.remove(named: "docker.io/library/none:1") == nil)
        #expect(try store.remove(named: "docker.io/library/a:1")?.names == ["docker.io/library/a:1"])
        #expect(Files.names(in: "\(folder)/images").isEmpty)
    }

    @Test func aPackedArchiveIsTakenToo() async throws {
        try Files.makeFolders(folder)
        defer { try? Files.removeTree(folder) }
        var recipe = ImageRecipe(names: ["docker.io/library/a:1"])
        recipe.texts["/a"] = "1"
        try await ImageArchive.write(recipe, to: "\(folder)/a.tar")
        let store = ImageStore(folders: MachineFolders(data: folder))
        let plain = try store.add("\(folder)/a.tar")
        _ = try await Spawn.run(Program("/bin/gzip", ["\(folder)/a.tar"]))
        #expect(try store.add("\(folder)/a.tar.gz") == plain)
        try Files.replace("\(folder)/bad.gz", [0x1f, 0x8b, 1, 2])
        #expect(throws: MachineFailure("\(folder)/bad.gz cannot be unpacked")) { try store.add("\(folder)/bad.gz") }
    }
}
