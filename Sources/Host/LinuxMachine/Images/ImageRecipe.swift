import Glibc
import Linux

/// What an image is made of: files of this host with the libraries that they need, and how it runs.
package struct ImageRecipe: Sendable, Hashable {
    /// The names under which it is known, each with its tag: `docker.io/library/busybox:latest`.
    package var names: [String]
    /// Files of the host by their paths in the image; programs bring their libraries.
    package var programs: [String: String] = [:]
    /// Symbolic links by their paths.
    package var links: [String: String] = [:]
    /// Small files by their paths.
    package var texts: [String: String] = [:]
    /// Empty folders, for temporary files with mode 1777.
    package var folders: [String] = []
    package var entrypoint: [String] = []
    package var command: [String] = []
    /// `NAME=value`
    package var environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    /// A name or number; empty for root.
    package var user = ""
    /// `80/tcp`
    package var ports: [String] = []
    package init(names: [String]) { self.names = names }
}

/// The shared libraries of a program, as its own loader finds them.
enum Libraries {
    /// Pairs of the path that is looked up and the file that is there; none for a static program.
    /// - Throws: `LinuxError` when the program cannot be run, `MachineFailure` when a library is missing.
    static func of(_ program: String) async throws -> [String] {
        // The loader lists what it would load and does not start the program. Source: ld.so(8).
        let (_, output) = try await Spawn.run(Program(program, environment: ["LD_TRACE_LOADED_OBJECTS=1"]))
        var paths: [String] = []
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            if line.contains("not found") { throw MachineFailure("\(program) lacks a library: \(words.first ?? "")") }
            if let path = words.first(where: { $0.hasPrefix("/") }) { paths.append(String(path)) }
        }
        return paths
    }
    /// Whether a file is a program or library that is linked to others. Source: elf(5), PT_INTERP.
    static func isDynamic(_ path: String) -> Bool {
        guard let bytes = try? Files.read(path, limit: 4096), bytes.count > 64, bytes[0..<4].elementsEqual([0x7f, 0x45, 0x4c, 0x46]),
            bytes[4] == 2
        else { return false }
        let table = Int(bytes[32]) | Int(bytes[33]) << 8
        let (size, count) = (Int(bytes[54]) | Int(bytes[55]) << 8, Int(bytes[56]) | Int(bytes[57]) << 8)
        return (0..<count).contains { index in
            let place = table + index * size
            return place < bytes.count && bytes[place] == 3
        }
    }
}
