import Documents
import KubeModel

/// What a pod's containers ask for by resources that devices may stand for. Source: KEP-5004, DRA extended resource.
struct ExtendedAsks: Sendable {
    struct Amount: Sendable {
        /// The resource's place among all that the container asks for, by name.
        let place: Int
        let count: Int
    }
    struct Container: Sendable {
        /// Whether it ends before the containers begin: an init container that is no sidecar.
        let isBrief: Bool
        let amounts: [String: Amount]
    }
    /// One request of the claim that is made for the pod.
    struct Request: Sendable, Equatable {
        let name: String
        let className: String
        var count: Int
    }
    /// Which request a container's resource is served by; the container by its place, init containers first.
    struct Mapping: Sendable, Equatable {
        let container: Int
        let resource: String
        var request: String
    }
    /// Init containers first.
    private let containers: [Container]
    /// The resources, sorted.
    let names: [String]
    var isEmpty: Bool { names.isEmpty }

    init(_ spec: Value) {
        let lists = [(spec["initContainers"].items, true), (spec["containers"].items, false)]
        containers = lists.flatMap { list, isInitial in
            list.map {
                Container(isBrief: isInitial && $0["restartPolicy"] != "Always", amounts: Self.amounts($0["resources"]["requests"]))
            }
        }
        names = Set(containers.flatMap(\.amounts.keys)).sorted()
    }
    private static func amounts(_ requests: Value) -> [String: Amount] {
        let all = (requests.object ?? [:]).map(\.key)
        guard all.contains(where: ExtendedResources.mayBeDevices) else { return [:] }
        var amounts: [String: Amount] = [:]
        for (place, name) in all.sorted().enumerated() where ExtendedResources.mayBeDevices(name) {
            guard let count = Quantity(requests[name])?.units, count > 0 else { continue }
            amounts[name] = Amount(place: place, count: Resources.bounded(count))
        }
        return amounts
    }

    /// What is asked of devices when these resources are to come from classes of them. Init containers that end use what later
    /// containers will have, and one set of further devices together. Source: DynamicResources, createRequestsAndMappings.
    func requests(_ resources: [String], _ classes: [String: String]) -> (requests: [Request], mappings: [Mapping]) {
        var (requests, mappings) = ([Request](), [Mapping]())
        for resource in resources {
            guard let className = classes[resource] else { continue }
            let own = containers.enumerated().map { index, container in
                container.amounts[resource].map { amount in
                    Request(name: "container-\(index)-request-\(amount.place)", className: className, count: amount.count)
                }
            }
            let lasting = own.indices.filter { !containers[$0].isBrief }
            mappings += lasting.compactMap { index in
                own[index].map { Mapping(container: index, resource: resource, request: $0.name) }
            }
            requests += lasting.compactMap { own[$0] }
            addBrief(resource, own, lasting, &requests, &mappings)
        }
        return (requests.sorted { $0.name < $1.name }, mappings)
    }
    private func addBrief(
        _ resource: String, _ own: [Request?], _ lasting: [Int], _ requests: inout [Request], _ mappings: inout [Mapping]
    ) {
        var most: Request?
        // Places in `mappings` of what is to be served by the largest request.
        var further: [Int] = []
        for index in own.indices where containers[index].isBrief {
            guard var request = own[index] else { continue }
            for later in lasting where later > index {
                guard request.count > 0, let lent = own[later] else { continue }
                request.count -= lent.count
                mappings.append(Mapping(container: index, resource: resource, request: lent.name))
            }
            guard request.count > 0 else { continue }
            further.append(mappings.count)
            mappings.append(Mapping(container: index, resource: resource, request: request.name))
            if request.count > most?.count ?? 0 { most = request }
        }
        guard let most else { return }
        requests.append(most)
        for place in further { mappings[place].request = most.name }
    }
}
