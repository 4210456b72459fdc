import Cryptography
import Documents
import Glibc
import Linux

/// Writes images as OCI archives, one file each, which containerd imports. Source: OCI image specification 1.1, image layout.
package enum ImageArchive {
    /// Makes the image and writes it to a file. - Throws: `LinuxError`, `MachineFailure`.
    package static func write(_ recipe: ImageRecipe, to path: String) async throws {
        var libraries: Set<String> = []
        for source in recipe.programs.values where Libraries.isDynamic(source) { libraries.formUnion(try await Libraries.of(source)) }
        let found = libraries.sorted()
        try await Blocking.run("image") { () throws(LinuxError) in try write(recipe, libraries: found, to: path) }
    }

    private static func write(_ recipe: ImageRecipe, libraries: [String], to path: String) throws(LinuxError) {
        let layerPath = "\(path).layer"
        defer { unlink(layerPath) }
        let layer = try Layer(recipe: recipe, libraries: libraries).write(to: layerPath)
        let config = JSON.encode(configuration(recipe, layer.digest))
        let manifest = JSON.encode(manifest(config, layer))
        let index = JSON.encode(index(recipe.names, manifest))
        let archive = try TarWriter("\(path).new")
        try archive.file("oci-layout", Array("{\"imageLayoutVersion\":\"1.0.0\"}".utf8))
        try archive.file("index.json", index)
        for blob in [config, manifest] { try archive.file("blobs/sha256/\(hex(blob))", blob) }
        try archive.file("blobs/sha256/\(layer.digest)", copying: layerPath, mode: 0o644)
        _ = try archive.finish()
        guard rename("\(path).new", path) == 0 else { throw LinuxError("rename", path) }
    }

    private static func configuration(_ recipe: ImageRecipe, _ digest: String) -> Value {
        var run: Value = ["Env": strings(recipe.environment), "WorkingDir": "/"]
        if !recipe.entrypoint.isEmpty { run["Entrypoint"] = strings(recipe.entrypoint) }
        if !recipe.command.isEmpty { run["Cmd"] = strings(recipe.command) }
        if !recipe.user.isEmpty { run["User"] = .string(recipe.user) }
        if !recipe.ports.isEmpty { run["ExposedPorts"] = .object(Object(recipe.ports.map { Object.Member($0, [:]) })) }
        return [
            "architecture": .string(architecture), "os": "linux", "config": run, "created": "1970-01-01T00:00:00Z",
            "rootfs": ["type": "layers", "diff_ids": [.string("sha256:\(digest)")]],
            "history": [["created": "1970-01-01T00:00:00Z", "created_by": "eyrie images build"]],
        ]
    }
    private static func manifest(_ config: [UInt8], _ layer: (digest: String, size: Int)) -> Value {
        [
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor("application/vnd.oci.image.config.v1+json", hex(config), config.count),
            "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", layer.digest, layer.size)],
        ]
    }
    private static func index(_ names: [String], _ manifest: [UInt8]) -> Value {
        let entries = names.map { name in
            var entry = descriptor("application/vnd.oci.image.manifest.v1+json", hex(manifest), manifest.count)
            entry["annotations"] = [
                "io.containerd.image.name": .string(name),
                "org.opencontainers.image.ref.name": .string(
                    name.lastIndex(of: ":").map { String(name[name.index(after: $0)...]) } ?? name),
            ]
            return entry
        }
        return ["schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": .array(entries)]
    }
    private static func descriptor(_ type: String, _ digest: String, _ size: Int) -> Value {
        ["mediaType": .string(type), "digest": .string("sha256:\(digest)"), "size": .int(Int64(size))]
    }
    private static func strings(_ list: [String]) -> Value { .array(list.map(Value.string)) }
    private static func hex(_ bytes: [UInt8]) -> String { Hex.encode(SHA256.hash(bytes)) }

    /// As Go calls it.
    static var architecture: String {
        #if arch(arm64)
            "arm64"
        #else
            "amd64"
        #endif
    }
}

/// The one layer of an image.
private struct Layer {
    let recipe: ImageRecipe
    let libraries: [String]

    /// - Returns: its digest and size.
    func write(to path: String) throws(LinuxError) -> (digest: String, size: Int) {
        let tar = try TarWriter(path)
        for folder in ["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64", "/etc"] { try tar.folder(folder) }
        // As Debian has them, so that paths of programs and of their loader hold.
        for name in ["bin", "sbin", "lib", "lib64"] { try tar.link("/\(name)", to: "usr/\(name)") }
        for folder in ["/tmp", "/var/tmp"] { try tar.folder(folder, mode: 0o1777) }
        for folder in recipe.folders.sorted() { try tar.folder(folder, mode: 0o777) }
        for (path, source) in recipe.programs.sorted(by: { $0.key < $1.key }) { try tar.file(merged(path), copying: source) }
        for library in libraries { try tar.file(merged(library), copying: library, mode: 0o755) }
        for (path, target) in recipe.links.sorted(by: { $0.key < $1.key }) { try tar.link(merged(path), to: target) }
        for (path, text) in recipe.texts.sorted(by: { $0.key < $1.key }) { try tar.file(path, Array(text.utf8)) }
        return (try tar.finish(), tar.size)
    }
    /// Below /usr, where /bin and /lib are links to.
    private func merged(_ path: String) -> String {
        for name in ["bin", "sbin", "lib", "lib64"] where path.hasPrefix("/\(name)/") { return "/usr\(path)" }
        return path
    }
}
