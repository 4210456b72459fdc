import Synchronization

/// HTTP header fields in order; names are lower case.
package struct HTTPFields: Sendable, Hashable, RandomAccessCollection, ExpressibleByDictionaryLiteral {
    package private(set) var fields: [(name: String, value: String)]
    package init() { fields = [] }
    package init(dictionaryLiteral elements: (String, String)...) { fields = elements.map { ($0.0, $0.1) } }
    package var startIndex: Int { 0 }
    package var endIndex: Int { fields.count }
    package subscript(position: Int) -> (name: String, value: String) { fields[position] }
    /// The first value of a field; setting replaces all of that name. `name` must be lower case.
    package subscript(name: String) -> String? {
        get { fields.first { $0.name == name }?.value }
        set {
            fields.removeAll { $0.name == name }
            if let newValue { fields.append((name, newValue)) }
        }
    }
    /// Every value of a field, in order.
    package func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
    /// Makes room for so many fields.
    package mutating func reserveCapacity(_ count: Int) { fields.reserveCapacity(count) }
    /// Adds a field behind the others.
    package mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }
    package static func == (left: HTTPFields, right: HTTPFields) -> Bool {
        left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
    }
    package func hash(into hasher: inout Hasher) { for field in fields { hasher.combine(field.name) } }
}

/// What a client certificate says, once its chain was checked against the listener's client CA.
package struct PeerCertificate: Sendable, Hashable {
    package let commonName: String
    package let organizations: [String]
    package init(commonName: String, organizations: [String]) { (self.commonName, self.organizations) = (commonName, organizations) }
}

/// Who is at the other end of a request.
package struct Peer: Sendable, Hashable {
    /// Identity of an in-process caller; a listener never sets it.
    package struct Local: Sendable, Hashable {
        package let user: String
        package let groups: [String]
        package init(user: String, groups: [String]) { (self.user, self.groups) = (user, groups) }
    }
    /// The other end's address, as `host:port`; empty in the process.
    package var address: String
    package var certificate: PeerCertificate?
    /// A certificate was shown that the client CA did not sign or that is out of date.
    package var certificateRefused = false
    package var local: Local?
    package var secure: Bool
    /// What the application keeps with the connection; nil where there is none.
    package var memory: PeerMemory?
    package init(address: String = "", certificate: PeerCertificate? = nil, local: Local? = nil, secure: Bool = true) {
        (self.address, self.certificate, self.local, self.secure) = (address, certificate, local, secure)
    }
    /// Whether both are the same end; what is kept with a connection does not count.
    package static func == (left: Peer, right: Peer) -> Bool {
        (left.address, left.certificate, left.certificateRefused, left.local, left.secure)
            == (right.address, right.certificate, right.certificateRefused, right.local, right.secure)
    }
    package func hash(into hasher: inout Hasher) {
        hasher.combine(address)
        hasher.combine(local)
    }
}

/// Receives a body piece by piece.
package protocol BodyReader: AnyObject, Sendable {
    /// The next piece; nil at the end. Reading opens the flow-control window, so a slow reader slows the sender down.
    /// - Throws: `HTTPError` when the peer goes away or a limit is passed.
    func next() async throws -> [UInt8]?
    /// Stops reading and lets the sender know.
    func cancel()
}

/// Sends a body piece by piece. Every method may be called from any thread.
package protocol BodyWriter: AnyObject, Sendable {
    /// Queues a piece, in call order; never blocks. Pieces after the end or after the peer went away are dropped.
    func write(_ bytes: [UInt8])
    /// Bytes queued and not yet handed to the kernel.
    var buffered: Int { get }
    /// Waits until few bytes are buffered. Throws when the peer went away.
    func drained() async throws
    /// Ends the body; `error` breaks it off instead (a reset stream, a closed connection), also when it has ended and still waits.
    func finish(error: Bool)
    /// Calls `body` once when the stream is over: finished, reset by the peer, or the connection lost; at once when it is over already.
    func onClose(_ body: @escaping @Sendable () -> Void)
}

/// A writer whose connection is told later of what was written: who writes the same to many wakes their loops once, when all have it.
package protocol GatheringWriter: BodyWriter {
    /// Queues a piece. - Returns: whether `wake` has to follow.
    func gather(_ bytes: [UInt8]) -> Bool
    /// Tells the connection.
    func wake()
}

/// A message body. Servers receive and clients get `bytes` or `reader`; servers answer and clients send any of the four.
package enum Body: Sendable {
    case bytes([UInt8])
    /// Several pieces sent one after the other, without copying them together.
    case slices([[UInt8]])
    case reader(any BodyReader)
    /// Written by the closure, which may keep the writer and go on using it after it returns.
    case writer(@Sendable (any BodyWriter) -> Void)
    /// With an answer of status 101: the connection becomes the stream, which is closed when the closure returns. Only HTTP/1.1 knows it.
    case upgrade(@Sendable (any ByteStream) async -> Void)
    /// A body of no bytes.
    package static var empty: Body { .bytes([]) }
}

/// A request as the handler sees it.
package struct HTTPRequest: Sendable {
    package var method: String
    /// Path and query as they stood in the request line, percent-encoded.
    package var target: String
    package var headers: HTTPFields
    package var body: Body
    package var peer: Peer
    package init(_ method: String, _ target: String, headers: HTTPFields = [:], body: Body = .empty, peer: Peer = Peer()) {
        (self.method, self.target, self.headers, self.body, self.peer) = (method, target, headers, body, peer)
    }
}

/// Fields behind a body. A sender sets them before the body ends; a receiver knows them once it has read the body to its end.
package final class HTTPTrailers: Sendable {
    private let state: Mutex<HTTPFields>
    package init(_ fields: HTTPFields = [:]) { state = Mutex(fields) }
    /// What is known of them so far.
    package var fields: HTTPFields {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// A response; servers add date, content-length and transfer framing.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: HTTPFields
    package var body: Body
    /// Over HTTP/2 only. A client gets them when its request said `te: trailers`.
    package var trailers: HTTPTrailers?
    /// The very fields of `headers` as they were prepared once; who changes those sets this to nil.
    package var prepared: PreparedFields?
    package init(_ status: Int, headers: HTTPFields = [:], body: Body = .empty) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }
}

/// Answers requests: a server's application, or a stand-in for a network in one process.
package protocol HTTPHandler: Sendable {
    func respond(to request: HTTPRequest) async -> HTTPResponse
}

/// Carries a request to a server and brings its answer: over the network, or straight to a handler in this process.
package protocol HTTPTransport: Sendable {
    /// - Throws: `HTTPError` when no answer could be had.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse
}

/// Why a message could not be had or sent.
package enum HTTPError: Error, Sendable, Hashable {
    case connectionFailed(String)
    case connectionLost(String)
    case timedOut
    case bodyTooLarge(limit: Int)
    case malformed(String)
    case cancelled
    case untrusted(String)
}
