package import Network

/// Where a system's tasks run and whether it listens.
package enum Hosting: Sendable {
    /// On event loops, with a listener for the AWS endpoint and one for each cluster's API.
    case listening(EventLoopGroup)
    /// On one executor and without sockets; callers in the process come by the system's transports.
    case inProcess(any TaskExecutor)

    /// Where the next service runs.
    var executor: any TaskExecutor {
        switch self {
        case .listening(let loops): loops.next()
        case .inProcess(let executor): executor
        }
    }

    /// Where the next loop of a control plane runs: on a thread beside those of connections and machines. Behind these, of which there may be
    /// a hundred thousand, each of its steps would wait for a turn.
    var controlExecutor: any TaskExecutor {
        switch self {
        case .listening: Self.control.next()
        case .inProcess(let executor): executor
        }
    }
    private static let control = EventLoopGroup(name: "control")

    /// Calls `body` on each thread of the system; on none where all happens on one executor of the caller.
    func visitThreads(_ body: @escaping @Sendable () -> Void) async {
        guard case .listening(let loops) = self else { return }
        await loops.visit(body)
        await Self.control.visit(body)
    }

    /// How many threads work may have that is not to hold the system's own; 0 where everything happens on one executor.
    var threads: Int {
        switch self {
        case .listening(let loops): loops.count
        case .inProcess: 0
        }
    }

    /// Begins to listen; nil where nothing listens.
    /// - Returns: the listener and its port; without one the port is the wished one, or 443.
    func listen(
        host: String, port: Int, tls: TLSConfiguration? = nil, handler: any HTTPHandler, limits: HTTPLimits = HTTPLimits()
    ) async throws -> (server: HTTPServer?, port: Int) {
        guard case .listening(let loops) = self else { return (nil, port == 0 ? 443 : port) }
        let server = HTTPServer(HTTPServer.Configuration(host: host, port: port, tls: tls, limits: limits, loops: loops), handler: handler)
        return (server, try await server.start())
    }
}
