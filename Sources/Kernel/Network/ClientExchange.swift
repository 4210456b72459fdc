import Synchronization

/// Why an exchange failed, and whether the server surely did nothing about it, so that it may be tried again.
struct ExchangeFailure: Error {
    let error: HTTPError
    let unprocessed: Bool
}

/// What a client's protocol machine does for its exchanges, on the loop.
protocol ExchangeCarrier: AnyObject {
    /// The application took so many bytes of the response's body.
    func consumed(_ exchange: ClientExchange, _ bytes: Int)
    /// Nobody wants the response any more.
    func cancel(_ exchange: ClientExchange)
    /// More of the request's body has come.
    func arrived(_ exchange: ClientExchange)
}

/// One request and its response on a client's connection; belongs to the connection's loop from `start` on.
final class ClientExchange: Pokable, OutgoingListener, @unchecked Sendable {
    private static let gatheredBytes = 65_536
    private enum Outcome {
        case pending
        case waiting(CheckedContinuation<HTTPResponse, any Error>)
        case settled(Result<HTTPResponse, any Error>)
        case taken
    }
    let request: HTTPRequest
    private let loop: EventLoop
    private let outcome = Mutex(Outcome.pending)
    private let consumedBytes = Atomic<Int>(0)
    private let finished: @Sendable () -> Void
    private var carrier: (any ExchangeCarrier)?
    private var status = 0
    private var headers = HTTPFields()
    private var gathered: [UInt8]?
    private var pipe: BodyPipe?
    private var isOver = false
    /// Where the response's trailers go; nil when nobody wants them.
    let trailers: HTTPTrailers?
    /// Whether the connection shall become a stream when the server agrees.
    let wantsUpgrade: Bool
    /// The stream that the connection has become.
    let upgraded = Mutex<(any ByteStream)?>(nil)
    var id: Int32 = 0
    /// When the response's header is due, in the loop's milliseconds.
    var deadline = UInt64.max
    /// The request's body on its way out.
    var body: SendBody?
    /// Whether the whole request was sent.
    var isSent = false
    var hasHead: Bool { status != 0 }
    /// Bytes of the response that wait for the application.
    var waitingBytes: Int { pipe?.buffered ?? 0 }
    var streamsBody: Bool { pipe != nil }

    /// - Parameter finished: called once when the exchange is over.
    init(_ request: HTTPRequest, loop: EventLoop, wantsUpgrade: Bool = false, finished: @escaping @Sendable () -> Void) {
        (self.request, self.loop, self.finished, self.wantsUpgrade) = (request, loop, finished, wantsUpgrade)
        trailers = request.headers["te"] == "trailers" ? HTTPTrailers() : nil
    }

    // MARK: The application's side

    /// Waits for the response's header (and for a short body).
    func response() async throws -> HTTPResponse {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let settled: Result<HTTPResponse, any Error>? = outcome.withLock { outcome in
                    if case .settled(let result) = outcome {
                        outcome = .taken
                        return result
                    }
                    outcome = .waiting(continuation)
                    return nil
                }
                if let settled { continuation.resume(with: settled) }
            }
        } onCancel: {
            abandon()
            settle(.failure(ExchangeFailure(error: .cancelled, unprocessed: false)))
        }
    }

    private func settle(_ result: Result<HTTPResponse, any Error>) {
        let waiting: CheckedContinuation<HTTPResponse, any Error>? = outcome.withLock { outcome in
            switch outcome {
            case .pending:
                outcome = .settled(result)
                return nil
            case .waiting(let continuation):
                outcome = .taken
                return continuation
            case .settled, .taken: return nil
            }
        }
        waiting?.resume(with: result)
    }

    /// Gives the response up because its time is over. From any thread.
    func timeOut() {
        loop.execute { [self] in
            guard !isOver else { return }
            carrier?.cancel(self)
            fail(.timedOut, unprocessed: false)
        }
    }

    private func abandon() {
        loop.execute { [self] in
            guard !isOver else { return }
            carrier?.cancel(self)
            over()
        }
    }

    // MARK: The connection's side

    /// The exchange is on a connection now. False when it was cancelled before.
    func start(_ carrier: any ExchangeCarrier) -> Bool {
        guard !isOver else { return false }
        self.carrier = carrier
        body = SendBody(request.body, loop: loop, listener: self)
        return true
    }

    func bodyArrived() { carrier?.arrived(self) }

    /// Calls `change` with the request's body; nil when there is none.
    func withBody<Result>(_ change: (inout SendBody) -> Result) -> Result? {
        guard var taken = body else { return nil }
        body = nil
        defer { body = taken }
        return change(&taken)
    }

    /// The response's header has come.
    func receive(status: Int, headers: HTTPFields, hasBody: Bool) {
        (self.status, self.headers) = (status, headers)
        deadline = .max
        let length = headers["content-length"].flatMap(parseContentLength)
        guard hasBody else {
            gathered = []
            return
        }
        if let length, length <= Self.gatheredBytes {
            gathered = []
            return
        }
        let pipe = BodyPipe { [weak self] bytes in
            guard let self else { return }
            if consumedBytes.add(bytes, ordering: .relaxed).oldValue == 0 { loop.poke(self) }
        }
        pipe.onClose { [weak self] in self?.abandon() }
        self.pipe = pipe
        settle(.success(response(.reader(PipeReader(pipe)))))
    }

    /// The server has agreed to an upgrade.
    func upgrade(headers: HTTPFields, stream: any ByteStream) {
        guard !isOver else { return stream.close() }
        upgraded.withLock { $0 = stream }
        over()
        settle(.success(HTTPResponse(101, headers: headers)))
    }

    func receive(_ bytes: UnsafeRawBufferPointer) {
        if let pipe { pipe.write(Array(bytes)) } else { gathered?.append(contentsOf: bytes) }
    }

    func poked() {
        let bytes = consumedBytes.exchange(0, ordering: .relaxed)
        if bytes > 0 { carrier?.consumed(self, bytes) }
    }

    /// The response is complete.
    func complete() {
        guard !isOver else { return }
        let (pipe, gathered) = (self.pipe, self.gathered)
        over()
        if let pipe {
            pipe.finish(error: false)
        } else {
            settle(.success(response(.bytes(gathered ?? []))))
        }
    }

    private func response(_ body: Body) -> HTTPResponse {
        var response = HTTPResponse(status, headers: headers, body: body)
        response.trailers = trailers
        return response
    }

    /// There will be no (whole) response.
    func fail(_ error: HTTPError, unprocessed: Bool) {
        guard !isOver else { return }
        let pipe = self.pipe
        over()
        if let pipe { pipe.fail(error) } else { settle(.failure(ExchangeFailure(error: error, unprocessed: unprocessed))) }
    }

    private func over() {
        isOver = true
        body?.close()
        carrier = nil
        finished()
    }
}
