import AWSServices
import Linux

/// The rules of a security group in nft's words: one for each protocol and peer, with all its ports.
enum GroupRules {
    private struct Subject: Hashable {
        var ipProtocol: String
        var peer: SecurityGroupState.Rule.Peer
    }

    /// - Parameters:
    ///   - peer: `saddr` for ingress, `daddr` for egress.
    ///   - groups: those whose members are known; a rule about another matches nobody.
    static func rules(_ rules: [SecurityGroupState.Rule], peer: String, groups: Set<String>) -> [String] {
        var subjects: [Subject: [ClosedRange<Int>?]] = [:]
        for rule in rules { subjects[Subject(ipProtocol: number(rule.ipProtocol), peer: rule.peer), default: []].append(rule.ports) }
        return subjects.flatMap { subject, ports -> [String] in
            guard let from = text(subject.peer, peer, groups) else { return [] }
            return matches(subject.ipProtocol, ports).map { (from + $0 + ["accept"]).joined(separator: " ") }
        }.sorted()
    }

    /// What matches the peer; nil when nobody does, such as an IPv6 block.
    private static func text(_ peer: SecurityGroupState.Rule.Peer, _ field: String, _ groups: Set<String>) -> [String]? {
        switch peer {
        case .group(let id): return groups.contains(id) ? ["ip \(field) @of_\(id)"] : nil
        case .block(let text):
            guard let block = IPv4Prefix(text)?.network else { return nil }
            return block.length == 0 ? [] : ["ip \(field) \(block)"]
        }
    }

    /// Protocols have numbers; those that have ports or types keep their names.
    private static func number(_ text: String) -> String {
        switch text.lowercased() {
        case "6": "tcp"
        case "17": "udp"
        case "1": "icmp"
        case "all": "-1"
        case let other: other
        }
    }

    private static func matches(_ ipProtocol: String, _ ports: [ClosedRange<Int>?]) -> [[String]] {
        switch ipProtocol {
        case "-1": return [[]]
        case "tcp", "udp":
            let ranges = merged(ports)
            return [ranges.isEmpty ? ["meta l4proto \(ipProtocol)"] : ["\(ipProtocol) dport \(set(ranges))"]]
        case "icmp":
            if ports.contains(nil) { return [["meta l4proto icmp"]] }
            return ports.compactMap { $0 }.map(icmp)
        default:
            guard let number = UInt8(ipProtocol) else { return [] }
            return [["meta l4proto \(number)"]]
        }
    }

    /// The lower bound is the type; an upper one beyond it is the code, else any code is meant.
    private static func icmp(_ range: ClosedRange<Int>) -> [String] {
        var match: [String] = range.lowerBound < 0 ? ["meta l4proto icmp"] : ["icmp type \(min(range.lowerBound, 255))"]
        if range.lowerBound >= 0, range.upperBound > range.lowerBound { match.append("icmp code \(min(range.upperBound, 255))") }
        return match
    }

    /// Ranges without overlaps; none when all ports are meant.
    private static func merged(_ ports: [ClosedRange<Int>?]) -> [ClosedRange<Int>] {
        var merged: [ClosedRange<Int>] = []
        for range in ports.map(bounded).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged == [0...65535] ? [] : merged
    }

    private static func bounded(_ ports: ClosedRange<Int>?) -> ClosedRange<Int> {
        guard let ports, ports.lowerBound >= 0 else { return 0...65535 }
        return ports.clamped(to: 0...65535)
    }

    private static func set(_ ranges: [ClosedRange<Int>]) -> String {
        let texts = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
        return texts.count == 1 ? texts[0] : "{ \(texts.joined(separator: ", ")) }"
    }
}
