import Control
import Documents

/// Makes checks of containers. Source: kubelet, pkg/probe.
struct Prober: Sendable {
    /// How much of an answer is shown. Source: pkg/probe's maxReadLength.
    private static let shown = 10_240
    let runtime: any ContainerRuntime
    let network: any ProbeNetwork

    func probe(_ run: ProbeRun) async -> ProbeOutcome {
        let probe = run.probe
        let seconds = max(1, probe["timeoutSeconds"].int ?? 1)
        let timeout = Duration.seconds(seconds)
        if let command = probe["exec"]["command"].array {
            return await execute(command.compactMap(\.string), run.container, seconds)
        }
        if probe["httpGet"].object != nil { return await get(probe["httpGet"], run.slot, run.address, timeout) }
        if probe["tcpSocket"].object != nil { return await connect(probe["tcpSocket"], run.slot, run.address, timeout) }
        if probe["grpc"].object != nil { return await health(probe["grpc"], run.address, seconds) }
        return .success("")
    }

    /// The network's part of a lifecycle hook.
    func hook(_ hook: Value, _ slot: ContainerSlot, address: String) async -> ProbeOutcome {
        if hook["httpGet"].object != nil { return await get(hook["httpGet"], slot, address, .seconds(60)) }
        return await connect(hook["tcpSocket"], slot, address, .seconds(60))
    }

    private func execute(_ command: [String], _ container: String, _ seconds: Int) async -> ProbeOutcome {
        do throws(RuntimeError) {
            let outcome = try await runtime.execute(command, in: container, timeout: .seconds(seconds))
            let output = String(decoding: (outcome.output + outcome.error).prefix(Self.shown), as: UTF8.self)
            return outcome.exitCode == 0 ? .success(output) : .failure(output)
        } catch {
            switch error {
            case .timedOut:
                return .failure("command timed out: \"\(command.joined(separator: " "))\" timed out after \(seconds)s")
            default: return .unknown(error.text)
            }
        }
    }

    private func get(_ action: Value, _ slot: ContainerSlot, _ address: String, _ timeout: Duration) async -> ProbeOutcome {
        guard let port = Self.port(action["port"], slot) else { return .unknown("couldn't find port: \(JSON.text(action["port"]))") }
        let host = action["host"].string.flatMap { $0.isEmpty ? nil : $0 } ?? address
        var path = action["path"].string ?? "/"
        if !path.hasPrefix("/") { path = "/" + path }
        var headers = ["user-agent": "kube-probe/1.36", "accept": "*/*"]
        for header in action["httpHeaders"].items {
            let name = (header["name"].string ?? "").lowercased()
            if header["value"].string == "", name == "accept" || name == "user-agent" {
                headers[name] = nil
            } else {
                headers[name] = header["value"].string ?? ""
            }
        }
        let target = HTTPProbeTarget(
            isSecure: action["scheme"].string?.uppercased() == "HTTPS", host: host, port: port, path: path, headers: headers)
        do throws(ProbeNetworkError) {
            let (status, body) = try await network.get(target, timeout: timeout)
            return 200..<400 ~= status ? .success(body) : .failure("HTTP probe failed with statuscode: \(status)")
        } catch {
            switch error {
            case .timedOut:
                return .failure(
                    "Get \"\(target.url)\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)")
            case .failed(let text), .refused(_, let text): return .failure("Get \"\(target.url)\": \(text)")
            }
        }
    }

    private func connect(_ action: Value, _ slot: ContainerSlot, _ address: String, _ timeout: Duration) async -> ProbeOutcome {
        guard let port = Self.port(action["port"], slot) else { return .unknown("couldn't find port: \(JSON.text(action["port"]))") }
        let host = action["host"].string.flatMap { $0.isEmpty ? nil : $0 } ?? address
        do throws(ProbeNetworkError) {
            try await network.connect(host: host, port: port, timeout: timeout)
            return .success("")
        } catch {
            switch error {
            case .timedOut: return .failure("dial tcp \(host):\(port): i/o timeout")
            case .failed(let text), .refused(_, let text): return .failure(text)
            }
        }
    }

    private func health(_ action: Value, _ address: String, _ seconds: Int) async -> ProbeOutcome {
        let port = action["port"].int ?? 0
        do throws(ProbeNetworkError) {
            let service = action["service"].string ?? ""
            let status = try await network.health(host: address, port: port, service: service, timeout: .seconds(seconds))
            let names = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]
            let name = names.indices.contains(status) ? names[status] : String(status)
            return status == 1 ? .success("service healthy") : .failure("service unhealthy (responded with \"\(name)\")")
        } catch {
            switch error {
            case .timedOut:
                return .failure(
                    "timeout: failed to connect service \"\(address):\(port)\" within \(seconds)s: context deadline exceeded")
            case .failed(let text): return .failure("error: failed to connect service at \"\(address):\(port)\": \(text)")
            case .refused(code: "Unimplemented", let text):
                return .failure("error: this server does not implement the grpc health protocol (grpc.health.v1.Health): \(text)")
            case .refused(let code, let text): return .failure("error: health rpc probe failed: rpc error: code = \(code) desc = \(text)")
            }
        }
    }

    /// A number, or the name of one of the container's ports.
    static func port(_ port: Value, _ slot: ContainerSlot) -> Int? {
        if let number = port.int { return (1...65_535).contains(number) ? number : nil }
        guard let name = port.string else { return nil }
        if let named = slot.spec["ports"].items.first(where: { $0["name"].string == name })?["containerPort"].int { return named }
        return Int(name)
    }
}
