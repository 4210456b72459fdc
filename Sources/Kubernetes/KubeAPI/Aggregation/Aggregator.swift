import Control
import Documents
import KubeModel
import Network
import Synchronization

/// What is known of the APIs that services in the cluster serve: their resources, as last told.
final class Aggregator: Sendable {
    /// How often services are asked whether they are there. Source: upstream's available controller resyncs every 30 s.
    static let interval: Duration = .seconds(5)
    static let patience: Duration = .seconds(5)
    private let resources = Mutex<[String: Value]>([:])

    /// The APIResourceList of a `group/version`; nil before it was seen.
    func resources(_ groupVersion: String) -> Value? { resources.withLock { $0[groupVersion] } }

    func learn(_ groupVersion: String, _ list: Value) { resources.withLock { $0[groupVersion] = list } }

    /// Forgets all that is not among `kept`.
    func keep(_ kept: Set<String>) { resources.withLock { $0 = $0.filter { kept.contains($0.key) } } }
}

extension APIServer {
    /// Looks after the aggregated APIs until cancelled.
    func superviseAggregation() async throws {
        while true {
            try await clock.sleep(for: Aggregator.interval)
            await checkAggregation()
        }
    }

    /// Asks every service once and writes what came of it into the `Available` conditions.
    /// Source: kube-aggregator, remote available controller.
    package func checkAggregation() async {
        let services = aggregatedServices()
        aggregator.keep(Set(services.map(\.groupVersion)))
        await withTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { await self.check(service) } }
        }
    }

    private func check(_ service: AggregatedService) async {
        var failure: UnavailableAPI?
        do throws(UnavailableAPI) {
            if let handler = configuration.localAPIs[service.groupVersion] {
                try await learn(service, from: handler)
            } else {
                try await learn(service, from: service.target(endpoint(of: service)))
            }
        } catch {
            failure = error
        }
        let condition: (status: String, reason: String, message: String) =
            failure.map { ("False", $0.reason, $0.message) } ?? ("True", "Passed", "all checks passed")
        await note(condition, on: service)
    }

    /// Asks for the API's resources, which shows as well that it answers.
    private func learn(_ service: AggregatedService, from target: DialTarget) async throws(UnavailableAPI) {
        let path = "/apis/\(service.groupVersion)"
        let url = target.url + path
        let user = UserInfo("system:kube-aggregator", groups: ["system:masters"])
        let request = HTTPRequest("GET", path, headers: ["accept": "application/json"])
        let asked = HTTPRequest("GET", path, headers: RequestHeader.headers(request, user))
        let answer: (status: Int, body: [UInt8])
        do throws(DialFailure) {
            answer = try await dial(target) { client in
                let response = try await client.send(asked, within: Aggregator.patience)
                return (response.status, try await response.body.collect(limit: 4 << 20))
            }
        } catch {
            let text = error.request(method: "GET", path: path)
            throw UnavailableAPI("FailedDiscoveryCheck", "failing or missing response from \(url): \(text)")
        }
        guard answer.status < 300, let list = try? JSON.parse(answer.body) else {
            let text = "bad status from \(url): \(answer.status)"
            throw UnavailableAPI("FailedDiscoveryCheck", "failing or missing response from \(url): \(text)")
        }
        aggregator.learn(service.groupVersion, list)
    }

    private func learn(_ service: AggregatedService, from handler: any HTTPHandler) async throws(UnavailableAPI) {
        let path = "/apis/\(service.groupVersion)"
        let answer = await handler.respond(to: HTTPRequest("GET", path, headers: ["accept": "application/json"]))
        guard answer.status == 200, case .bytes(let bytes) = answer.body, let list = try? JSON.parse(bytes) else {
            throw UnavailableAPI("FailedDiscoveryCheck", "bad status from \(path): \(answer.status)")
        }
        aggregator.learn(service.groupVersion, list)
    }

    private func note(_ condition: (status: String, reason: String, message: String), on service: AggregatedService) async {
        guard let info = kinds.find(apiVersion: "apiregistration.k8s.io/v1", plural: "apiservices") else { return }
        let options = WriteOptions(
            user: UserInfo("system:apiserver", groups: ["system:masters", "system:authenticated"]), fieldManager: "kube-apiserver")
        let target = Target(info, name: service.name, subresource: "status")
        let now = clock.now.text
        _ = try? await update(target, options, Warnings(), retries: Self.updateAttempts) { old in
            var others = old["status"]["conditions"].items.filter { $0["type"] != "Available" }
            let before = old["status"]["conditions"].items.first { $0["type"] == "Available" } ?? .null
            let changed = before["status"].string != condition.status
            let since = changed ? .string(now) : before["lastTransitionTime"]
            others.append([
                "type": "Available", "status": .string(condition.status), "lastTransitionTime": since,
                "reason": .string(condition.reason), "message": .string(condition.message),
            ])
            var new = old
            new["status"]["conditions"] = .array(others)
            return new
        }
    }
}
