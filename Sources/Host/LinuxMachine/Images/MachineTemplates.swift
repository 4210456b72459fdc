import AWSServices
import Control
import Cryptography
import Glibc
import Linux

/// Disks that new machines begin with: formatted, with Eyrie's own images and the user's unpacked. Each is made once, by a containerd in a
/// machine that is thrown away, and copied for every machine since.
final class MachineTemplates: Sendable {
    private let folders: MachineFolders
    private let program: String
    private let log = Log("machines")
    init(folders: MachineFolders, program: String) { (self.folders, self.program) = (folders, program) }

    /// Makes the disk of a machine as a copy of its template, which is made first if it is not there. - Throws: `LinuxError`, `MachineFailure`.
    func makeDisk(for spec: MachineSpec) async throws {
        let disk = folders.disk(of: spec.instanceID)
        while true {
            let template = try await ensure(region: spec.region, kubeletVersion: spec.kubeletVersion, gibibytes: max(1, spec.diskGiB))
            let isCopied = try await Blocking.run("disk") { [lockPath] () throws(LinuxError) in
                // Nobody removes old templates meanwhile.
                let lock = try FileLock(lockPath, shared: true)
                defer { withExtendedLifetime(lock) {} }
                guard Files.exists(template) else { return false }
                utimensat(AT_FDCWD, template, nil, 0)
                try SparseFile.copy(template, to: "\(disk).new")
                guard rename("\(disk).new", disk) == 0 else { throw LinuxError("rename", disk) }
                return true
            }
            if isCopied { return }
        }
    }
    /// The path of the template for such machines, made if it is not there. - Throws: `LinuxError`, `MachineFailure`.
    @discardableResult func ensure(region: String, kubeletVersion: String, gibibytes: Int) async throws -> String {
        let names = MachineTemplates.addonImages(region: region, kubeletVersion: kubeletVersion)
        let key = try key(names)
        let path = "\(folders.templates)/\(key)-\(gibibytes).img"
        if Files.exists(path) { return path }
        try Files.makeFolders(folders.templates, mode: 0o700)
        let lock = try await Blocking.run("disks") { [lockPath] () throws(LinuxError) in try FileLock(lockPath) }
        defer { withExtendedLifetime(lock) {} }
        if Files.exists(path) { return path }
        try removeOldest()
        log.info("making the disk that machines begin with", ["key": key, "GiB": gibibytes, "images": names.count])
        try await build(path, key: key, gibibytes: gibibytes, names: names)
        return path
    }
    private var lockPath: String { "\(folders.templates)/lock" }

    /// Keeps those that were used last: of other programs, regions, versions and sizes.
    private func removeOldest() throws(LinuxError) {
        let aged = Files.names(in: folders.templates).filter { $0 != "lock" }.map { name in
            var facts = stat()
            stat("\(folders.templates)/\(name)", &facts)
            return (name: name, used: facts.st_mtim.tv_sec)
        }
        for (name, _) in aged.sorted(by: { $0.used > $1.used }).dropFirst(MachineTemplates.kept) {
            try Files.removeTree("\(folders.templates)/\(name)")
        }
    }
    private static let kept = 8
    /// The name of the machine that makes a template begins so.
    static let builder = "template-"

    /// Of the node's own version and the next, since a cluster's add-ons go ahead of its nodes.
    private static func addonImages(region: String, kubeletVersion: String) -> [String] {
        let parts = kubeletVersion.drop { $0 == "v" }.split(separator: ".")
        guard parts.count > 1, let minor = Int(parts[1]) else { return [] }
        let names = [minor, minor + 1].flatMap { SystemImages.names(region: region, version: "\(parts[0]).\($0)") }
        return Set(names).sorted()
    }
    /// What a template's content follows from, but for its size.
    private func key(_ names: [String]) throws(LinuxError) -> String {
        var facts = stat()
        guard stat(program, &facts) == 0 else { throw LinuxError("stat", program) }
        let own = "\(facts.st_size) \(facts.st_ino) \(facts.st_mtim.tv_sec).\(facts.st_mtim.tv_nsec)"
        let images = ImageStore(folders: folders).all().map { "\($0.digest)" }
        return String(Hex.encode(SHA256.hash((["3", own] + names + images).joined(separator: "\n"))).prefix(16))
    }

    private func build(_ path: String, key: String, gibibytes: Int, names: [String]) async throws {
        let instance = "\(MachineTemplates.builder)\(key)"
        let scratch = "\(folders.templates)/\(key).parts"
        defer {
            try? Files.removeTree(scratch)
            try? Files.removeTree(folders.diskFolder(of: instance))
            try? Files.removeTree(folders.machine(instance))
            NetworkNamespaces.remove(folders.network(of: instance))
        }
        try Files.makeFolders(scratch, mode: 0o700)
        let archives = try await OwnImages(program: program, addonNames: names).write(into: scratch)
        try Files.makeFolders(folders.diskFolder(of: instance), mode: 0o700)
        let (folders, program) = (folders, program)
        let process = try await Blocking.run("template") { () throws(any Error) in
            try MachineDisk(path: folders.disk(of: instance), gibibytes: gibibytes).format()
            var launch = MachineLaunch(
                instance: instance, hostName: "template", folders: folders, program: program, limits: CgroupLimits())
            launch.services = ["containerd"]
            return try launch.run()
        }
        let outcome = await load(archives + ImageStore(folders: folders).all().map(\.path), into: process.process)
        process.signal(outcome == nil ? SIGTERM : SIGKILL)
        _ = await process.wait()
        let group = Cgroup(folders.cgroup(of: instance))
        group.kill()
        try? group.remove()
        if let outcome { throw outcome }
        // The cache may lie on another file system.
        try await Blocking.run("disk") { () throws(LinuxError) in
            try SparseFile.copy(folders.disk(of: instance), to: "\(scratch)/disk")
            guard rename("\(scratch)/disk", path) == 0 else { throw LinuxError("rename", path) }
        }
    }
    private func load(_ archives: [String], into process: Int32) async -> MachineFailure? {
        do throws(MachineFailure) {
            let images = MachineImages(process: process)
            try await images.awaitContainerd()
            for archive in archives { try await images.load(archive) }
            return nil
        } catch { return error }
    }
}
