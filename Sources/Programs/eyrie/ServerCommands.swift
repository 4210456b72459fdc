import AWSProtocol
import AWSServices
import Assembly
import Control
import Documents
import Eksctl
import Glibc

/// `up`, `down`, `status` and `env`.
enum ServerCommands {
    static let all = [up, down, status, environment]
    static let dataFlag = Flag("data-dir", "where the region keeps its state (default /var/lib/eyrie for root, else ~/.local/share/eyrie)")

    private static let up = Command(
        "up", help: "Start a region on this machine",
        flags: [
            dataFlag, Flag("detach", short: "d", .toggle, "go on in the background once the region answers"),
            Flag("listen", "ADDRESS:PORT of the AWS endpoint; the clusters' APIs are on the same address", standard: "127.0.0.1:4566"),
            Flag("advertise", "address by which others reach this server (the one it listens on; needed with 0.0.0.0)"),
            Flag("endpoint", "address or name in clusters' endpoints, of what stands before several servers (this server if unspecified)"),
            Flag(
                "machines", "what instances are: real (containers, needs root), simulated, or auto (real where they can be had)",
                standard: "auto"),
            Flag("region", .list, "region to serve, the first is the default (repeatable; all of AWS's if unspecified, us-west-2 first)"),
            Flag("scheduler-config", "file with a KubeSchedulerConfiguration for clusters that have no kubeSchedulerConfig of their own"),
            Flag("log-level", "debug, info, warning or error", standard: "info"),
        ] + StoreChoice.flags, words: 0
    ) { arguments, session in
        let home = DataDirectory.chosen(by: CommandLine.arguments)
        if let state = home.state, state.isAlive {
            throw UsageError("a region is running already: process \(state.process) at \(state.endpoint)")
        }
        let regions = try regions(arguments.list("region"))
        let (host, port) = try listen(arguments["listen"] ?? "127.0.0.1:4566")
        let address = ServerAddress(
            listening: host, advertised: try name("advertise", arguments), endpoint: try name("endpoint", arguments))
        let store = try StoreChoice.chosen(arguments, directory: home.store)
        let scheduler = try schedulerFile(arguments["scheduler-config"])
        let machines = try MachineKind.chosen(arguments["machines"] ?? "auto", sharesStore: store.isShared)
        if let level = arguments["log-level"] {
            guard let level = Log.Level.allCases.first(where: { $0.text == level }) else {
                throw UsageError("unknown log level \"\(level)\"")
            }
            Log.level = level
        }
        try home.make()
        if arguments.isOn("detach") { return try await Background.start(home, session: session) }
        try await Server(home: home, regions: regions, address: address, port: port, machines: machines, store: store, scheduler: scheduler)
            .run()
    }
    private static func schedulerFile(_ path: String?) throws -> SchedulerFile? {
        guard let path else { return nil }
        guard let text = TextFile.read(path) else { throw UsageError("--scheduler-config: the file \(path) cannot be read") }
        do { return try SchedulerFile(text) } catch { throw UsageError("--scheduler-config: \(path): \(error)") }
    }
    private static func regions(_ asked: [String]) throws -> [String] {
        let known = Regions.names
        for name in asked where !known.contains(name) {
            throw UsageError("unknown region \"\(name)\"; known are \(known.joined(separator: ", "))")
        }
        if !asked.isEmpty { return asked }
        return ["us-west-2"] + known.filter { $0 != "us-west-2" }
    }
    private static func listen(_ text: String) throws -> (String, Int) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port) else {
            throw UsageError("--listen must be HOST:PORT, not \"\(text)\"")
        }
        let host = text[..<colon].filter { $0 != "[" && $0 != "]" }
        return (host.isEmpty ? "0.0.0.0" : host, port)
    }

    /// The address or name that a flag gives; nil when it is not given.
    private static func name(_ flag: String, _ arguments: Arguments) throws -> String? {
        guard let text = arguments[flag] else { return nil }
        let host = text.filter { $0 != "[" && $0 != "]" }
        let isName =
            host.contains(":") ? host.utf8.allSatisfy(addressBytes.contains) : !host.isEmpty && host.utf8.allSatisfy(nameBytes.contains)
        guard isName, host != "0.0.0.0", host != "::" else {
            throw UsageError("--\(flag) must be an address or a name by which others reach it, not \"\(text)\"")
        }
        return host
    }
    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-".utf8)
    private static let addressBytes = Set("0123456789abcdefABCDEF:.".utf8)

    private static let down = Command("down", help: "Stop the region; its state stays", flags: [dataFlag], words: 0) { _, session in
        let home = DataDirectory.chosen(by: CommandLine.arguments)
        guard let state = home.state, state.isAlive else { return session.print("no region is running in \(home.path)") }
        kill(state.process, SIGTERM)
        for _ in 0..<300 where state.isAlive { try await session.clock.sleep(for: .milliseconds(100)) }
        guard !state.isAlive else { throw UsageError("process \(state.process) has not ended within 30 seconds") }
        unlink(home.server)
        session.print("the region is stopped; 'eyrie up' goes on where it was")
    }

    private static let status = Command("status", help: "Tell what runs", flags: [dataFlag], words: 0) { _, session in
        let home = DataDirectory.chosen(by: CommandLine.arguments)
        guard let state = home.state, state.isAlive else {
            session.print("no region is running in \(home.path)")
            exit(3)
        }
        session.print("region:    running, process \(state.process), version \(state.version)")
        session.print("endpoint:  \(state.endpoint)")
        session.print("data:      \(home.path)")
        for region in session.usedRegions {
            let aws = try session.aws(region)
            for name in try await aws.all("eks", "ListClusters").compactMap(\.string) {
                let cluster = try await aws.call("eks", "DescribeCluster", ["name": .string(name)])["cluster"]
                session.print(
                    "cluster:   \(name) in \(region): \(cluster["status"].string ?? ""), Kubernetes \(cluster["version"].string ?? ""), \(cluster["endpoint"].string ?? "no endpoint yet")"
                )
            }
        }
    }

    private static let environment = Command(
        "env", help: "Print what sets up a shell: eval \"$(eyrie env)\"", flags: [dataFlag], words: 0
    ) { _, session in
        let home = DataDirectory.chosen(by: CommandLine.arguments)
        let folder = Client.ownPath().split(separator: "/").dropLast().map { "/" + $0 }.joined()
        let lines = [
            ("EYRIE_DATA_DIR", home.path), ("AWS_PROFILE", Profile.name), ("AWS_CONFIG_FILE", home.awsConfig),
            ("AWS_SHARED_CREDENTIALS_FILE", home.awsCredentials), ("KUBECONFIG", home.kubeconfig),
        ]
        for (name, value) in lines { session.print("export \(name)='\(value)'") }
        session.print("export PATH='\(home.bin):\(folder)':\"$PATH\"")
    }
}
