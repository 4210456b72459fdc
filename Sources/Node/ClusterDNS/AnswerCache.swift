package import Control
import Synchronization

/// Keeps answers for as long as they hold, before a responder that has to ask others. Source: CoreDNS's cache plug-in.
package final class AnswerCache: DNSResponder {
    private struct Key: Hashable {
        let name: String
        let type: DNSType
        let checkingDisabled: Bool
    }
    private struct Entry {
        let answer: DNSMessage
        let stored: Timestamp
        let lifetime: Duration
    }
    private static let capacity = 10_000
    /// Seconds that an answer without records holds at most, and that a failure does.
    private static let longestDenial: UInt32 = 30, failure: UInt32 = 5
    private let next: any DNSResponder
    private let longest: UInt32
    private let clock: any WallClock
    private let entries = Mutex<[Key: Entry]>([:])

    /// - Parameter longest: seconds that an answer is kept at most.
    package init(_ next: any DNSResponder, longest: UInt32, clock: any WallClock) {
        (self.next, self.longest, self.clock) = (next, longest, clock)
    }

    package func respond(to query: DNSMessage, question: DNSQuestion) async -> DNSMessage? {
        let key = Key(name: DNSName.canonical(question.name), type: question.type, checkingDisabled: query.checkingDisabled)
        if let held = entries.withLock({ $0[key] }) {
            let age = clock.now - held.stored
            if age < held.lifetime { return Self.aged(held.answer, by: UInt32(max(0, age.components.seconds)), for: query) }
        }
        guard let answer = await next.respond(to: query, question: question) else { return nil }
        if let lifetime = lifetime(of: answer) {
            let entry = Entry(answer: answer, stored: clock.now, lifetime: .seconds(Int64(lifetime)))
            entries.withLock { entries in
                if entries.count >= Self.capacity { entries.removeAll(keepingCapacity: true) }
                entries[key] = entry
            }
        }
        return answer
    }
    private func lifetime(of answer: DNSMessage) -> UInt32? {
        guard !answer.isTruncated else { return nil }
        if let shortest = answer.answers.map(\.ttl).min(), answer.code == .noError { return min(shortest, longest) }
        if answer.code == .noError || answer.code == .noSuchName {
            return min(answer.authorities.map(\.ttl).min() ?? Self.failure, min(Self.longestDenial, longest))
        }
        return answer.code == .serverFailure ? Self.failure : nil
    }
    private static func aged(_ answer: DNSMessage, by seconds: UInt32, for query: DNSMessage) -> DNSMessage {
        func aged(_ records: [DNSRecord]) -> [DNSRecord] {
            records.map { record in
                var record = record
                record.ttl -= min(seconds, record.ttl)
                return record
            }
        }
        var reply = query.reply(answer.code)
        (reply.isAuthoritative, reply.offersRecursion) = (answer.isAuthoritative, answer.offersRecursion)
        (reply.answers, reply.authorities, reply.additionals) = (aged(answer.answers), aged(answer.authorities), aged(answer.additionals))
        return reply
    }
}
