import Control
import Documents

extension ComputedCells {
    static let cluster: [String: Cell] = [
        "nodeStatus": { node, _ in
            let ready = node["status"]["conditions"].items.first { $0["type"] == "Ready" }
            let text = ready.map { $0["status"] == "True" ? "Ready" : "NotReady" } ?? "Unknown"
            return .string(node["spec"]["unschedulable"] == true ? "\(text),SchedulingDisabled" : text)
        },
        "nodeRoles": { node, _ in
            var roles: Set<String> = []
            for (key, value) in node["metadata"]["labels"].strings {
                if key.hasPrefix("node-role.kubernetes.io/") { roles.insert(String(key.dropFirst(24))) }
                if key == "kubernetes.io/role" { roles.insert(value) }
            }
            roles.remove("")
            return .string(roles.isEmpty ? "<none>" : roles.sorted().joined(separator: ","))
        },
        "internalIP": { node, _ in address(node, "InternalIP") },
        "nodeExternalIP": { node, _ in address(node, "ExternalIP") },
        "configData": { object, _ in .int(Int64((object["data"].object?.count ?? 0) + (object["binaryData"].object?.count ?? 0))) },
        "eventLast": { event, now in
            let last = HumanDuration.since(event["lastTimestamp"].string, now: now)
            let series = HumanDuration.since(event["series"]["lastObservedTime"].string, now: now)
            return .string(series ?? last ?? first(event, now))
        },
        "eventFirst": { event, now in .string(first(event, now)) },
        "eventCount": { event, _ in .int(Int64(event["series"]["count"].int ?? max(1, event["count"].int ?? 1))) },
        "eventObject": { event, _ in
            let kind = (event["involvedObject"]["kind"].string ?? "").lowercased()
            guard let name = event["involvedObject"]["name"].string, !name.isEmpty else { return .string(kind) }
            return .string("\(kind)/\(name)")
        },
        "eventSource": { event, _ in
            let component = event["source"]["component"].string ?? event["reportingComponent"].string ?? ""
            let host = event["source"]["host"].string ?? event["reportingInstance"].string ?? ""
            return .string(host.isEmpty ? component : "\(component), \(host)")
        },
        "eventMessage": { event, _ in .string((event["message"].string ?? "").trimmingSpaces) },
        "quotaRequests": { quota, _ in .string(quotas(quota) { !$0.hasPrefix("limits") }) },
        "quotaLimits": { quota, _ in .string(quotas(quota) { $0.hasPrefix("limits") }) },
        "componentStatus": { object, _ in component(object)["status"] == "True" ? "Healthy" : "Unhealthy" },
        "componentMessage": { object, _ in .string(component(object)["message"].string ?? "") },
        "componentError": { object, _ in .string(component(object)["error"].string ?? "") },
        "serviceReference": { object, _ in
            let service = object["spec"]["service"]
            return service.isNull ? "Local" : .string("\(service["namespace"].string ?? "")/\(service["name"].string ?? "")")
        },
        "apiAvailable": { object, _ in
            guard let condition = object["status"]["conditions"].items.first(where: { $0["type"] == "Available" }) else { return "Unknown" }
            let status = condition["status"].string ?? "Unknown"
            return .string(status == "True" ? status : "\(status) (\(condition["reason"].string ?? ""))")
        },
    ]

    private static func address(_ node: Value, _ type: String) -> Value {
        let found = node["status"]["addresses"].items.first { $0["type"].string == type }
        return .string(found?["address"].string ?? "<none>")
    }
    private static func first(_ event: Value, _ now: Timestamp) -> String {
        HumanDuration.since(event["firstTimestamp"].string, now: now) ?? HumanDuration.since(event["eventTime"].string, now: now)
            ?? "<unknown>"
    }
    private static func component(_ object: Value) -> Value { object["conditions"].items.first { $0["type"] == "Healthy" } ?? .null }
    private static func quotas(_ quota: Value, _ wanted: (String) -> Bool) -> String {
        quota["status"]["hard"].strings.filter { wanted($0.key) }.sorted { $0.key < $1.key }.map { resource, hard in
            "\(resource): \(quota["status"]["used"][resource].string ?? "0")/\(hard)"
        }.joined(separator: ", ")
    }
}
