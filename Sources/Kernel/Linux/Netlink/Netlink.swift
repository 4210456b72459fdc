import CLinux
import Glibc
import Synchronization

/// The kernel's network configuration in one namespace: links, addresses, routes, rules and neighbours. Calls block for microseconds and may
/// come from any thread.
package final class Netlink: Sendable {
    private struct Socket: @unchecked Sendable {
        let socket: NetlinkSocket
    }
    private let state: Mutex<Socket>

    /// Opens a routing socket in the namespace mounted at the path, or in the calling thread's own.
    package init(namespace: String? = nil) throws {
        let socket = Socket(
            socket: try namespace.map { try NetworkNamespaces.within($0) { try NetlinkSocket() } } ?? NetlinkSocket())
        state = Mutex(socket)
    }

    /// Sends the requests in order, many at a time; after a failure the rest is tried all the same, then the first failure is thrown.
    package func perform(_ requests: [NetlinkRequest]) throws(NetlinkError) {
        let failures = try failures(of: requests)
        if let first = failures.keys.min(), let failure = failures[first] { throw failure }
    }
    /// Sends one request.
    package func perform(_ request: NetlinkRequest) throws(NetlinkError) { try perform([request]) }

    /// Sends the requests in order and returns the failures by index.
    package func failures(of requests: [NetlinkRequest]) throws(NetlinkError) -> [Int: NetlinkError] {
        try exchange { socket throws(NetlinkError) in try socket.transact(requests) }
    }

    func dump(_ request: NetlinkRequest) throws(NetlinkError) -> [NetlinkAnswer] {
        try exchange { socket throws(NetlinkError) in try socket.dump(request) }
    }
    func get(_ request: NetlinkRequest) throws(NetlinkError) -> NetlinkAnswer? {
        try exchange { socket throws(NetlinkError) in try socket.get(request) }
    }

    private func exchange<Answer>(_ work: (NetlinkSocket) throws(NetlinkError) -> sending Answer) throws(NetlinkError) -> Answer {
        let result: Result<Answer, NetlinkError> = state.withLock { state in
            do throws(NetlinkError) { return .success(try work(state.socket)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
