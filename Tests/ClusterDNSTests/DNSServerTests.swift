import Control
import Glibc
import Network
import Synchronization
import Testing

@testable import ClusterDNS

@Suite struct DNSServerTests {
    /// Answers every name with as many addresses as its first label says.
    private struct Counting: DNSResponder {
        func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage? {
            guard let count = question.name.split(separator: ".").first.flatMap({ Int($0) }) else { return nil }
            var reply = query.reply()
            reply.answers = (0..<count).map {
                DNSRecord(question.name, .a, ttl: 5, .address([10, 0, UInt8($0 / 256), UInt8($0 % 256)]))
            }
            return reply
        }
    }
    /// Runs a body beside a server on a free port.
    private func withServer(_ body: (Int) async throws -> Void) async throws {
        let probe = try UDPSocket(host: "127.0.0.1", port: 0)
        let port = probe.port
        probe.close()
        let server = DNSServer(host: "127.0.0.1", port: port) { _ in Counting() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // The probe's port is free a moment after its end.
                while !Task.isCancelled {
                    try? await server.run()
                    try? await Task.sleep(for: .milliseconds(10))
                }
            }
            defer { group.cancelAll() }
            try await body(port)
        }
    }
    private func ask(_ name: String, port: Int, id: UInt16 = 7) async throws -> DNSMessage {
        let query = DNSEncoder.encode(DNSMessage(query: name, .a, id: id))
        let exchange = SocketExchange(timeout: .milliseconds(500))
        // Refused at once until the server listens.
        for _ in 0..<6_000 {
            if let answer = try? await exchange.ask(query, server: "127.0.0.1", port: port) { return try DNSDecoder.decode(answer) }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw HTTPError.timedOut
    }

    @Test func answersComeByDatagram() async throws {
        try await withServer { port in
            let answer = try await ask("3.example.", port: port)
            #expect(answer.answers.count == 3 && !answer.isTruncated)
        }
    }
    @Test func longAnswersComeOverAConnection() async throws {
        try await withServer { port in
            let answer = try await ask("200.example.", port: port)
            #expect(answer.answers.count == 200)
        }
    }
    @Test func whatNobodyAnswersIsRefused() async throws {
        try await withServer { port in
            let answer = try await ask("nobody.example.", port: port)
            #expect(answer.code == .refused)
        }
    }
    @Test func aForwarderAsksTheNextServerWhenOneIsSilent() async throws {
        try await withServer { port in
            _ = try await ask("1.example.", port: port)
            let forwarder = Forwarder(
                [Forwarder.Server("127.0.0.1", port: 9), Forwarder.Server("127.0.0.1", port: port)], policy: .sequential,
                exchange: SocketExchange(timeout: .seconds(3)), random: RandomSource(seed: 1))
            let query = DNSMessage(query: "2.example.", .a, id: 99)
            let answer = try #require(await forwarder.respond(to: query, question: query.questions[0]))
            #expect(answer.id == 99 && answer.answers.count == 2)
        }
    }
}

@Suite struct VPCResolverTests {
    private struct Nobody: DNSResponder {
        func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage? { query.reply(.serverFailure) }
    }
    private func ask(_ name: String, _ type: DNSType = .a) async throws -> DNSMessage {
        let resolver = VPCResolver(
            region: "us-west-2", names: { $0 == "eyrie.internal" ? ["169.254.169.252"] : [] }, next: Nobody())
        let query = DNSMessage(query: name, type, id: 1)
        return try #require(await resolver.respond(to: query, question: query.questions[0]))
    }

    @Test func privateNamesHoldTheirAddress() async throws {
        #expect(try await ask("ip-192-168-3-4.us-west-2.compute.internal.").answers.map(\.data) == [.address([192, 168, 3, 4])])
        #expect(
            try await ask("4.3.168.192.in-addr.arpa.", .ptr).answers.map(\.data) == [.name("ip-192-168-3-4.us-west-2.compute.internal.")])
        #expect(try await ask("web.us-west-2.compute.internal.").code == .noSuchName)
    }
    @Test func theRegionsOwnNamesAreKnownAndOthersAreAskedFor() async throws {
        #expect(try await ask("eyrie.internal.").answers.map(\.data) == [.address([169, 254, 169, 252])])
        #expect(try await ask("example.com.").code == .serverFailure)
    }
}
