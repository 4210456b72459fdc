import Documents

/// Why a plug-in did not do its work. Source: CNI specification 1.0.0, section 5, Error.
package struct CNIError: Error, Sendable, Hashable {
    /// Well-known codes; the plug-in's own begin at 100.
    package enum Code: Int, Sendable {
        case incompatibleVersion = 1
        case unsupportedField = 2
        case unknownContainer = 3
        case invalidEnvironment = 4
        case io = 5
        case decode = 6
        case invalidConfiguration = 7
        case tryAgain = 11
        case failed = 100
    }
    /// As the specification numbers it.
    package let code: Code
    /// What the runtime shows to the user.
    package let message: String
    init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

    func value(version: String) -> Value {
        ["cniVersion": .string(version), "code": .int(Int64(code.rawValue)), "msg": .string(message)]
    }
}

/// What the runtime asks: the environment and the network configuration from standard input.
struct CNIRequest {
    static let versions = ["0.3.0", "0.3.1", "0.4.0", "1.0.0"]
    let command: String
    let pod: PodInterface
    /// The path of the sandbox's network namespace; empty when it has gone.
    let namespace: String
    let config: Value
    let version: String

    /// - Throws: `CNIError` with the code that the specification gives.
    init(environment: [String: String], config: Value) throws(CNIError) {
        self.config = config
        version = config["cniVersion"].string ?? "0.3.0"
        guard let command = environment["CNI_COMMAND"] else { throw CNIError(.invalidEnvironment, "CNI_COMMAND env variable missing") }
        self.command = command
        guard command != "VERSION" else {
            (pod, namespace) = (PodInterface(container: "", name: "", podNamespace: "", podName: ""), "")
            return
        }
        guard Self.versions.contains(version) else {
            throw CNIError(.incompatibleVersion, "incompatible CNI versions; config is \"\(version)\", plugin supports \(Self.versions)")
        }
        let needed = command == "DEL" ? ["CNI_CONTAINERID", "CNI_IFNAME"] : ["CNI_CONTAINERID", "CNI_IFNAME", "CNI_NETNS"]
        let missing = needed.filter { environment[$0]?.isEmpty ?? true }
        guard missing.isEmpty else {
            throw CNIError(.invalidEnvironment, "required env variables [\(missing.joined(separator: ","))] missing")
        }
        var arguments: [String: String] = [:]
        for pair in (environment["CNI_ARGS"] ?? "").split(separator: ";") {
            let halves = pair.split(separator: "=", maxSplits: 1)
            if halves.count == 2 { arguments[String(halves[0])] = String(halves[1]) }
        }
        namespace = environment["CNI_NETNS"] ?? ""
        pod = PodInterface(
            container: environment["CNI_CONTAINERID"] ?? "", name: environment["CNI_IFNAME"] ?? "",
            podNamespace: arguments["K8S_POD_NAMESPACE"] ?? "", podName: arguments["K8S_POD_NAME"] ?? environment["CNI_CONTAINERID"] ?? "")
    }

    /// The host ports that the runtime wants.
    var hostPorts: [HostPort] { config["runtimeConfig"]["portMappings"].items.compactMap { HostPort($0) } }
    /// The socket of the address manager.
    var socketPath: String { config["socketPath"].string ?? PluginExchange.socketPath }
}
