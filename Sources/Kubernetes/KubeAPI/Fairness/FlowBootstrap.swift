import Documents
import KubeModel
package import Reconcile
package import Storage

/// The flow schemas and priority levels that a cluster begins with. Source: upstream's mandatory and suggested flow-control configuration.
package enum FlowBootstrap {
    static let prefix = "flowcontrol.apiserver.k8s.io/"
    private static let apiVersion = "flowcontrol.apiserver.k8s.io/v1"
    static let levelKind = Kind(
        group: "flowcontrol.apiserver.k8s.io", version: "v1", "PriorityLevelConfiguration", prefix: prefix + "prioritylevelconfigurations/",
        namespaced: false)
    static let schemaKind = Kind(
        group: "flowcontrol.apiserver.k8s.io", version: "v1", "FlowSchema", prefix: prefix + "flowschemas/", namespaced: false)

    /// Name, shares, lendable percentage, and where requests queue: queues, hand size, queue length.
    private static let levels = """
        exempt 0 0 -
        catch-all 5 0 reject
        system 30 33 64 6 50
        node-high 40 25 64 6 50
        leader-election 10 0 16 4 50
        workload-high 40 50 128 6 50
        workload-low 100 90 128 6 50
        global-default 20 50 128 6 50
        """

    /// Name, level, precedence, distinguisher, subjects, and rules: `all`, or `verbs:group:resources` (`N` behind it for namespaces alone),
    /// or `paths` with the verb and the paths. Subjects are `g:` groups, `u:` users, `s:` service accounts of kube-system.
    private static let schemas = """
        exempt exempt 1 - g:system:masters all
        probes exempt 2 - g:system:unauthenticated,g:system:authenticated paths:get:/healthz,/readyz,/livez
        system-leader-election leader-election 100 ByUser u:system:kube-controller-manager,u:system:kube-scheduler get,create,update:coordination.k8s.io:leases:N
        endpoint-controller workload-high 150 ByUser u:system:kube-controller-manager,s:endpoint-controller,s:endpointslicemirroring-controller get,create,update::endpoints:N
        workload-leader-election leader-election 200 ByUser s:* get,create,update:coordination.k8s.io:leases:N
        system-node-high node-high 400 ByUser g:system:nodes *::nodes,nodes/status *:coordination.k8s.io:leases
        system-nodes system 500 ByUser g:system:nodes all
        kube-controller-manager workload-high 800 ByNamespace u:system:kube-controller-manager all
        kube-scheduler workload-high 800 ByNamespace u:system:kube-scheduler all
        kube-system-service-accounts workload-high 900 ByNamespace s:* all
        service-accounts workload-low 9000 ByUser g:system:serviceaccounts all
        global-default global-default 9900 ByUser g:system:unauthenticated,g:system:authenticated all
        catch-all catch-all 10000 ByUser g:system:unauthenticated,g:system:authenticated all
        """

    /// The documents, levels first.
    static let documents: [(kind: Kind, document: Value)] =
        levels.split(separator: "\n").map { (levelKind, level($0.split(separator: " ").map(String.init))) }
        + schemas.split(separator: "\n").map { (schemaKind, schema($0.split(separator: " ").map(String.init))) }

    /// Creates what is missing. Doing it twice changes nothing.
    /// - Throws: `ChangeError`.
    package static func reconcile(_ snapshot: Snapshot, writer: any ChangeWriter) async throws {
        for (kind, document) in documents where snapshot.get(kind.key(of: document)) == nil {
            do { _ = try await writer.apply(.create(kind, document), by: "cluster-bootstrap") } catch ChangeError.alreadyExists { continue }
        }
    }

    private static func metadata(_ name: String) -> Value {
        ["name": .string(name), "annotations": ["apf.kubernetes.io/autoupdate-spec": "true"]]
    }
    private static func number(_ text: String) -> Value { .int(Int64(text) ?? 0) }

    private static func level(_ words: [String]) -> Value {
        var spec: Value = ["nominalConcurrencyShares": number(words[1]), "lendablePercent": number(words[2])]
        guard words[3] != "-" else {
            return [
                "apiVersion": .string(apiVersion), "kind": "PriorityLevelConfiguration", "metadata": metadata(words[0]),
                "spec": ["type": "Exempt", "exempt": spec],
            ]
        }
        spec["limitResponse"] =
            words[3] == "reject"
            ? ["type": "Reject"]
            : [
                "type": "Queue",
                "queuing": ["queues": number(words[3]), "handSize": number(words[4]), "queueLengthLimit": number(words[5])],
            ]
        return [
            "apiVersion": .string(apiVersion), "kind": "PriorityLevelConfiguration", "metadata": metadata(words[0]),
            "spec": ["type": "Limited", "limited": spec],
        ]
    }

    private static func schema(_ words: [String]) -> Value {
        var rule: Value = ["subjects": .array(words[4].split(separator: ",").map { subject(String($0)) })]
        var (resources, paths): ([Value], [Value]) = ([], [])
        for word in words.dropFirst(5) {
            let parts = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            if word == "all" {
                resources.append(resource(["*"], ["*"], ["*"], cluster: true))
                paths.append(["verbs": ["*"], "nonResourceURLs": ["*"]])
            } else if parts[0] == "paths" {
                paths.append(["verbs": list(parts[1]), "nonResourceURLs": list(parts[2])])
            } else {
                resources.append(resource(list(parts[0]), [.string(parts[1])], list(parts[2]), cluster: parts.count == 3))
            }
        }
        if !resources.isEmpty { rule["resourceRules"] = .array(resources) }
        if !paths.isEmpty { rule["nonResourceRules"] = .array(paths) }
        var spec: Value = [
            "priorityLevelConfiguration": ["name": .string(words[1])], "matchingPrecedence": number(words[2]), "rules": [rule],
        ]
        if words[3] != "-" { spec["distinguisherMethod"] = ["type": .string(words[3])] }
        return ["apiVersion": .string(apiVersion), "kind": "FlowSchema", "metadata": metadata(words[0]), "spec": spec]
    }

    private static func list(_ text: String) -> Value { .array(text.split(separator: ",").map { .string(String($0)) }) }
    private static func resource(_ verbs: Value, _ groups: Value, _ resources: Value, cluster: Bool) -> Value {
        var rule: Value = ["verbs": verbs, "apiGroups": groups, "resources": resources, "namespaces": ["*"]]
        if cluster { rule["clusterScope"] = true }
        return rule
    }
    private static func subject(_ text: String) -> Value {
        let name = Value.string(String(text.dropFirst(2)))
        switch text.first {
        case "g": return ["kind": "Group", "group": ["name": name]]
        case "u": return ["kind": "User", "user": ["name": name]]
        default: return ["kind": "ServiceAccount", "serviceAccount": ["namespace": "kube-system", "name": name]]
        }
    }
}
