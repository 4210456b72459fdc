package import Control
import KubeClient
import Linux
package import Network

/// The program `coredns`: what answers by its Corefile, with health, readiness and metrics. Takes a changed Corefile over while it runs.
package struct CoreDNS: Service {
    private let path: String
    private let environment: [String: String]
    private let port: Int?
    private let loops: EventLoopGroup
    private let clock: any WallClock
    private let random: RandomSource
    private let log = Log("coredns")
    /// How often the Corefile is looked at.
    private static let reload = Duration.seconds(10)

    /// - Parameter arguments: `-conf FILE` and `-dns.port PORT`.
    /// - Throws: `Corefile.Problem` for other words.
    package init(
        arguments: [String], environment: [String: String], clock: any WallClock, random: RandomSource, loops: EventLoopGroup = .shared
    ) throws(Corefile.Problem) {
        var (path, port, rest): (String, Int?, ArraySlice<String>) = ("Corefile", nil, arguments[...])
        while let word = rest.popFirst() {
            let name = word.drop { $0 == "-" }.prefix { $0 != "=" }
            let value = word.contains("=") ? String(word.drop { $0 != "=" }.dropFirst()) : rest.popFirst() ?? ""
            switch name {
            case "conf": path = value
            case "dns.port", "p": port = Int(value)
            default: throw Corefile.Problem(description: "flag provided but not defined: \(word)")
            }
        }
        (self.path, self.port, self.environment, self.loops) = (path, port, environment, loops)
        (self.clock, self.random) = (clock, random)
    }

    /// Runs until cancelled. - Throws: `Corefile.Problem` when there is no usable Corefile at the start.
    package func run() async throws {
        var text = try read()
        var file = try Corefile(text)
        while true {
            let running = file
            let next = try await withThrowingTaskGroup(of: (String, Corefile)?.self) { group in
                group.addTask {
                    try await serve(running)
                    return nil
                }
                group.addTask { [text] in try await changed(from: text) }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
            guard let next else { return }
            (text, file) = next
            log.info("reloading", ["file": path])
        }
    }
    private func read() throws(Corefile.Problem) -> String {
        do { return String(decoding: try Files.read(path), as: UTF8.self) } catch {
            throw Corefile.Problem(description: "\(error)")
        }
    }
    /// Waits for a usable Corefile that is another one.
    private func changed(from text: String) async throws -> (String, Corefile) {
        while true {
            try await clock.sleep(for: Self.reload)
            guard let now = Files.text(path), now != text else { continue }
            do { return (now, try Corefile(now)) } catch { log.error("the new Corefile is not taken", ["problem": error]) }
        }
    }

    private func serve(_ file: Corefile) async throws {
        let exchange = SocketExchange(loops: loops)
        let built = try ZoneBuilder(clock: clock, random: random, exchange: exchange) { Files.text($0) }.build(file)
        var services: [any Service] = []
        let readiness = ZoneFollower.Readiness()
        if !built.clusterZones.isEmpty {
            let client = try PodLogin(environment: environment).client(userAgent: "CoreDNS", loops: loops)
            services += built.clusterZones.map { zone in
                ZoneFollower(zone, client: client, clock: clock, random: random, readiness: readiness)
            }
        }
        let servers = built.responders.map { place, zones in
            DNSServer(host: "0.0.0.0", port: port ?? place, loops: loops) { _ in zones }
        }
        let needsCluster = !built.clusterZones.isEmpty
        let door = CoreDNSDoor(servers: servers) { !needsCluster || readiness.isComplete }
        for (name, standard) in [("health", 8080), ("ready", 8181), ("prometheus", 9153)] {
            guard let directive = file.blocks.lazy.compactMap({ $0.directive(name) }).first else { continue }
            let place = directive.arguments.first.flatMap { Int($0.drop { $0 != ":" }.dropFirst()) } ?? standard
            services.append(Listening(server: HTTPServer(.init(host: "0.0.0.0", port: place, loops: loops), handler: door), clock: clock))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services + servers { group.addTask { try await service.run() } }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

/// A listener as a service.
private struct Listening: Service {
    let server: HTTPServer
    let clock: any WallClock
    func run() async throws {
        try await server.start()
        do { while true { try await clock.sleep(for: .seconds(3600)) } } catch {
            await server.stop()
            throw error
        }
    }
}

/// Health, readiness and metrics.
private struct CoreDNSDoor: HTTPHandler {
    let servers: [DNSServer]
    let isReady: @Sendable () -> Bool

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        switch request.target {
        case "/health": HTTPResponse(200, body: .bytes(Array("OK".utf8)))
        case "/ready":
            isReady() ? HTTPResponse(200, body: .bytes(Array("OK".utf8))) : HTTPResponse(503, body: .bytes(Array("kubernetes".utf8)))
        case "/metrics": HTTPResponse(200, headers: ["content-type": "text/plain; version=0.0.4"], body: .bytes(Array(metrics.utf8)))
        default: HTTPResponse(404)
        }
    }
    private var metrics: String {
        var total: [DNSCode: Int] = [:]
        for server in servers { total.merge(server.answered) { $0 + $1 } }
        let names: [DNSCode: String] = [
            .noError: "NOERROR", .formatError: "FORMERR", .serverFailure: "SERVFAIL", .noSuchName: "NXDOMAIN", .notImplemented: "NOTIMP",
            .refused: "REFUSED",
        ]
        let rows = total.sorted { $0.key.rawValue < $1.key.rawValue }.map { code, count in
            "coredns_dns_responses_total{rcode=\"\(names[code] ?? "")\"} \(count)\n"
        }
        return "# TYPE coredns_dns_responses_total counter\n" + rows.joined()
    }
}
