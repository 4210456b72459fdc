import Control
import Glibc
import Kubelet
import Linux

/// Writes the files of a volume so that readers see all of the old ones or all of the new ones: they are links into `..data`, which is a
/// link to the folder of one moment. Source: pkg/volume/util/atomic_writer.go.
struct AtomicFiles {
    let folder: String
    let ownership: VolumeOwnership

    private var link: String { "\(folder)/..data" }

    /// Puts the files in the place of those that are there; nothing happens when they are the same. - Returns: whether they changed.
    /// - Throws: `SystemError`.
    @discardableResult func write(_ files: [String: VolumeFile], at now: Timestamp) throws(SystemError) -> Bool {
        let old = target()
        if let old, holds(files, "\(folder)/\(old)") {
            try linkTops(of: files)
            return false
        }
        let name = try makeMoment(now)
        let moment = "\(folder)/\(name)"
        for (path, file) in files.sorted(by: { $0.key < $1.key }) { try write(file, at: path, in: moment) }
        try ownership.apply(to: moment)
        guard chmod(moment, 0o755 | (ownership.group == nil ? 0 : 0o2000)) == 0 else { throw SystemError("chmod", moment) }
        let fresh = "\(folder)/..data_tmp"
        unlink(fresh)
        guard symlink(name, fresh) == 0 else { throw SystemError("symlink", fresh) }
        guard rename(fresh, link) == 0 else { throw SystemError("rename", link) }
        try linkTops(of: files)
        removeStale(keeping: name, files)
        return true
    }

    /// The name of the folder that is shown now; nil when there is none.
    private func target() -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let length = readlink(link, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    private func holds(_ files: [String: VolumeFile], _ moment: String) -> Bool {
        var found = 0
        func visit(_ path: String) -> Bool {
            let place = path.isEmpty ? moment : "\(moment)/\(path)"
            if Files.isFolder(place) {
                return Files.names(in: place).allSatisfy { visit(path.isEmpty ? $0 : "\(path)/\($0)") }
            }
            guard let wanted = files[path], let bytes = try? Files.read(place), bytes == wanted.bytes else { return false }
            var facts = stat()
            guard lstat(place, &facts) == 0, Int(facts.st_mode & 0o777) | 0o440 == wanted.mode | 0o440 else { return false }
            found += 1
            return true
        }
        return visit("") && found == files.count
    }

    /// A new folder `..2026_01_31_12_00_00.123456789`.
    private func makeMoment(_ now: Timestamp) throws(SystemError) -> String {
        let day = now.text.prefix(19).map { $0 == "-" || $0 == ":" || $0 == "T" ? "_" : String($0) }.joined()
        for attempt in 0..<100 {
            let fraction = String((now.nanoseconds % 1_000_000_000 + Int64(attempt)) % 1_000_000_000)
            let name = "..\(day).\(String(repeating: "0", count: 9 - fraction.utf8.count))\(fraction)"
            if mkdir("\(folder)/\(name)", 0o755) == 0 { return name }
            guard errno == EEXIST else { throw SystemError("mkdir", "\(folder)/\(name)") }
        }
        throw SystemError("mkdir", folder, code: EEXIST)
    }

    private func write(_ file: VolumeFile, at path: String, in moment: String) throws(SystemError) {
        let parts = path.split(separator: "/").map(String.init)
        guard let name = parts.last, !parts.contains("..") else { throw SystemError("open", path, code: EINVAL) }
        let home = ([moment] + parts.dropLast()).joined(separator: "/")
        try Files.makeFolders(home)
        let place = "\(home)/\(name)"
        try Files.replace(place, file.bytes, mode: 0o600)
        guard chmod(place, mode_t(truncatingIfNeeded: file.mode & 0o777)) == 0 else { throw SystemError("chmod", place) }
        if let owner = file.owner {
            guard lchown(place, uid_t(truncatingIfNeeded: owner), gid_t.max) == 0 else { throw SystemError("chown", place) }
        }
    }

    /// Links what users see: the first parts of the paths.
    private func linkTops(of files: [String: VolumeFile]) throws(SystemError) {
        for top in Self.tops(files) {
            let place = "\(folder)/\(top)"
            guard symlink("..data/\(top)", place) == 0 || errno == EEXIST else { throw SystemError("symlink", place) }
        }
    }
    private func removeStale(keeping name: String, _ files: [String: VolumeFile]) {
        let tops = Self.tops(files)
        for entry in Files.names(in: folder) where entry != name && entry != "..data" && !tops.contains(entry) {
            if entry.hasPrefix("..") { try? Files.removeTree("\(folder)/\(entry)") } else { unlink("\(folder)/\(entry)") }
        }
    }
    private static func tops(_ files: [String: VolumeFile]) -> Set<String> {
        Set(files.keys.compactMap { $0.split(separator: "/").first.map(String.init) })
    }
}
