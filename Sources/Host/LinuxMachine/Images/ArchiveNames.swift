import Documents
import Glibc
import Linux

/// The image names in an archive of OCI's or Docker's form.
enum ArchiveNames {
    /// Reads them. - Throws: `LinuxError`, `MachineFailure` for what is no image archive or names no image.
    /// - Parameter called: how errors call the file; nil for its path.
    static func read(_ path: String, called shown: String? = nil) throws -> [String] {
        let shown = shown ?? path
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw LinuxError("open", path) }
        defer { close(file) }
        var (place, names, isImage): (off_t, [String], Bool) = (0, [], false)
        var header = [UInt8](repeating: 0, count: 512)
        while pread(file, &header, 512, place) == 512, header[0] != 0 {
            let name = text(header[0..<100])
            guard header[257..<262].elementsEqual("ustar".utf8), let size = octal(header[124..<136]) else {
                throw MachineFailure("\(shown) is no image archive")
            }
            if name == "index.json" || name == "manifest.json" {
                var bytes = [UInt8](repeating: 0, count: min(size, 16 << 20))
                guard pread(file, &bytes, bytes.count, place + 512) == bytes.count, let document = try? JSON.parse(bytes) else {
                    throw MachineFailure("\(shown): \(name) cannot be read")
                }
                isImage = true
                names += name == "index.json" ? oci(document) : docker(document)
            }
            place += 512 + off_t((size + 511) / 512 * 512)
        }
        guard isImage else { throw MachineFailure("\(shown) is no image archive: it holds neither index.json nor manifest.json") }
        let unique = Set(names.map(full)).sorted()
        guard !unique.isEmpty else { throw MachineFailure("\(shown) names no image") }
        return unique
    }
    private static func oci(_ index: Value) -> [String] {
        index["manifests"].items.compactMap { entry in
            let notes = entry["annotations"]
            return notes["io.containerd.image.name"].string
                ?? notes["org.opencontainers.image.ref.name"].string.flatMap { $0.contains("/") || $0.contains(":") ? $0 : nil }
        }
    }
    private static func docker(_ manifest: Value) -> [String] { manifest.items.flatMap { $0["RepoTags"].items.compactMap(\.string) } }

    /// With the registry and path that a short name stands for. Source: distribution's reference normalisation.
    static func full(_ name: String) -> String {
        let first = name.prefix { $0 != "/" }
        let hasHost = name.contains("/") && (first.contains(".") || first.contains(":") || first == "localhost")
        let path = hasHost ? name : name.contains("/") ? "docker.io/\(name)" : "docker.io/library/\(name)"
        let last = path.split(separator: "/").last ?? ""
        return last.contains(":") || last.contains("@") ? path : "\(path):latest"
    }
    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    private static func octal(_ bytes: ArraySlice<UInt8>) -> Int? {
        Int(text(bytes).filter { $0 != " " }, radix: 8)
    }
}
