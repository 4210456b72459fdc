import Foundation

/// Which target may see which: the whole architecture in one table.
enum Architecture {
    static let kernel = ["Documents", "Cryptography", "Control", "Storage", "Reconcile", "Network"]
    static let clibs = ["COpenSSL", "CNGHTTP2", "CYAML", "CZlib", "CISAL", "CLinux", "CNftables"]

    static let mayImport: [String: [String]] = [
        "Documents": ["CYAML"],
        "Cryptography": ["COpenSSL", "Documents"],
        "Control": ["CLinux"],
        "Storage": ["CLinux", "Documents", "Control", "Network"],
        "Reconcile": ["Documents", "Control", "Storage"],
        "Network": ["CLinux", "COpenSSL", "CNGHTTP2", "CZlib", "CISAL", "Control"],
        "Linux": ["CLinux", "CNftables", "Control"],

        "KubeModel": kernel,
        "KubeAPI": kernel + ["KubeModel"],
        "KubeControllers": kernel + ["KubeModel"],
        "KubeScheduler": kernel + ["KubeModel"],
        "KubeClient": kernel + ["KubeModel"],

        "SimulatedNode": kernel + ["KubeModel", "KubeClient"],
        "CRI": ["Control", "Network"],
        "Kubelet": kernel + ["KubeModel", "KubeClient"],
        "LinuxNode": kernel + ["Linux", "KubeModel", "KubeClient", "CRI", "Kubelet"],
        "NodeNetwork": kernel + ["Linux", "KubeModel", "KubeClient", "AWSProtocol"],
        "MetricsServer": kernel + ["KubeModel", "KubeClient"],
        "ClusterDNS": kernel + ["Linux", "KubeModel", "KubeClient"],

        "AWSProtocol": kernel,
        "AWSServices": kernel + ["AWSProtocol", "KubeModel", "KubeClient"],

        "LinuxMachine": kernel + ["Linux", "AWSServices"],
        "VPCNetwork": kernel + ["Linux", "AWSServices"],

        "NodePrograms": kernel + [
            "Linux", "KubeModel", "KubeClient", "AWSProtocol", "CRI", "Kubelet", "LinuxNode", "NodeNetwork", "ClusterDNS",
            "MetricsServer",
        ],
        "Eksctl": kernel + ["AWSProtocol", "KubeModel", "KubeClient"],
        "Assembly": kernel + [
            "KubeModel", "KubeAPI", "KubeControllers", "KubeScheduler", "KubeClient", "SimulatedNode", "AWSProtocol", "AWSServices",
            "Linux", "LinuxMachine", "VPCNetwork", "ClusterDNS",
        ],
        "eyrie-behaviours": kernel + ["AWSProtocol", "Behaviours"],
        "eyrie-simulate": kernel + ["Behaviours"],
        "eyrie": kernel + ["Assembly", "NodePrograms", "LinuxMachine", "Eksctl", "AWSProtocol", "AWSServices"],
    ]

    /// Modules of the platform, which everything may use; Foundation is not among them.
    static let platform = ["Swift", "Glibc", "Synchronization", "_Concurrency", "_StringProcessing"]

    /// Whether `target` may import `module`.
    static func allows(_ target: String, _ module: String) -> Bool {
        platform.contains(module) || mayImport[target]?.contains(module) ?? false
    }

    /// The arrows of `Package.swift`: each target with its dependencies and the line that names it.
    static func declared(in package: String) -> [(target: String, dependencies: [String], line: Int)] {
        var declared: [(String, [String], Int)] = []
        for (place, call) in calls(in: package) {
            let words = call.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
                String($0.element)
            }
            if call.hasPrefix("target("), words.count >= 2 {
                declared.append((words[1], Array(words.dropFirst(2)), place))
            } else if call.hasPrefix(".executableTarget("), let name = words.first {
                let list = call.components(from: "dependencies: [", to: "]")
                declared.append((name, list, place))
            }
        }
        return declared
    }

    /// Calls that declare targets, each with its line and its text up to its closing parenthesis.
    private static func calls(in text: String) -> [(Int, String)] {
        var calls: [(Int, String)] = []
        var open: (line: Int, text: String)?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let trimmed = String(line.drop { $0 == " " })
            let starts = (trimmed.hasPrefix("target(") || trimmed.hasPrefix(".executableTarget("))
            if starts { open = (index + 1, "") }
            guard var call = open else { continue }
            call.text += trimmed
            let depth = call.text.reduce(0) { $1 == "(" ? $0 + 1 : $1 == ")" ? $0 - 1 : $0 }
            open = depth > 0 ? call : nil
            if depth <= 0 { calls.append((call.line, call.text)) }
        }
        return calls
    }
}

extension String {
    /// The quoted words between two marks.
    fileprivate func components(from start: String, to end: Character) -> [String] {
        guard let place = self.range(of: start) else { return [] }
        let list = self[place.upperBound...].prefix { $0 != end }
        return list.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
            String($0.element)
        }
    }
}
