import Network
import Synchronization

/// Which machines the network does not reach at present.
final class Cuts: Sendable {
    private let state = Mutex<Set<String>>([])

    /// Cuts a machine off, by its private address.
    func cut(_ address: String) { state.withLock { _ = $0.insert(address) } }
    func mend(_ address: String) { state.withLock { _ = $0.remove(address) } }
    func mendAll() { state.withLock { $0 = [] } }
    func contains(_ address: String) -> Bool { state.withLock { $0.contains(address) } }
}

/// A machine's way to its cluster, which may be cut.
struct CutLine: HTTPTransport {
    let cuts: Cuts
    let address: String
    let transport: any HTTPTransport

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard !cuts.contains(address) else { throw HTTPError.timedOut }
        var response = try await transport.send(request)
        if case .reader(let reader) = response.body { response.body = .reader(CutReader(reader, cuts, address)) }
        return response
    }
}

/// A stream that breaks off once its machine is cut off.
private final class CutReader: BodyReader {
    private let reader: any BodyReader
    private let cuts: Cuts
    private let address: String
    init(_ reader: any BodyReader, _ cuts: Cuts, _ address: String) { (self.reader, self.cuts, self.address) = (reader, cuts, address) }
    func next() async throws -> [UInt8]? {
        let piece = try await reader.next()
        guard !cuts.contains(address) else { throw HTTPError.connectionLost("cut off") }
        return piece
    }
    func cancel() { reader.cancel() }
}
