/// The plans of all services, and the kernel's table as they make it.
package struct ProxyWriter {
    /// What the kernel has after the last script.
    package private(set) var table: RuleTable
    private(set) var plans: [String: ServicePlan] = [:]
    private(set) var healthPorts: [Int: HealthCheckedService] = [:]
    private var stale: [StaleConnections] = []

    package init(table: RuleTable) { self.table = table }

    /// Plans the services anew and returns the script that carries the difference to the kernel.
    package mutating func update(
        _ services: [(key: String, service: ProxyService?, endpoints: ProxyEndpoints)], node: ProxyNode, options: ServiceRuleOptions
    ) -> String {
        var changes: [String: RuleFragment?] = [:]
        for (key, service, endpoints) in services {
            let plan = service.map { ServicePlan($0, endpoints, node: node, options: options) }
            noteStale(plans[key]?.datagramFronts ?? [:], plan?.datagramFronts ?? [:])
            healthPorts = healthPorts.filter { $0.value.key != key }
            if let service, let plan, service.healthCheckNodePort > 0 {
                healthPorts[service.healthCheckNodePort] = HealthCheckedService(
                    namespace: service.namespace, name: service.name, localEndpoints: plan.localEndpoints)
            }
            changes[key] = .some(plan?.fragment)
            plans[key] = plan
        }
        return table.update(changes)
    }

    /// The connections that lead where nobody answers any more; each is told once.
    mutating func takeStale() -> [StaleConnections] {
        defer { stale = [] }
        return stale
    }

    /// Endpoints that went away, and fronts that had no endpoint and have one now.
    private mutating func noteStale(
        _ old: [ServicePlan.Front: Set<String>], _ new: [ServicePlan.Front: Set<String>]
    ) {
        for (front, endpoints) in old {
            let gone = endpoints.subtracting(new[front] ?? [])
            if !gone.isEmpty { stale.append(StaleConnections(front: front, endpoints: gone)) }
        }
        for (front, endpoints) in new where !endpoints.isEmpty && (old[front] ?? []).isEmpty {
            stale.append(StaleConnections(front: front, endpoints: nil))
        }
    }
}

/// Tracked connections to delete.
package struct StaleConnections: Sendable, Hashable {
    package var front: ServicePlan.Front
    /// The endpoints that they were sent to; nil means those that were never sent on.
    package var endpoints: Set<String>?
}

/// The kernel's table of tracked connections.
package protocol ConnectionTable: Sendable {
    /// Deletes what the values describe. - Throws: what the kernel refused.
    func delete(_ stale: [StaleConnections]) throws
}

/// A service with a health check node port.
struct HealthCheckedService: Sendable, Hashable {
    let namespace: String, name: String
    let localEndpoints: Int
    var key: String { "\(namespace)/\(name)" }
}
