import ClusterDNS
package import Control
import Glibc
import MetricsServer
import NodeNetwork

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
        case "metrics-server": try MetricsServer(arguments: arguments, environment: environment, clock: clock, random: random)
        case "kube-proxy": try KubeProxyProgram(arguments: arguments, environment: environment)
        case "aws-eks-nodeagent": try PolicyAgentProgram(arguments: arguments, environment: environment)
        case "aws-vpc-cni": try VPCCNIProgram(arguments: arguments, environment: environment)
        default: nil
        }
    }
    /// Serves one request of the container runtime where the name is that of a CNI plug-in; the exit status.
    package static func plugin(_ program: String) -> Int32? {
        ["aws-cni", "loopback"].contains(program) ? CNIPlugin.main(program: program, environment: environment) : nil
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
