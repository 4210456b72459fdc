import Documents
import KubeModel
import Network

/// Exec and attach for WebSocket clients: the channels of `v5.channel.k8s.io` become SPDY streams towards the kubelet.
/// Source: upstream's StreamTranslatorHandler.
struct StreamTranslator: Sendable {
    static let version = "v5.channel.k8s.io"
    /// The first byte of each message.
    private enum Channel {
        static let input: UInt8 = 0
        static let output: UInt8 = 1
        static let error: UInt8 = 2
        static let status: UInt8 = 3
        static let resize: UInt8 = 4
        /// Followed by the channel that ends.
        static let close: UInt8 = 255
    }
    private static let statusLimit = 65_536
    let server: APIServer
    let backend: DialTarget
    let path: String
    let options: StreamOptions

    func respond(to request: HTTPRequest) -> HTTPResponse {
        WebSocket.respond(to: request, protocols: [Self.version]) { await run($0) }
    }

    private func run(_ socket: WebSocket) async {
        do {
            // An empty message tells the client that the connection stands.
            let lowest = options.output ? Channel.output : options.error ? Channel.error : Channel.status
            try await socket.send(.binary([lowest]))
            let stream = try await connect()
            let session = SPDYSession(over: stream, isServer: false)
            defer { session.close() }
            try await translate(socket, session)
        } catch let status as KubeStatus {
            try? await socket.send(.binary([Channel.status] + JSON.encode(status.document)))
        } catch {
            let status = KubeStatus.internalError("\(error)")
            try? await socket.send(.binary([Channel.status] + JSON.encode(status.document)))
        }
        socket.close()
    }

    /// The kubelet's end of the session. - Throws: `KubeStatus` in upstream's words.
    private func connect() async throws -> any ByteStream {
        let headers: HTTPFields = [
            "connection": "Upgrade", "upgrade": "SPDY/3.1", "x-stream-protocol-version": "v4.channel.k8s.io",
        ]
        do {
            let (response, stream) = try await server.dial(backend) {
                try await $0.upgrade(HTTPRequest("POST", path, headers: headers))
            }
            if let stream { return stream }
            let bytes = (try? await response.body.collect(limit: Self.statusLimit)) ?? []
            if let document = try? JSON.parse(bytes), let status = KubeStatus(document) { throw status }
            let text = String(decoding: bytes, as: UTF8.self).trimmingNewlines
            throw KubeStatus.internalError("unable to upgrade connection: \(text)")
        } catch let failure as DialFailure {
            throw KubeStatus.internalError("error sending request: \(failure.request(method: "POST", path: path))")
        }
    }

    private func translate(_ socket: WebSocket, _ session: SPDYSession) async throws {
        func open(_ type: String, if wanted: Bool = true) async throws -> SPDYStream? {
            guard wanted else { return nil }
            let stream = try session.open(["streamtype": type])
            _ = try await stream.accepted()
            return stream
        }
        let status = try await open("error")
        status?.finish()
        let input = try await open("stdin", if: options.input)
        let output = try await open("stdout", if: options.output)
        let error = try await open("stderr", if: options.error && !options.terminal)
        let resize = try await open("resize", if: options.terminal)
        await withTaskGroup(of: Optional<[UInt8]>.self) { group in
            group.addTask {
                async let first: Void = Self.copy(output, to: socket, Channel.output)
                async let second: Void = Self.copy(error, to: socket, Channel.error)
                _ = await (first, second)
                return await Self.collect(status)
            }
            group.addTask {
                await Self.receive(socket, input: input, resize: resize)
                return nil
            }
            // Either the container is done, or the client has gone and nobody reads any more.
            if let outcome = await group.next() ?? nil {
                try? await socket.send(.binary([Channel.status] + outcome))
            } else {
                session.close()
            }
            group.cancelAll()
        }
    }

    private static func copy(_ stream: SPDYStream?, to socket: WebSocket, _ channel: UInt8) async {
        guard let stream else { return }
        do {
            while let bytes = try await stream.read() { try await socket.send(.binary([channel] + bytes)) }
        } catch {
            stream.close()
        }
    }

    /// The whole outcome as the kubelet tells it. It tells of success too, so silence means that the node or its runtime has gone.
    private static func collect(_ status: SPDYStream?) async -> [UInt8] {
        var whole: [UInt8] = []
        do {
            while whole.count < statusLimit, let bytes = try await status?.read() { whole += bytes }
            guard whole.isEmpty else { return whole }
            return JSON.encode(KubeStatus.internalError("error reading from error stream: EOF").document)
        } catch {
            return JSON.encode(KubeStatus.internalError("error reading from error stream: \(DialFailure.words(error))").document)
        }
    }

    private static func receive(_ socket: WebSocket, input: SPDYStream?, resize: SPDYStream?) async {
        do {
            while let message = try await socket.receive() {
                guard case .binary(let bytes) = message, let channel = bytes.first else { continue }
                switch channel {
                case Channel.input: if bytes.count > 1 { try? await input?.write(Array(bytes.dropFirst())) }
                case Channel.resize: if bytes.count > 1 { try? await resize?.write(Array(bytes.dropFirst())) }
                case Channel.close: if bytes.count > 1, bytes[1] == Channel.input { input?.finish() }
                default: break
                }
            }
        } catch {
            // The client has gone, or broke the protocol and was told so.
            return
        }
    }
}

extension String {
    fileprivate var trimmingNewlines: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        while text.first?.isWhitespace == true { text.removeFirst() }
        return String(text)
    }
}
