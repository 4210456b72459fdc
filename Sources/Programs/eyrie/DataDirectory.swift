import Documents
import Eksctl
import Glibc

/// Where a region keeps its state, and the files that it writes for its users.
struct DataDirectory: Sendable {
    let path: String

    /// `--data-dir`, else $EYRIE_DATA_DIR, else /var/lib/eyrie for root and ~/.local/share/eyrie for others.
    static func chosen(by words: [String]) -> DataDirectory {
        for (index, word) in words.enumerated() {
            if word == "--data-dir", index + 1 < words.count { return DataDirectory(path: absolute(words[index + 1])) }
            if word.hasPrefix("--data-dir=") { return DataDirectory(path: absolute(String(word.dropFirst("--data-dir=".count)))) }
        }
        if let set = variable("EYRIE_DATA_DIR"), !set.isEmpty { return DataDirectory(path: absolute(set)) }
        if geteuid() == 0 { return DataDirectory(path: "/var/lib/eyrie") }
        let data = variable("XDG_DATA_HOME") ?? "\(variable("HOME") ?? "/tmp")/.local/share"
        return DataDirectory(path: "\(data)/eyrie")
    }
    static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return "\(String(cString: folder))/\(path)"
    }

    var store: String { "\(path)/store" }
    var log: String { "\(path)/eyrie.log" }
    var awsConfig: String { "\(path)/aws/config" }
    var awsCredentials: String { "\(path)/aws/credentials" }
    var kubeconfig: String { "\(path)/kubeconfig" }
    var bin: String { "\(path)/bin" }
    var keys: String { "\(path)/keys" }
    /// What the running server says of itself: process, endpoint, regions.
    var server: String { "\(path)/server.json" }

    /// What `server` says; nil when no server was started here.
    var state: ServerState? { TextFile.read(server).flatMap { try? JSON.parse($0) }.flatMap(ServerState.init) }
    /// Makes the folders.
    /// - Throws: `UsageError` with the system's reason.
    func make() throws {
        var folder = ""
        for part in "\(bin)".split(separator: "/") {
            folder += "/\(part)"
            guard mkdir(folder, part == "bin" ? 0o755 : 0o700) == 0 || errno == EEXIST else {
                throw UsageError("cannot make \(folder): \(String(cString: strerror(errno)))")
            }
        }
        mkdir("\(path)/aws", 0o700)
        mkdir(keys, 0o700)
    }
}

/// A running server's own account of itself.
struct ServerState: Sendable {
    var process: Int32
    /// When the process began, as `ProcessMark` has it.
    var start: String
    var endpoint: String
    var regions: [String]
    var version: String

    /// This process as a server.
    init(endpoint: String, regions: [String], version: String) {
        (process, start) = (getpid(), ProcessMark(getpid())?.start ?? "")
        (self.endpoint, self.regions, self.version) = (endpoint, regions, version)
    }
    init?(_ value: Value) {
        guard let process = value["process"].int, let endpoint = value["endpoint"].string else { return nil }
        (self.process, start, self.endpoint) = (Int32(clamping: process), value["start"].string ?? "", endpoint)
        (regions, version) = (value["regions"].items.compactMap(\.string), value["version"].string ?? "")
    }
    var document: Value {
        [
            "process": .int(Int64(process)), "start": .string(start), "endpoint": .string(endpoint),
            "regions": .array(regions.map(Value.string)), "version": .string(version),
        ]
    }
    /// Whether this very process lives.
    var isAlive: Bool { ProcessMark(process)?.start == start }
}
