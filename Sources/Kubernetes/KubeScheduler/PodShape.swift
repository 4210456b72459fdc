import Documents
import KubeModel

/// What a pod asks of its node and its company: all of its template that scheduling reads. Pods of one template share one.
///
/// The places of its terms belong to one `ClusterState` and are touched by its task alone.
final class PodShape: @unchecked Sendable {
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
        var topologyKey: String { counted.topologyKey }
    }
    /// Near which pods, or far from which, the pod wants to be.
    struct PodTerm: Sendable, Hashable {
        let selection: PodSelection
        let topologyKey: String
        let weight: Int
        /// The pods that it speaks of, by domain.
        var counted: CountedPods { CountedPods(selections: [selection], topologyKey: topologyKey, countsDeleting: true) }
    }

    let schedulerName: String
    let priority: Int
    /// Whether it may take the place of pods of lower priority.
    let preempts: Bool
    let requests: Resources
    /// What of it devices may stand for, by container.
    let asks: ExtendedAsks
    /// CPU and memory with the amounts that scoring assumes where nothing is asked for.
    let assumed: (cpu: Int, memory: Int)
    let ports: [HostPort]
    /// The images of its containers, with a tag or digest.
    let images: [String]
    /// What its node must declare that it can do.
    let features: [String]
    let nodeSelector: [(key: String, value: String)]
    let nodeTerms: [NodeTerm]?
    let preferredNodeTerms: [(weight: Int, term: NodeTerm)]
    let tolerations: [SchedulingToleration]
    let spreads: [Spread]
    let near: [PodTerm]
    let far: [PodTerm]
    let preferred: [PodTerm]
    /// Where its terms stand in the tables of the cluster state.
    var farPlaces = KnownMatches()
    var wishPlaces = KnownMatches()

    /// Reads a pod's spec; `labels` are the pod's, which `matchLabelKeys` refers to, `allocated` what a node holds for it already.
    init(_ spec: Value, namespace: String, labels: [String: String], allocated: Allocation) {
        schedulerName = spec["schedulerName"].string ?? "default-scheduler"
        priority = spec["priority"].int ?? 0
        preempts = spec["preemptionPolicy"].string != "Never"
        requests = Resources(pod: spec, allocated: allocated)
        asks = ExtendedAsks(spec)
        assumed = Resources.assumed(spec, allocated)
        ports = PodShape.ports(spec)
        images = spec["containers"].items.compactMap { $0["image"].string }.map(PodShape.normalized)
        features = PodShape.features(spec)
        nodeSelector = spec["nodeSelector"].strings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let affinity = spec["affinity"]
        let nodes = affinity["nodeAffinity"]
        nodeTerms = nodes["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"].array?.map(NodeTerm.init)
        preferredNodeTerms = nodes["preferredDuringSchedulingIgnoredDuringExecution"].items.map {
            ($0["weight"].int ?? 0, NodeTerm($0["preference"]))
        }
        tolerations = spec["tolerations"].items.map(SchedulingToleration.init)
        let reader = TermReader(
            namespace: namespace, labels: labels, nodeSelector: nodeSelector.map { [$0.key, $0.value] }, nodeTerms: nodeTerms,
            tolerations: tolerations)
        spreads = reader.spreads(spec["topologySpreadConstraints"].items)
        near = reader.required(affinity["podAffinity"])
        far = reader.required(affinity["podAntiAffinity"])
        preferred = reader.preferred(affinity["podAffinity"], sign: 1) + reader.preferred(affinity["podAntiAffinity"], sign: -1)
    }

    /// The only nodes that it may be on, when each of its alternatives names some.
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
    /// Source: component-helpers, nodedeclaredfeatures, InferForPodScheduling.
    private static func features(_ spec: Value) -> [String] {
        let rules = (spec["containers"].items + spec["initContainers"].items).flatMap { $0["restartPolicyRules"].items }
        return rules.contains { $0["action"].string == "RestartAllContainers" } ? ["RestartAllContainersOnContainerExits"] : []
    }
    /// The image's name as nodes report it. Source: ImageLocality, normalizedImageName.
    static func normalized(_ image: String) -> String {
        let last = image.utf8.lastIndex(of: UInt8(ascii: "/")) ?? image.startIndex
        return image[last...].contains(":") ? image : image + ":latest"
    }
}
