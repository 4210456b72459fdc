import Documents
import KubeModel

/// The claim that is made for what a pod asks of devices by extended resources, as each node needs it: what device plugins offer there
/// is not claimed. Source: KEP-5004; DynamicResources, filterExtendedResources.
final class ExtendedClaim {
    /// The claim for nodes that lack the same resources.
    struct Variant {
        let requests: [ExtendedAsks.Request]
        let mappings: [ExtendedAsks.Mapping]
        /// The pod's other claims and this one, which comes last.
        let demand: DeviceDemand
    }
    private let pod: SchedulingPod
    private let classes: [String: String]
    private var variants: [[String]: Variant] = [:]
    /// The claim that an earlier attempt has left behind, by its path.
    let leftover: String?
    static let annotation = "resource.kubernetes.io/extended-resource-claim"

    /// - Returns: nil for a pod that asks for nothing that a class of devices stands for.
    init?(_ pod: SchedulingPod, _ book: DeviceBook) {
        guard pod.shape.asks.names.contains(where: { book.extended[$0] != nil }) else { return nil }
        (self.pod, classes, leftover) = (pod, book.extended, book.leftovers[pod.uid.text])
    }

    /// Why the node cannot take the pod whatever devices it has; nil when it might.
    func objection(_ node: SchedulingNode) -> String? {
        if leftover != nil { return "cannot schedule extended resource claim" }
        let isForeign = pod.shape.asks.names.contains { classes[$0] == nil && node.allocatable.extended[$0] == nil }
        return isForeign ? "cannot fit resource" : nil
    }
    /// The claim for the node besides the pod's others; nil when the node has the resources otherwise.
    func variant(_ node: SchedulingNode, _ others: [DeviceBook.Claim], _ book: DeviceBook) -> Variant? {
        let missing = pod.shape.asks.names.filter { classes[$0] != nil && node.allocatable.extended[$0] ?? 0 == 0 }
        if missing.isEmpty { return nil }
        if let known = variants[missing] { return known }
        let (requests, mappings) = pod.shape.asks.requests(missing, classes)
        let claim = DeviceBook.Claim(
            path: "\(pod.namespace)/<extended-resources>", uid: "",
            requests: requests.map { request in
                [
                    DeviceBook.Request(
                        name: request.name, className: request.className, selectors: [], count: request.count, isAdministrative: false,
                        tolerations: [], capacities: [])
                ]
            })
        let variant = Variant(requests: requests, mappings: mappings, demand: DeviceDemand(others + [claim], book.classes))
        variants[missing] = variant
        return variant
    }
}

extension DevicePlan {
    /// A claim that is to be made for a pod.
    struct Creation: Sendable, Equatable {
        let requests: [ExtendedAsks.Request]
        let mappings: [ExtendedAsks.Mapping]

        /// The path of a new claim for the pod, which ends in five characters. Source: apiserver, names.SimpleNameGenerator.
        static func path(_ pod: SchedulingPod, _ suffix: String) -> String {
            "\(pod.namespace)/\(prefix(pod.name).prefix(58))\(suffix)"
        }
        private static func prefix(_ pod: String) -> String { "\(pod)-extended-resources-" }

        /// The document of the claim. Source: DynamicResources, preFilterExtendedResources.
        func claim(_ path: String, for pod: SchedulingPod) -> Value {
            let owner: Value = [
                "apiVersion": "v1", "kind": "Pod", "name": .string(pod.name), "uid": .string(pod.uid.text), "controller": true,
            ]
            let metadata: Value = [
                "name": .string(String(path.dropFirst(pod.namespace.utf8.count + 1))), "generateName": .string(Self.prefix(pod.name)),
                "namespace": .string(pod.namespace), "annotations": .object(Object([.init(ExtendedClaim.annotation, "true")])),
                "ownerReferences": [owner],
            ]
            let requests: [Value] = requests.map { request in
                let exactly: Value = [
                    "deviceClassName": .string(request.className), "allocationMode": "ExactCount", "count": .int(Int64(request.count)),
                ]
                return ["name": .string(request.name), "exactly": exactly]
            }
            return [
                "apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": metadata,
                "spec": ["devices": ["requests": .array(requests)]],
            ]
        }
        /// What the pod's status says of the claim; containers are named as the pod's spec does.
        func status(_ path: String, spec: Value) -> Value {
            let containers = spec["initContainers"].items + spec["containers"].items
            let mappings: [Value] = mappings.compactMap { mapping in
                guard containers.indices.contains(mapping.container) else { return nil }
                return [
                    "containerName": containers[mapping.container]["name"], "resourceName": .string(mapping.resource),
                    "requestName": .string(mapping.request),
                ]
            }
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            return ["requestMappings": .array(mappings), "resourceClaimName": .string(name)]
        }
    }
}
