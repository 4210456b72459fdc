import Glibc
import Linux
import Testing

@Suite struct MountsTests {
    private let folder = "/tmp/eyrie-mounts-\(getpid())-\(UInt32.random(in: 0 ... .max))"

    @Test func readsALineOfMountinfo() throws {
        let line = #"36 35 98:0 /mnt1 /a\040place rw,noatime master:1 - ext3 /dev/root rw,errors=continue"#
        let entry = try #require(MountEntry(line[...]))
        #expect(entry.target == "/a place")
        #expect(entry.root == "/mnt1")
        #expect(entry.type == "ext3")
        #expect(entry.device == "98:0")
        #expect(entry.options == ["rw", "errors=continue"])
        #expect(MountEntry("nonsense"[...]) == nil)
    }

    @Test(.enabled(if: geteuid() == 0)) func mountsBindsAndTakesDown() throws {
        try Files.makeFolders("\(folder)/a")
        try Files.makeFolders("\(folder)/b")
        defer {
            try? Mounts.unmountTree(folder)
            try? Files.removeTree(folder)
        }
        try Mounts.mount("tmpfs", at: "\(folder)/a", type: "tmpfs", options: "size=64k")
        try Files.replace("\(folder)/a/file", Array("text".utf8))
        try Mounts.bind("\(folder)/a", at: "\(folder)/b", flags: .readOnly)
        #expect(Files.text("\(folder)/b/file") == "text")
        #expect(throws: LinuxError("open", "\(folder)/b/file", code: EROFS)) { try Files.set("\(folder)/b/file", "x") }
        #expect(Mounts.isMountPoint("\(folder)/b"))
        try Mounts.unmountTree(folder)
        #expect(!Mounts.isMountPoint("\(folder)/a"))
        try Mounts.unmount("\(folder)/a")
    }

    @Test(.enabled(if: geteuid() == 0)) func removingATreeStopsAtAMount() throws {
        try Files.makeFolders("\(folder)/inside/mounted")
        defer {
            try? Mounts.unmountTree(folder)
            try? Files.removeTree(folder)
        }
        try Mounts.mount("tmpfs", at: "\(folder)/inside/mounted", type: "tmpfs")
        #expect(throws: LinuxError("remove", "\(folder)/inside/mounted", code: EXDEV)) { try Files.removeTree(folder) }
    }

    @Test(.enabled(if: geteuid() == 0)) func aLoopDeviceDetachesItself() throws {
        try Files.makeFolders(folder)
        defer { try? Files.removeTree(folder) }
        try SparseFile.make("\(folder)/disk", bytes: 1 << 30)
        var name = ""
        do {
            let device = try LoopDevice(file: "\(folder)/disk")
            name = String(device.path.dropFirst(5))
            #expect(Files.text("/sys/block/\(name)/loop/backing_file") == "\(folder)/disk")
        }
        #expect(Files.text("/sys/block/\(name)/loop/backing_file") != "\(folder)/disk")
    }

    @Test func copiesOnlyWhatHoldsData() throws {
        try Files.makeFolders(folder)
        defer { try? Files.removeTree(folder) }
        let (source, copy) = ("\(folder)/source", "\(folder)/copy")
        try SparseFile.make(source, bytes: 64 << 20)
        let file = open(source, O_WRONLY)
        let bytes = [UInt8](repeating: 7, count: 10_000)
        #expect(pwrite(file, bytes, bytes.count, 40 << 20) == bytes.count)
        close(file)
        try SparseFile.copy(source, to: copy)
        var facts = stat()
        #expect(stat(copy, &facts) == 0)
        #expect(facts.st_size == 64 << 20)
        #expect(facts.st_blocks * 512 < 1 << 20)
        #expect(try Files.read(source, limit: 41 << 20) == Files.read(copy, limit: 41 << 20))
    }
}
