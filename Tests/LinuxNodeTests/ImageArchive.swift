import Cryptography
import Foundation

/// An image of Debian's static busybox as an OCI archive.
enum ImageArchive {
    /// Writes an archive for `ctr images import`. - Parameter entrypoint: what the image runs.
    static func write(to path: String, name: String, entrypoint: [String], user: String = "") throws {
        let folder = path + ".d"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = FileManager.default
        let root = folder + "/root"
        for name in ["bin", "tmp", "etc", "proc", "sys", "dev"] {
            try files.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
        }
        try files.copyItem(atPath: "/bin/busybox", toPath: root + "/bin/busybox")
        for tool in ["sh", "sleep", "echo", "cat", "ls", "id", "nc", "yes", "dd", "tail", "stty"] {
            try files.createSymbolicLink(atPath: "\(root)/bin/\(tool)", withDestinationPath: "busybox")
        }
        let blobs = folder + "/image/blobs/sha256"
        try files.createDirectory(atPath: blobs, withIntermediateDirectories: true)
        try Processes.run(["tar", "-C", root, "--owner=0", "--group=0", "-cf", folder + "/layer", "."])

        func blob(_ bytes: [UInt8], _ type: String) throws -> String {
            let digest = Hex.encode(SHA256.hash(bytes))
            try Data(bytes).write(to: URL(fileURLWithPath: "\(blobs)/\(digest)"))
            return #"{"mediaType":"application/vnd.oci.image.\#(type)","digest":"sha256:\#(digest)","size":\#(bytes.count)}"#
        }
        let layerBytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/layer")))
        let layer = try blob(layerBytes, "layer.v1.tar")
        let words = entrypoint.map { #""\#($0)""# }.joined(separator: ",")
        let config = #"""
            {"architecture":"amd64","os":"linux","config":{"Entrypoint":[\#(words)],"User":"\#(user)","Env":["PATH=/bin"]},
            "rootfs":{"type":"layers","diff_ids":["sha256:\#(Hex.encode(SHA256.hash(layerBytes)))"]},"history":[]}
            """#
        let manifest = #"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
            "config":\#(try blob(Array(config.utf8), "config.v1+json")),"layers":[\#(layer)]}
            """#
        let described = try blob(Array(manifest.utf8), "manifest.v1+json").dropLast()
        let index = #"""
            {"schemaVersion":2,"manifests":[\#(described),"annotations":{"io.containerd.image.name":"\#(name)"}}]}
            """#
        try index.write(toFile: folder + "/image/index.json", atomically: true, encoding: .utf8)
        try #"{"imageLayoutVersion":"1.0.0"}"#.write(toFile: folder + "/image/oci-layout", atomically: true, encoding: .utf8)
        try Processes.run(["tar", "-C", folder + "/image", "-cf", path, "."])
    }
}
