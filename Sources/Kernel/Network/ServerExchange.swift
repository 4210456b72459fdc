import Synchronization

/// What a server's protocol machine does for its exchanges, on the loop.
protocol ExchangeOwner: AnyObject {
    /// The handler has answered.
    func respond(_ exchange: ServerExchange, _ response: HTTPResponse)
    /// The handler took so many bytes of the request's body.
    func consumed(_ exchange: ServerExchange, _ bytes: Int)
    /// The handler wants the body of a request that expects 100-continue.
    func wantsBody(_ exchange: ServerExchange)
    /// More of the response's body has come.
    func arrived(_ exchange: ServerExchange)
}

/// One request and its response on a server's connection; belongs to the connection's loop.
final class ServerExchange: Pokable, OutgoingListener, @unchecked Sendable {
    private static let pipeCapacity = 65_536
    let id: Int32
    private let context: ServerContext
    private let loop: EventLoop
    /// Nil once the exchange is over. Not weak: weak references slow every use of their target down.
    private var owner: (any ExchangeOwner)?
    private(set) var request: HTTPRequest
    private let started: ContinuousClock.Instant?
    private var task: Task<Void, Never>?
    private var gathered: [UInt8] = []
    private var pipe: BodyPipe?
    private var receivedBytes = 0
    private let consumedBytes = Atomic<Int>(0)
    /// Set when the handler has answered.
    private(set) var status = 0
    var body: SendBody?
    /// Whether the whole request has come.
    private(set) var isReceived = false
    private var isOver = false

    init(id: Int32, request: HTTPRequest, context: ServerContext, loop: EventLoop, owner: any ExchangeOwner) {
        (self.id, self.request, self.context, self.loop, self.owner) = (id, request, context, loop, owner)
        started = context.recordsAccess ? .now : nil
    }

    // MARK: The request

    /// Starts the exchange. The handler runs at once, or when a short body is complete.
    /// - Parameters:
    ///   - hasBody: whether body bytes will follow.
    ///   - length: how many, if known.
    ///   - expectsContinue: whether the client waits for leave to send them.
    func begin(hasBody: Bool, length: Int?, expectsContinue: Bool) {
        guard hasBody else {
            isReceived = true
            if let response = context.prompt?.promptly(to: request) { return deliver(response) }
            return run(.empty)
        }
        if let length, length <= context.limits.gatheredBytes {
            gathered.reserveCapacity(length)
            if expectsContinue { owner?.wantsBody(self) }
            return
        }
        let pipe = BodyPipe(capacity: Self.pipeCapacity) { [weak self] bytes in self?.tookFromPipe(bytes) }
        self.pipe = pipe
        let reader = PipeReader(pipe)
        guard expectsContinue else { return run(.reader(reader)) }
        run(
            .reader(
                FirstReadReader(reader) { [weak self] in
                    guard let self else { return }
                    loop.execute { self.owner?.wantsBody(self) }
                }))
    }

    /// Whether the body is handed on piece by piece.
    var streamsBody: Bool { pipe != nil }
    /// Bytes of the body that wait for the handler.
    var waitingBytes: Int { pipe?.buffered ?? 0 }

    /// Part of the request's body. False when it grows beyond the limit.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        receivedBytes += bytes.count
        guard let pipe else {
            gathered.append(contentsOf: bytes)
            return true
        }
        guard receivedBytes <= context.limits.bodyBytes else {
            pipe.fail(.bodyTooLarge(limit: context.limits.bodyBytes))
            return false
        }
        pipe.write(Array(bytes))
        return true
    }

    /// The request is complete.
    func receivedAll() {
        guard !isReceived else { return }
        isReceived = true
        if let pipe {
            pipe.finish(error: false)
        } else {
            let whole = gathered
            gathered = []
            run(.bytes(whole))
        }
    }

    /// The request breaks off.
    func receiveFailed(_ error: HTTPError) { pipe?.fail(error) }

    private func tookFromPipe(_ bytes: Int) {
        if consumedBytes.add(bytes, ordering: .relaxed).oldValue == 0 { loop.poke(self) }
    }

    func poked() {
        let bytes = consumedBytes.exchange(0, ordering: .relaxed)
        if bytes > 0 { owner?.consumed(self, bytes) }
    }

    private func run(_ body: Body) {
        request.body = body
        task = Task(executorPreference: loop) { [self] in
            let response = await context.handler.respond(to: request)
            if loop.isCurrent { deliver(response) } else { loop.execute { self.deliver(response) } }
        }
    }

    // MARK: The response

    private func deliver(_ response: HTTPResponse) {
        task = nil
        request.body = .empty
        guard !isOver, let owner else { return SendBody.discard(response.body, loop: loop) }
        status = response.status
        owner.respond(self, response)
    }

    /// Takes the response's body over for sending.
    func prepare(_ body: Body) {
        self.body = SendBody(body, loop: loop, listener: self)
    }

    func bodyArrived() { owner?.arrived(self) }

    /// Calls `body` with the response's body; nil before there is one.
    func withBody<Outcome>(_ change: (inout SendBody) -> Outcome) -> Outcome? {
        guard var taken = body else { return nil }
        body = nil
        defer { body = taken }
        return change(&taken)
    }

    /// Answers in the handler's place.
    func refuse(_ status: Int) {
        isReceived = true
        self.status = status
        owner?.respond(self, .plain(status))
    }

    /// The exchange ends: `lost` when the client or the connection broke it off.
    func finish(lost: Bool) {
        guard !isOver else { return }
        isOver = true
        owner = nil
        if lost {
            task?.cancel()
            pipe?.fail(.connectionLost("the client went away"))
        }
        body?.close()
        guard let started else { return }
        context.record(
            AccessRecord(
                method: request.method, target: request.target, status: status, duration: .now - started, bytes: body?.taken ?? 0,
                peer: request.peer))
    }
}

extension HTTPResponse {
    /// A server's own answer: the status in words.
    static func plain(_ status: Int) -> HTTPResponse {
        HTTPResponse(
            status, headers: ["content-type": "text/plain; charset=utf-8"], body: .bytes(Array((reasonPhrase(status) + "\n").utf8)))
    }
}

/// Calls a closure before its first read.
private final class FirstReadReader: BodyReader {
    private let reader: any BodyReader
    private let first: @Sendable () -> Void
    private let begun = Atomic<Bool>(false)
    init(_ reader: any BodyReader, first: @escaping @Sendable () -> Void) { (self.reader, self.first) = (reader, first) }
    func next() async throws -> [UInt8]? {
        if !begun.exchange(true, ordering: .relaxed) { first() }
        return try await reader.next()
    }
    func cancel() { reader.cancel() }
}
