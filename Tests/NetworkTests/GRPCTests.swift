import Foundation
import Glibc
import Synchronization
import Testing

@testable import Network

/// A directory of its own for a test's sockets, removed with what is in it.
func withSocketDirectory<Outcome>(_ body: (String) async throws -> Outcome) async throws -> Outcome {
    var template = Array("/tmp/eyrie-net-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw HTTPError.connectionFailed("mkdtemp") }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// A gRPC service on our own HTTP/2 server.
struct EchoService: HTTPHandler {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        var response = HTTPResponse(200, headers: ["content-type": "application/grpc"])
        let body = (try? await request.body.collect(limit: 1 << 26)) ?? []
        switch request.target {
        case "/test.Echo/Unary":
            response.body = .bytes(body)
            response.trailers = HTTPTrailers(["grpc-status": "0"])
        case "/test.Echo/Many":
            let trailers = HTTPTrailers()
            response.trailers = trailers
            response.body = .writer { writer in
                for index in 0..<100 {
                    for piece in GRPCFraming.frame([UInt8](repeating: UInt8(index), count: index * 100)) { writer.write(piece) }
                }
                trailers.fields = ["grpc-status": "10", "grpc-message": "enough%3A 100%25 \u{41}"]
                writer.finish(error: false)
            }
        case "/test.Echo/Missing":
            response.headers.add("grpc-status", "5")
            response.headers.add("grpc-message", "no such thing %E2%98%83")
        case "/test.Echo/Never":
            response.headers = ["content-type": "application/grpc", "x-timeout": request.headers["grpc-timeout"] ?? ""]
            response.body = .writer { writer in writer.write(GRPCFraming.frame([7]).flatMap { $0 }) }
        case "/test.Echo/Cut":
            response.body = .bytes([0, 0, 0, 0, 9, 1])
            response.trailers = HTTPTrailers(["grpc-status": "0"])
        default: response = HTTPResponse(404)
        }
        return response
    }
}

@Suite struct GRPCTests {
    private func withService(_ body: (GRPCChannel, String) async throws -> Void) async throws {
        try await withSocketDirectory { directory in
            let path = directory + "/grpc.sock"
            var limits = HTTPLimits.patient
            limits.drainTimeout = .milliseconds(100)
            let server = HTTPServer(.init(host: "unix:" + path, limits: limits, loops: testLoops), handler: EchoService())
            try await server.start()
            let channel = try GRPCChannel(socketPath: path, messageLimit: 1 << 20, loops: testLoops)
            let outcome = await Result { try await body(channel, path) }
            channel.close()
            await server.stop()
            try outcome.get()
        }
    }

    @Test func `one message goes there and comes back`() async throws {
        try await withService { channel, _ in
            for size in [0, 1, 5, 20_000, 200_000] {
                let message = [UInt8](repeating: 3, count: size)
                let answer = try await channel.unary("/test.Echo/Unary", message, timeout: .seconds(60))
                #expect(answer == message)
            }
        }
    }

    @Test func `a stream gives its messages and then the status behind them`() async throws {
        try await withService { channel, _ in
            let stream = try await channel.stream("/test.Echo/Many", [])
            for index in 0..<100 { #expect(try await stream.next() == [UInt8](repeating: UInt8(index), count: index * 100)) }
            await #expect(throws: GRPCError(.aborted, "enough: 100% A")) { try await stream.next() }
        }
    }

    @Test func `a status without messages is the call's error`() async throws {
        try await withService { channel, _ in
            await #expect(throws: GRPCError(.notFound, "no such thing ☃")) { try await channel.unary("/test.Echo/Missing", [1]) }
            let unknown = await #expect(throws: GRPCError.self) { try await channel.unary("/test.Echo/Nothing", [1]) }
            #expect(unknown?.code == .unimplemented)
        }
    }

    @Test func `a call that takes too long, is cancelled, cut short or too large fails as such`() async throws {
        try await withService { channel, _ in
            let late = await #expect(throws: GRPCError.self) { try await channel.unary("/test.Echo/Never", [], timeout: .milliseconds(80)) }
            #expect(late?.code == .deadlineExceeded)
            let stream = try await channel.stream("/test.Echo/Never", [])
            #expect(try await stream.next() == [7])
            let task = Task { () -> GRPCError? in
                do throws(GRPCError) {
                    _ = try await stream.next()
                    return nil
                } catch { return error }
            }
            task.cancel()
            #expect(await task.value?.code == .canceled)
            let cut = await #expect(throws: GRPCError.self) { try await channel.unary("/test.Echo/Cut", []) }
            #expect(cut?.code == .internal)
            let large = await #expect(throws: GRPCError.self) {
                try await channel.unary("/test.Echo/Unary", [UInt8](repeating: 0, count: (1 << 20) + 1))
            }
            #expect(large?.code == .resourceExhausted)
        }
    }

    @Test func `calls go on after the server was gone for a while`() async throws {
        try await withSocketDirectory { directory in
            let path = directory + "/grpc.sock"
            let channel = try GRPCChannel(socketPath: path, loops: testLoops)
            defer { channel.close() }
            var limits = HTTPLimits.patient
            limits.drainTimeout = .milliseconds(50)
            for _ in 0..<2 {
                let absent = await #expect(throws: GRPCError.self) { try await channel.unary("/test.Echo/Unary", [1]) }
                #expect(absent?.code == .unavailable)
                let server = HTTPServer(.init(host: "unix:" + path, limits: limits, loops: testLoops), handler: EchoService())
                try await server.start()
                #expect(try await channel.unary("/test.Echo/Unary", [1]) == [1])
                let open = try await channel.stream("/test.Echo/Never", [])
                #expect(try await open.next() == [7])
                await server.stop()
                let lost = await #expect(throws: GRPCError.self) { try await open.next() }
                #expect(lost?.code == .unavailable)
            }
        }
    }

    /// Says who asks and what it was told, over calls whose requests stay open.
    @Sendable private func follow(_ request: HTTPRequest) async -> HTTPResponse {
        guard request.target != "/test.Echo/Mute", let first = try? await request.body.read().next() else {
            try? await Task.sleep(for: .seconds(2))
            return HTTPResponse(404)
        }
        let peer = "\(request.peer.certificate?.commonName ?? "nobody") \(request.headers["hasleader"] ?? "")"
        var response = HTTPResponse(200, headers: ["content-type": "application/grpc"])
        response.trailers = HTTPTrailers(["grpc-status": "0"])
        response.body = .writer { writer in
            for piece in GRPCFraming.frame(Array(peer.utf8)) { writer.write(piece) }
            let timer = testLoops.next().after(.milliseconds(5_300)) {
                writer.write(first)
                writer.finish(error: false)
            }
            writer.onClose { timer.cancel() }
        }
        return response
    }

    @Test func `a subscription over TLS shows a certificate, and only its beginning is hurried`() async throws {
        let (ours, others) = (try TestCertificates(), try TestCertificates())
        try await withServer(tls: try ours.server(clientCA: ours.authority), follow) { port in
            let channel = try GRPCChannel(
                endpoint: "https://localhost:\(port)", trust: ours.trust, clientCertificate: try ours.client("jane", []), loops: testLoops)
            let stream = try await channel.subscribe(
                "/test.Echo/Follow", [1, 2, 3], metadata: ["hasleader": "true"], timeout: .seconds(5))
            #expect(try await stream.next() == Array("jane true".utf8))
            #expect(try await stream.next() == [1, 2, 3])
            #expect(try await stream.next() == nil)
            let mute = await #expect(throws: GRPCError.self) {
                try await channel.subscribe("/test.Echo/Mute", [1], timeout: .milliseconds(50))
            }
            #expect(mute?.code == .deadlineExceeded)
            channel.close()
            let wary = try GRPCChannel(endpoint: "https://localhost:\(port)", trust: others.trust, loops: testLoops)
            let refused = await #expect(throws: GRPCError.self) { try await wary.unary("/test.Echo/Follow", [1]) }
            #expect(refused?.code == .unavailable && refused?.message.contains("handshake failed") == true)
        }
    }

    @Test func `percent-encoding of messages holds for any text`() {
        for text in ["", "plain", "100 %", "ü ☃\n", "%zz", "%4"] {
            #expect(GRPCFraming.decodeMessage(GRPCFraming.encodeMessage(text)) == text)
        }
        #expect(GRPCFraming.decodeMessage("%zz %4") == "%zz %4")
        #expect(GRPCFraming.timeout(.seconds(2)) == "2000m")
        #expect(GRPCFraming.timeout(.seconds(200_000)) == "200000S")
    }

    @Test(.enabled(if: geteuid() == 0 && access("/usr/bin/containerd", X_OK) == 0))
    func `the real containerd tells its version`() async throws {
        try await withSocketDirectory { directory in
            let configuration =
                "version = 2\nroot = \"\(directory)/root\"\nstate = \"\(directory)/state\"\n[grpc]\naddress = \"\(directory)/c.sock\"\n"
                + "[plugins.\"io.containerd.grpc.v1.cri\"]\nrestrict_oom_score_adj = true\n"
            let path = directory + "/config.toml"
            let file = fopen(path, "w")
            fputs(configuration, file)
            fclose(file)
            var process = pid_t()
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            posix_spawn_file_actions_addopen(&actions, 1, directory + "/log", O_WRONLY | O_CREAT, 0o600)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
            var arguments: [UnsafeMutablePointer<CChar>?] = []
            for argument in ["containerd", "-c", path] { arguments.append(strdup(argument)) }
            arguments.append(nil)
            defer { for argument in arguments { free(argument) } }
            #expect(posix_spawn(&process, "/usr/bin/containerd", &actions, nil, &arguments, environ) == 0)
            defer {
                kill(process, SIGKILL)
                waitpid(process, nil, 0)
            }
            let channel = try GRPCChannel(socketPath: directory + "/c.sock", loops: testLoops)
            defer { channel.close() }
            var answer: [UInt8] = []
            for _ in 0..<1_200 where answer.isEmpty {
                do throws(GRPCError) {
                    answer = try await channel.unary("/runtime.v1.RuntimeService/Version", [], timeout: .seconds(5))
                } catch {
                    try #require(error.code == .unavailable || error.code == .unimplemented || error.code == .unknown, "\(error)")
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(String(decoding: answer, as: UTF8.self).contains("containerd"))
            let unknown = await #expect(throws: GRPCError.self) {
                try await channel.unary("/runtime.v1.RuntimeService/PodSandboxStatus", [0x0A, 1, 0x78])
            }
            #expect(unknown?.code == .notFound)
        }
    }
}

extension Result where Failure == any Error {
    /// The outcome of an asynchronous body.
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
