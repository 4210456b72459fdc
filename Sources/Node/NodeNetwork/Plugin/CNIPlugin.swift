import Documents
import Glibc
import Linux

/// The CNI plug-ins `aws-cni` and `loopback`: one request from the container runtime, one answer. Blocking, without event loops.
package enum CNIPlugin {
    /// Waits so long for the address manager.
    private static let timeoutSeconds = 10

    /// Serves the request that environment and standard input make.
    /// - Parameters:
    ///   - program: `aws-cni` or `loopback`.
    ///   - nodeNamespace: the node's network namespace; nil for the process's own.
    /// - Returns: what goes to standard output, and the exit status.
    package static func run(
        program: String, environment: [String: String], input: [UInt8], nodeNamespace: String? = nil
    ) -> (output: [UInt8], status: Int32) {
        var version = "1.0.0"
        do throws(CNIError) {
            let config: Value
            do { config = try JSON.parse(input) } catch { throw CNIError(.decode, "cannot decode the network configuration: \(error)") }
            version = config["cniVersion"].string ?? version
            let request = try CNIRequest(environment: environment, config: config)
            let answer: Value?
            switch request.command {
            case "VERSION":
                answer = ["cniVersion": .string(version), "supportedVersions": .array(CNIRequest.versions.map { .string($0) })]
            case "ADD": answer = program == "loopback" ? try loopback(request) : try add(request, nodeNamespace)
            case "DEL":
                if program != "loopback" { try delete(request, nodeNamespace) }
                answer = nil
            case "CHECK":
                if program != "loopback" { try check(request, nodeNamespace) }
                answer = nil
            default: throw CNIError(.invalidEnvironment, "unknown CNI_COMMAND: \(request.command)")
            }
            return (answer.map(JSON.encode) ?? [], 0)
        } catch {
            return (JSON.encode(error.value(version: version)), 1)
        }
    }

    /// Serves the process's own environment and standard input; the exit status.
    package static func main(program: String, environment: [String: String]) -> Int32 {
        var input: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while input.count < 1 << 20 {
            let count = part.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            input += part[..<count]
        }
        let (output, status) = run(program: program, environment: environment, input: input)
        var rest = output[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count <= 0 { return 1 }
            rest = rest.dropFirst(count)
        }
        return status
    }

    private static func add(_ request: CNIRequest, _ node: String?) throws(CNIError) -> Value {
        let wish = PluginExchange.Request(command: "add", pod: request.pod, hostPorts: request.hostPorts)
        let (status, answer) = try UnixRequest.post("/add", to: request.socketPath, wish.value, timeoutSeconds: timeoutSeconds)
        guard status == 200, let grant = PluginExchange.Grant(answer) else {
            throw CNIError(.failed, answer["message"].string ?? "add cmd: failed to assign an IP address to container")
        }
        do {
            let wiring = try PodWiring(pod: request.pod, nodeNamespace: node)
            let macs = try wiring.connect(grant, namespace: request.namespace)
            return result(request, grant, macs)
        } catch {
            _ = try? UnixRequest.post("/del", to: request.socketPath, wish.value, timeoutSeconds: timeoutSeconds)
            throw CNIError(.failed, "add command: failed to setup network: \(error)")
        }
    }

    /// Source: CNI specification, section 5, Success.
    private static func result(_ request: CNIRequest, _ grant: PluginExchange.Grant, _ macs: (node: MACAddress, pod: MACAddress)) -> Value {
        var address: Value = ["address": .string("\(grant.address)/32"), "interface": 1]
        if request.version.hasPrefix("0.") { address["version"] = "4" }
        return [
            "cniVersion": .string(request.version),
            "interfaces": [
                ["name": .string(request.pod.hostName), "mac": .string("\(macs.node)")],
                ["name": .string(request.pod.name), "mac": .string("\(macs.pod)"), "sandbox": .string(request.namespace)],
            ],
            "ips": [address], "routes": [["dst": "0.0.0.0/0", "gw": .string("\(PodWiring.gateway)")]], "dns": [:],
        ]
    }

    /// Frees what the sandbox has. Without the address manager the kernel's part goes all the same; the manager finds the rest later.
    private static func delete(_ request: CNIRequest, _ node: String?) throws(CNIError) {
        let wish = PluginExchange.Request(command: "del", pod: request.pod)
        var addresses = request.config["prevResult"]["ips"].items.compactMap { item in
            item["address"].string.flatMap { IPv4Prefix($0)?.address }
        }
        if let (_, answer) = try? UnixRequest.post("/del", to: request.socketPath, wish.value, timeoutSeconds: timeoutSeconds),
            let grant = PluginExchange.Grant(answer)
        {
            addresses.append(grant.address)
        }
        do {
            try PodWiring(pod: request.pod, nodeNamespace: node).disconnect(addresses)
        } catch {
            throw CNIError(.failed, "del command: failed to tear down the network: \(error)")
        }
    }

    private static func check(_ request: CNIRequest, _ node: String?) throws(CNIError) {
        let wish = PluginExchange.Request(command: "check", pod: request.pod)
        let (status, answer) = try UnixRequest.post("/check", to: request.socketPath, wish.value, timeoutSeconds: timeoutSeconds)
        guard status == 200, let grant = PluginExchange.Grant(answer) else {
            throw CNIError(.unknownContainer, "the address manager knows nothing of container \(request.pod.container)")
        }
        do {
            try PodWiring(pod: request.pod, nodeNamespace: node).check(grant.address, namespace: request.namespace)
        } catch let error as CNIError {
            throw error
        } catch {
            throw CNIError(.failed, "\(error)")
        }
    }

    /// Containerd calls the plug-in `loopback` for every sandbox.
    private static func loopback(_ request: CNIRequest) throws(CNIError) -> Value {
        do {
            try Netlink(namespace: request.namespace).changeLink(request.pod.name, LinkSettings(isUp: true))
        } catch {
            throw CNIError(.failed, "\(error)")
        }
        var address: Value = ["address": "127.0.0.1/8", "interface": 0]
        if request.version.hasPrefix("0.") { address["version"] = "4" }
        return [
            "cniVersion": .string(request.version),
            "interfaces": [["name": .string(request.pod.name), "mac": "00:00:00:00:00:00", "sandbox": .string(request.namespace)]],
            "ips": [address], "dns": [:],
        ]
    }
}
