package import Control
import Synchronization

/// Carries one query to a server and brings its answer.
package protocol DNSExchange: Sendable {
    /// - Throws: when no answer comes in time.
    func ask(_ query: [UInt8], server: String, port: Int) async throws -> [UInt8]
}

/// Asks other servers. Source: CoreDNS's forward plug-in.
package final class Forwarder: DNSResponder {
    /// Where a query may go.
    package struct Server: Sendable, Hashable {
        package let address: String
        package let port: Int
        package init(_ address: String, port: Int = 53) { (self.address, self.port) = (address, port) }
        /// `10.0.0.2` or `10.0.0.2:5353`; nil for anything that is no IPv4 address.
        package init?(text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard let host = parts.first, DNSName.address(String(host)) != nil, parts.count <= 2 else { return nil }
            guard let port = parts.count == 2 ? Int(parts[1]) : 53 else { return nil }
            (address, self.port) = (String(host), port)
        }
    }
    /// In which order servers are asked.
    package enum Policy: String, Sendable {
        case random
        case roundRobin = "round_robin"
        case sequential
    }

    private let servers: [Server]
    private let policy: Policy
    private let exchange: any DNSExchange
    private let random: RandomSource
    private let turn = Mutex(0)
    private let log = Log("dns/forward")

    package init(_ servers: [Server], policy: Policy = .random, exchange: any DNSExchange, random: RandomSource) {
        (self.servers, self.policy, self.exchange, self.random) = (servers, policy, exchange, random)
    }
    /// The servers that a resolv.conf names.
    package static func servers(resolvConf text: String) -> [Server] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            return words.count >= 2 && words[0] == "nameserver" ? Server(text: String(words[1])) : nil
        }
    }

    package func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage? {
        var asked = query
        (asked.id, asked.udpSize, asked.wantsRecursion) = (UInt16(random.int(in: 0..<65_536)), 1232, true)
        let bytes = DNSEncoder.encode(asked)
        for server in order() {
            do {
                let answer = try DNSDecoder.decode(try await exchange.ask(bytes, server: server.address, port: server.port))
                guard answer.id == asked.id, answer.isResponse, answer.questions == asked.questions else { continue }
                return passed(answer, to: query)
            } catch {
                if Task.isCancelled { break }
                log.debug("no answer", ["server": server.address, "name": question.name, "error": "\(error)"])
            }
        }
        return query.reply(.serverFailure)
    }
    private func passed(_ answer: DNSMessage, to query: DNSMessage) -> DNSMessage {
        var reply = query.reply(answer.code)
        (reply.isAuthoritative, reply.offersRecursion, reply.isTruncated) = (
            answer.isAuthoritative, answer.offersRecursion, answer.isTruncated
        )
        (reply.authenticData, reply.answers) = (answer.authenticData, answer.answers)
        (reply.authorities, reply.additionals) = (answer.authorities, answer.additionals)
        return reply
    }
    private func order() -> [Server] {
        guard servers.count > 1 else { return servers }
        let first: Int
        switch policy {
        case .sequential: first = 0
        case .random: first = random.int(in: 0..<servers.count)
        case .roundRobin:
            first = turn.withLock { turn in
                turn = (turn + 1) % servers.count
                return turn
            }
        }
        return Array(servers[first...] + servers[..<first])
    }
}
