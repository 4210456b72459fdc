import Control
import Documents
import KubeModel

/// What the scheduler knows of a pod: converted once from its document.
final class SchedulingPod: Sendable {
    /// A port on the host that a pod takes.
    struct HostPort: Sendable, Hashable {
        let address: String
        let networkProtocol: String
        let port: Int
        /// Whether both cannot be on one node.
        func conflicts(with other: HostPort) -> Bool {
            port == other.port && networkProtocol == other.networkProtocol
                && (address == other.address || address == "0.0.0.0" || other.address == "0.0.0.0")
        }
    }
    /// How the pod wants to be spread.
    struct Spread: Sendable {
        let counted: CountedPods
        let maxSkew: Int
        let minDomains: Int
        let required: Bool
        let countsTaintedNodes: Bool
        /// Whether pods count on nodes that the pod may not choose.
        let countsOtherNodes: Bool
    }
    /// Near which pods, or far from which, the pod wants to be.
    struct PodTerm: Sendable, Hashable {
        let selection: PodSelection
        let topologyKey: String
        let weight: Int
        /// The pods that it speaks of, by domain.
        var counted: CountedPods { CountedPods(selections: [selection], topologyKey: topologyKey, countsDeleting: true) }
    }

    let namespace: String
    let name: String
    let uid: String
    let key: String
    let labels: [String: String]
    let priority: Int
    let created: Timestamp
    let nodeName: String
    let isTerminated: Bool
    let isDeleting: Bool
    let isGated: Bool
    let schedulerName: String
    /// The node that it waits for, by its document; empty for none.
    let nominatedNode: String
    /// Whether it may take the place of pods of lower priority.
    let preempts: Bool
    /// The uid of its ReplicaSet, StatefulSet or ReplicationController, by which pods that nobody asked to spread are spread.
    let owner: String?
    let requests: Resources
    /// CPU and memory with the amounts that scoring assumes where nothing is asked for.
    let assumed: (cpu: Int, memory: Int)
    let ports: [HostPort]
    let nodeSelector: [(key: String, value: String)]
    let nodeTerms: [NodeTerm]?
    let preferredNodeTerms: [(weight: Int, term: NodeTerm)]
    let tolerations: [SchedulingToleration]
    let spreads: [Spread]
    let near: [PodTerm]
    let far: [PodTerm]
    let preferred: [PodTerm]

    init(_ document: Value) {
        let (metadata, spec) = (document["metadata"], document["spec"])
        let (namespace, labels) = (metadata["namespace"].string ?? "", metadata["labels"].strings)
        (self.namespace, self.labels) = (namespace, labels)
        name = metadata["name"].string ?? ""
        uid = metadata["uid"].string ?? ""
        key = PodFields.kind.key(namespace, name)
        priority = spec["priority"].int ?? 0
        created = metadata["creationTimestamp"].string.flatMap(Timestamp.init) ?? Timestamp(seconds: 0)
        nodeName = spec["nodeName"].string ?? ""
        isTerminated = ["Succeeded", "Failed"].contains(document["status"]["phase"].string ?? "")
        isDeleting = !metadata["deletionTimestamp"].isNull
        isGated = !spec["schedulingGates"].items.isEmpty
        nominatedNode = document["status"]["nominatedNodeName"].string ?? ""
        preempts = spec["preemptionPolicy"].string != "Never"
        schedulerName = spec["schedulerName"].string ?? "default-scheduler"
        let controller = metadata["ownerReferences"].items.first { $0["controller"].bool == true } ?? .null
        owner = SchedulingPod.spreadOwners.contains(controller["kind"].string ?? "") ? controller["uid"].string : nil
        requests = Resources(pod: spec)
        assumed = SchedulingPod.assumed(spec)
        ports = SchedulingPod.ports(spec)
        nodeSelector = spec["nodeSelector"].strings.map { ($0.key, $0.value) }
        let affinity = spec["affinity"]
        let nodes = affinity["nodeAffinity"]
        nodeTerms = nodes["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"].array?.map(NodeTerm.init)
        preferredNodeTerms = nodes["preferredDuringSchedulingIgnoredDuringExecution"].items.map {
            ($0["weight"].int ?? 0, NodeTerm($0["preference"]))
        }
        tolerations = spec["tolerations"].items.map(SchedulingToleration.init)
        let reader = TermReader(namespace: namespace, labels: labels)
        spreads = spec["topologySpreadConstraints"].items.map(reader.spread)
        near = reader.required(affinity["podAffinity"])
        far = reader.required(affinity["podAntiAffinity"])
        preferred = reader.preferred(affinity["podAffinity"], sign: 1) + reader.preferred(affinity["podAntiAffinity"], sign: -1)
    }

    /// Source: component-helpers, DefaultSelector: pods of Jobs and of daemon sets are not spread by default.
    private static let spreadOwners: Set = ["ReplicaSet", "StatefulSet", "ReplicationController"]

    /// Whether it needs a node from this scheduler.
    var isWaiting: Bool { nodeName.isEmpty && !isTerminated && !isDeleting && !isGated && schedulerName == "default-scheduler" }
    /// Whether it counts on its node as the other does.
    func counts(like other: SchedulingPod) -> Bool {
        uid == other.uid && labels == other.labels && isDeleting == other.isDeleting && requests == other.requests
    }
    /// Whether it takes up room on a node.
    var isAssigned: Bool { !nodeName.isEmpty && !isTerminated }
    /// The only nodes that it may be on, when each of its alternatives names some: pods of daemon sets do.
    var namedNodes: Set<String>? {
        guard let nodeTerms, !nodeTerms.isEmpty else { return nil }
        var names: Set<String> = []
        for term in nodeTerms {
            guard let some = term.names else { return nil }
            names.formUnion(some)
        }
        return names
    }
    func tolerates(_ taint: SchedulingTaint) -> Bool { tolerations.contains { $0.tolerates(taint) } }

    /// Source: kubernetes, scheduler util, DefaultMilliCPURequest and DefaultMemoryRequest.
    private static func assumed(_ spec: Value) -> (cpu: Int, memory: Int) {
        var (cpu, memory) = (0, 0)
        for container in spec["containers"].items {
            let requests = container["resources"]["requests"]
            cpu = Resources.bounded(cpu + Resources.bounded(Quantity(requests["cpu"])?.milli ?? 100))
            memory = Resources.bounded(memory + Resources.bounded(Quantity(requests["memory"])?.units ?? 200 << 20))
        }
        return (cpu, memory)
    }
    private static func ports(_ spec: Value) -> [HostPort] {
        let containers = spec["containers"].items + spec["initContainers"].items.filter { $0["restartPolicy"].string == "Always" }
        return containers.flatMap { container in
            container["ports"].items.compactMap { port in
                guard let number = port["hostPort"].int, number > 0 else { return nil }
                let address = port["hostIP"].string ?? ""
                return HostPort(
                    address: address.isEmpty ? "0.0.0.0" : address, networkProtocol: port["protocol"].string ?? "TCP", port: number)
            }
        }
    }
}
