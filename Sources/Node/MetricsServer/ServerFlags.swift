/// What the command line of metrics-server says. Source: metrics-server, `--help`.
package struct ServerFlags: Sendable, Hashable {
    package var port = 10250
    /// Between two looks at every node.
    package var resolution = Duration.seconds(60)
    /// Which of a node's addresses is taken, best first.
    package var addressTypes = ["Hostname", "InternalDNS", "InternalIP", "ExternalDNS", "ExternalIP"]
    package var kubeletPort = 10250
    package var usesPortOfStatus = false
    package var isInsecure = false
    /// Files; empty for the authority of the pod's service account, and for a certificate of its own making.
    package var kubeletAuthority = "", certificate = "", key = ""
    package var kubeconfig = ""
    package init() {}

    /// Flags of logs and the like, which change nothing here.
    private static let ignored: Set = [
        "cert-dir", "v", "authentication-kubeconfig", "authorization-kubeconfig", "logtostderr", "bind-address", "shutdown-delay-duration",
        "tls-cipher-suites", "tls-min-version", "authorization-always-allow-paths", "requestheader-client-ca-file",
    ]

    /// - Throws: `FlagProblem` for words that are not known or values that are none.
    package init(_ arguments: [String]) throws(FlagProblem) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-") else { throw FlagProblem("unknown command \"\(word)\"") }
            let body = word.drop { $0 == "-" }
            let name = String(body.prefix { $0 != "=" })
            var value = body.contains("=") ? String(body.drop { $0 != "=" }.dropFirst()) : nil
            if value == nil, !name.hasPrefix("kubelet-use"), name != "kubelet-insecure-tls" { value = rest.popFirst() }
            try take(name, value)
        }
    }

    private mutating func take(_ name: String, _ value: String?) throws(FlagProblem) {
        let text = value ?? "true"
        let problem = FlagProblem("invalid argument \"\(text)\" for \"--\(name)\" flag")
        switch name {
        case "secure-port":
            guard let number = Int(text), 1...65535 ~= number else { throw problem }
            port = number
        case "kubelet-port":
            guard let number = Int(text), 1...65535 ~= number else { throw problem }
            kubeletPort = number
        case "metric-resolution":
            guard let duration = Self.duration(text), duration >= .seconds(10) else { throw problem }
            resolution = duration
        case "kubelet-preferred-address-types": addressTypes = text.split(separator: ",").map(String.init)
        case "kubelet-use-node-status-port": usesPortOfStatus = text == "true"
        case "kubelet-insecure-tls": isInsecure = text == "true"
        case "kubelet-certificate-authority": kubeletAuthority = text
        case "tls-cert-file": certificate = text
        case "tls-private-key-file": key = text
        case "kubeconfig": kubeconfig = text
        case _ where Self.ignored.contains(name): break
        default: throw FlagProblem("unknown flag: --\(name)")
        }
    }

    /// `15s`, `1m`, `1m30s`
    private static func duration(_ text: String) -> Duration? {
        var (total, digits) = (Duration.zero, "")
        for character in text {
            if character.isNumber {
                digits.append(character)
                continue
            }
            guard let number = Int(digits), let unit = ["h": 3600, "m": 60, "s": 1][character] else { return nil }
            (total, digits) = (total + .seconds(number * unit), "")
        }
        return digits.isEmpty ? total : nil
    }
}

/// Why metrics-server does not start.
package struct FlagProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
