import Control
import Synchronization
import Testing

@testable import ClusterDNS

@Suite struct CorefileTests {
    static let standard = """
        .:53 {
            errors
            health {
                lameduck 5s
              }
            ready
            kubernetes cluster.local in-addr.arpa ip6.arpa {
              pods insecure
              fallthrough in-addr.arpa ip6.arpa
            }
            prometheus :9153
            forward . /etc/resolv.conf
            cache 30
            loop
            reload
            loadbalance
        }
        """

    @Test func theStandardFileIsUnderstood() throws {
        let block = try #require(try Corefile(Self.standard).blocks.first)
        #expect(block.zones == ["."] && block.port == 53)
        #expect(block.directive("kubernetes")?.arguments == ["cluster.local", "in-addr.arpa", "ip6.arpa"])
        #expect(block.directive("kubernetes")?.block == [["pods", "insecure"], ["fallthrough", "in-addr.arpa", "ip6.arpa"]])
        #expect(block.directive("forward")?.arguments == [".", "/etc/resolv.conf"])
        #expect(block.directive("health")?.block == [["lameduck", "5s"]])
    }
    @Test func stubZonesAreBlocksOfTheirOwn() throws {
        let file = try Corefile(Self.standard + "\ncorp.example:53 { # ours\n    errors\n    forward . 10.1.0.1 \"10.1.0.2\"\n}\n")
        #expect(file.blocks.map(\.zones) == [["."], ["corp.example."]])
        #expect(file.blocks[1].directive("forward")?.arguments == [".", "10.1.0.1", "10.1.0.2"])
    }
    @Test(arguments: [
        (".:53 {\n  bogus\n}", "Corefile:2 - Error during parsing: Unknown directive 'bogus'"),
        (".:53 {\n  errors\n", "Corefile - Error during parsing: Unexpected EOF, expecting '}'"),
        ("errors\n", "Corefile:1 - Error during parsing: expected a server block"),
        (".:x {\n}", "Corefile:1 - bad port in .:x"), ("", "Corefile - no server block"),
    ]) func mistakesAreNamedWithTheirLine(text: String, message: String) {
        #expect(throws: Corefile.Problem(description: message)) { try Corefile(text) }
    }
}

@Suite struct AnswerCacheTests {
    private final class Counting: DNSResponder {
        let asked = Mutex(0)
        let ttl: UInt32
        init(ttl: UInt32) { self.ttl = ttl }
        func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage? {
            asked.withLock { $0 += 1 }
            var reply = query.reply()
            reply.answers = [DNSRecord(question.name, .a, ttl: ttl, .address([1, 2, 3, 4]))]
            return reply
        }
    }

    @Test func anAnswerHoldsForItsTimeAndGrowsOld() async throws {
        let (source, clock) = (Counting(ttl: 300), ManualClock())
        let cache = AnswerCache(source, longest: 30, clock: clock)
        let query = DNSMessage(query: "a.example.", .a, id: 1)
        _ = await cache.respond(to: query, question: query.questions[0])
        clock.advance(by: .seconds(10))
        let again = try #require(await cache.respond(to: DNSMessage(query: "A.example.", .a, id: 2), question: query.questions[0]))
        #expect(again.id == 2)
        #expect(again.answers.map(\.ttl) == [290])
        #expect(source.asked.withLock { $0 } == 1)
        clock.advance(by: .seconds(21))
        _ = await cache.respond(to: query, question: query.questions[0])
        #expect(source.asked.withLock { $0 } == 2)
    }
}
