import ClusterDNS
package import Control
import Glibc

/// Programs of nodes and add-ons in this one binary, by the name that it is called by.
package enum NodePrograms {
    /// The service of that name; nil when there is none.
    /// - Throws: for words that the program does not know.
    package static func service(
        _ program: String, _ arguments: [String], clock: any WallClock, random: RandomSource
    ) throws -> (any Service)? {
        switch program {
        case "node": NodeAgent(clock: clock, random: random)
        case "coredns": try CoreDNS(arguments: arguments, environment: environment, clock: clock, random: random)
        default: nil
        }
    }
    private static var environment: [String: String] {
        var environment: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let words = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if words.count == 2 { environment[String(words[0])] = String(words[1]) }
            entry = entry.advanced(by: 1)
        }
        return environment
    }
}
