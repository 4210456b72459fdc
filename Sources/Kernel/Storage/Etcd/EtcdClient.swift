import Network
import Synchronization

/// Calls to the members of one etcd: to one of them at a time, and to the next when that does not answer.
final class EtcdClient: Sendable {
    private struct State {
        var current = 0
        var channels: [GRPCChannel]
        /// When each member answered last.
        var heard: [ContinuousClock.Instant]
        var isClosed = false
    }
    /// Ranges and watches bring as much as there is; etcd's own clients set no bound either.
    private static let messageLimit = Int(Int32.max)
    /// A connection that brings nothing for so long, although it was asked, is dead.
    private static let silence = Duration.seconds(2)
    private let configuration: EtcdConfiguration
    private let loops: EventLoopGroup
    private let state: Mutex<State>

    /// - Throws: `StorageError.unavailable` for an endpoint, certificate or key that does not parse.
    init(_ configuration: EtcdConfiguration, loops: EventLoopGroup) throws(StorageError) {
        guard !configuration.endpoints.isEmpty else { throw .unavailable("no endpoint of etcd is given") }
        (self.configuration, self.loops) = (configuration, loops)
        var channels: [GRPCChannel] = []
        for endpoint in configuration.endpoints { channels.append(try Self.channel(to: endpoint, configuration, loops)) }
        state = Mutex(State(channels: channels, heard: channels.map { _ in .now }))
    }

    private static func channel(
        to endpoint: String, _ configuration: EtcdConfiguration, _ loops: EventLoopGroup
    ) throws(StorageError) -> GRPCChannel {
        var certificate: ClientCertificate?
        if let chain = configuration.certificatePEM, let key = configuration.keyPEM {
            certificate = ClientCertificate(chainPEM: chain, keyPEM: key)
        }
        do throws(GRPCError) {
            return try GRPCChannel(
                endpoint: endpoint, trust: configuration.authorityPEM.map(Trust.caPEM) ?? .system, clientCertificate: certificate,
                connectTimeout: .seconds(2), messageLimit: messageLimit, loops: loops)
        } catch { throw .unavailable(error.message) }
    }

    /// One message there, one back. A member that cannot be reached or does not answer in time makes room for the next.
    func call(_ path: String, _ message: [UInt8], timeout: Duration) async throws(GRPCError) -> [UInt8] {
        let (channel, index) = try present()
        do throws(GRPCError) {
            let answer = try await channel.unary(path, message, timeout: timeout)
            state.withLock { $0.heard[index] = .now }
            return answer
        } catch {
            if error.isOfTheMember { moveOn(from: index, broken: error.code == .deadlineExceeded ? channel : nil) }
            throw error
        }
    }

    /// One message there and a stream back, for as long as the member knows of a leader. Whoever reads it tells by `moveOn` of its failure.
    func stream(_ path: String, _ message: [UInt8]) async throws(GRPCError) -> EtcdStream {
        let (channel, index) = try present()
        do throws(GRPCError) {
            return EtcdStream(
                stream: try await channel.subscribe(path, message, metadata: ["hasleader": "true"], timeout: EtcdEngine.attempt),
                member: index)
        } catch {
            if error.isOfTheMember { moveOn(from: index, broken: error.code == .deadlineExceeded ? channel : nil) }
            throw error
        }
    }

    /// Has the next call go to another member than this one. A connection on which a call was in vain is given up, unless others were not.
    func moveOn(from index: Int, broken: GRPCChannel?) {
        let isHeard = state.withLock { $0.heard[index] + Self.silence > .now }
        let broken = isHeard ? nil : broken
        let fresh = broken == nil ? nil : try? Self.channel(to: configuration.endpoints[index], configuration, loops)
        state.withLock { state in
            guard !state.isClosed else { return }
            // Others may have moved on before.
            if state.current == index { state.current = (index + 1) % state.channels.count }
            if let fresh, let broken, state.channels[index] === broken { state.channels[index] = fresh }
        }
        broken?.close()
    }

    /// Breaks off all calls; later ones fail.
    func close() {
        let channels = state.withLock { state in
            state.isClosed = true
            return state.channels
        }
        for channel in channels { channel.close() }
    }

    private func present() throws(GRPCError) -> (GRPCChannel, Int) {
        let (isClosed, channel, index) = state.withLock { ($0.isClosed, $0.channels[$0.current], $0.current) }
        if isClosed { throw GRPCError(.canceled, "the store is closed") }
        return (channel, index)
    }
}

/// The answers to a call, and the member that gives them.
struct EtcdStream: Sendable {
    let stream: GRPCStream
    let member: Int
}

extension GRPCError {
    /// Whether another member may do better, or the same in a moment.
    var isOfTheMember: Bool {
        switch code {
        case .unavailable, .deadlineExceeded, .internal, .unknown, .aborted: true
        case .canceled: message != "the store is closed"
        default: false
        }
    }
}

// The calls that the store makes.
extension EtcdClient {
    func range(_ request: EtcdRangeRequest, timeout: Duration) async throws(GRPCError) -> EtcdRange {
        EtcdRange(ProtoReader(try await call("/etcdserverpb.KV/Range", request.message, timeout: timeout)))
    }
    func transact(_ transaction: EtcdTransaction, timeout: Duration) async throws(GRPCError) -> EtcdTransactionAnswer {
        EtcdTransactionAnswer(ProtoReader(try await call("/etcdserverpb.KV/Txn", transaction.message, timeout: timeout)))
    }
    func compact(to revision: Revision, timeout: Duration) async throws(GRPCError) {
        _ = try await call("/etcdserverpb.KV/Compact", EtcdRequest.compact(revision: revision), timeout: timeout)
    }
    /// Watches all keys from `key` to before `end`.
    func watch(key: [UInt8], end: [UInt8], from revision: Revision) async throws(GRPCError) -> EtcdStream {
        try await stream("/etcdserverpb.Watch/Watch", EtcdRequest.watch(key: key, end: end, from: revision))
    }
    func grantLease(seconds: Int, timeout: Duration) async throws(GRPCError) -> EtcdLease {
        EtcdLease(try await call("/etcdserverpb.Lease/LeaseGrant", EtcdRequest.grant(seconds: seconds), timeout: timeout))
    }
    /// A stream of one message each way, which is all that keeping a lease alive once takes.
    func keepAlive(lease: Int64, timeout: Duration) async throws(GRPCError) -> EtcdLease {
        EtcdLease(try await call("/etcdserverpb.Lease/LeaseKeepAlive", EtcdRequest.keepAlive(lease: lease), timeout: timeout))
    }
    func revoke(lease: Int64, timeout: Duration) async throws(GRPCError) {
        _ = try await call("/etcdserverpb.Lease/LeaseRevoke", EtcdRequest.revoke(lease: lease), timeout: timeout)
    }
    func status(timeout: Duration) async throws(GRPCError) -> EtcdStatus {
        EtcdStatus(try await call("/etcdserverpb.Maintenance/Status", [], timeout: timeout))
    }
}
