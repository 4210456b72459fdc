import AWSProtocol
import Assembly
import Control
import Documents
import Eksctl
import Glibc
import Network
import Storage

/// `backup` and `restore`: a cluster into a file, and out of it again, while the region runs.
enum BackupCommands {
    static let all = [
        Command("backup", help: "Write a copy of something that runs into a file", subcommands: [backup]),
        Command("restore", help: "Make something anew out of a backup", subcommands: [restore]),
    ]
    private static let fileFlag = Flag("file", short: "f", "the backup's file")
    private static let regionFlag = Flag("region", short: "r", "the cluster's region")

    private static let backup = Command(
        "cluster", help: "Back up a cluster: its Kubernetes objects, its control plane's keys and its EKS settings",
        flags: [ServerCommands.dataFlag, Flag("name", short: "n", "the cluster's name"), fileFlag, regionFlag]
    ) { arguments, session in
        guard let name = arguments["name"] ?? arguments.positional.first else { throw UsageError("the cluster's name must be given") }
        guard let path = arguments["file"] else { throw UsageError("--file must say where the backup goes") }
        let region = session.region(of: name, asked: arguments["region"])
        let door = try Door(session, region)
        let response = try await door.send("GET", AdminPath.backup(name, region: region), .empty)
        let file = try BackupFile.create("\(path).partial")
        defer { file.close() }
        var reader = DumpReader()
        var count = 0
        let body = response.body.read()
        while let piece = try await body.next() {
            reader.feed(piece)
            while let item = try reader.next() { if case .entry = item { count += 1 } }
            try file.write(piece)
        }
        // What is kept is whole: the connection may have broken off.
        do { try reader.finish() } catch {
            unlink("\(path).partial")
            throw UsageError("the backup did not come to its end; nothing was kept")
        }
        try file.keep(as: path)
        session.print("backed up cluster \(name) in \(region) with \(count) documents to \(path); it holds secrets and keys")
    }

    private static let restore = Command(
        "cluster", help: "Make a cluster out of a backup, under the same or another name",
        flags: [
            ServerCommands.dataFlag, fileFlag, regionFlag,
            Flag("name", short: "n", "the new cluster's name (the one in the backup if unspecified)"),
        ]
    ) { arguments, session in
        guard let path = arguments["file"] ?? arguments.positional.first else { throw UsageError("--file must name a backup") }
        let header = try check(path)
        let region = arguments["region"] ?? header["region"].string ?? session.region
        let file = try BackupFile.open(path)
        defer { file.close() }
        let response = try await Door(session, region).send(
            "POST", AdminPath.restore(arguments["name"], region: region), .reader(file))
        let answer = try JSON.parse(try await response.body.collect(limit: 1 << 20))
        let (name, count) = (answer["cluster"].string ?? "", answer["documents"].int ?? 0)
        session.print("restored cluster \(name) in \(region) with \(count) documents; it is starting")
        session.print("for kubectl: \(session.program) utils write-kubeconfig --cluster \(name) --region \(region)")
    }

    /// Reads a backup through before anything is sent.
    private static func check(_ path: String) throws -> Value {
        let file = try BackupFile.open(path)
        defer { file.close() }
        var reader = DumpReader()
        var header = Value.null
        do {
            while let piece = try file.read() {
                reader.feed(piece)
                while let item = try reader.next() { if case .header(let found) = item { header = found } }
            }
            try reader.finish()
        } catch let damage as DumpError { throw UsageError("\(path): \(damage)") }
        return header
    }
}

/// Requests to the region's administrators' door.
private struct Door {
    private let transport: HTTPClient
    private let host: String
    private let token: (String) throws -> String

    init(_ session: Session, _ region: String) throws {
        let home = DataDirectory.chosen(by: CommandLine.arguments)
        let endpoint = try Client.endpoint(home)
        transport = try HTTPClient(endpoint: endpoint, trust: .system, loops: .shared)
        host = Client.host(of: endpoint)
        token = { try session.token($0, region) }
    }
    /// - Throws: `UsageError` with the region's reason for anything but success.
    func send(_ method: String, _ path: String, _ body: Body) async throws -> HTTPResponse {
        let authorization = "Bearer " + (try token(AdminPath.subject(method, path)))
        let response = try await transport.send(
            HTTPRequest(method, path, headers: ["host": host, "authorization": authorization], body: body))
        guard (200..<300).contains(response.status) else {
            let answer = try? JSON.parse(try await response.body.collect(limit: 1 << 20))
            throw UsageError(answer?["message"].string ?? "the region answers \(response.status)")
        }
        return response
    }
}
