import Documents
import KubeModel

/// What a status of a ResourceClaim takes besides leave to write it: devices are given by who may bind, and told of by their drivers.
/// Source: registry/resource, AuthorizedForBinding and AuthorizedForDeviceStatus.
struct ClaimAccess {
    private let options: WriteOptions
    private let namespace: String
    private let authority: AuthorizerChain

    /// - Returns: nil for writes of anything but a claim's status.
    init?(_ target: Target, _ options: WriteOptions, _ authority: AuthorizerChain) {
        guard target.subresource == "status", target.info.resource == "resourceclaims.resource.k8s.io" else { return nil }
        (self.options, namespace, self.authority) = (options, target.namespace, authority)
    }

    func errors(_ new: Value, old: Value) -> [FieldError] {
        let (new, old) = (new["status"], old["status"])
        var errors: [FieldError] = []
        if new["allocation"] != old["allocation"] || new["reservedFor"].items != old["reservedFor"].items,
            let refusal = refusal([options.verb], "binding", namespace: "", name: "")
        {
            let text = "changing status.allocation or status.reservedFor requires resource=\"resourceclaims/binding\", "
            errors.append(.forbidden(FieldPath("status"), text + "verb=\"\(options.verb)\" permission: \(refusal)"))
        }
        let isLocal = isAtNode(of: new["allocation"])
        let verbs = (isLocal ? ["associated-node:"] : []) + ["arbitrary-node:"]
        for driver in Self.drivers(new["devices"].items, old["devices"].items) {
            guard let refusal = refusal(verbs.map { $0 + options.verb }, "driver", namespace: namespace, name: driver) else { continue }
            let list = verbs.map { $0 + options.verb }.joined(separator: " ")
            let text = "changing status.devices requires resource=\"resourceclaims/driver\", verb=\"[\(list)]\" permission: \(refusal)"
            errors.append(.forbidden(FieldPath("status", "devices"), text))
        }
        return errors
    }

    /// Why none of the verbs is allowed on a subresource that nothing serves, in the words for the first; nil when one is.
    private func refusal(_ verbs: [String], _ subresource: String, namespace: String, name: String) -> String? {
        var first: String?
        for verb in verbs {
            var attributes = RequestAttributes(user: options.user, verb: verb)
            (attributes.group, attributes.version) = ("resource.k8s.io", "v1")
            (attributes.resource, attributes.subresource) = ("resourceclaims", subresource)
            (attributes.namespace, attributes.name) = (namespace, name)
            do throws(KubeStatus) {
                try authority.require(attributes)
                return nil
            } catch { first = first ?? error.message }
        }
        return first
    }
    /// Whether the user is a service account of a pod on the one node that can use the claim's devices.
    private func isAtNode(of allocation: Value) -> Bool {
        let terms = allocation["nodeSelector"]["nodeSelectorTerms"].items
        guard terms.count == 1, terms[0]["matchExpressions"].items.isEmpty, terms[0]["matchFields"].items.count == 1 else { return false }
        let field = terms[0]["matchFields"][0]
        guard field["key"] == "metadata.name", field["operator"] == "In", field["values"].items.count == 1,
            let node = field["values"][0].string, !node.isEmpty, options.user.name.hasPrefix("system:serviceaccount:")
        else { return false }
        return options.user.extra["authentication.kubernetes.io/node-name"] == [node]
    }
    /// The drivers of whose devices something else is told than before, sorted.
    private static func drivers(_ new: [Value], _ old: [Value]) -> [String] {
        func key(_ device: Value) -> [Value] { ["driver", "pool", "device", "shareID"].map { device[$0] } }
        var before = Dictionary(old.map { (key($0), $0) }) { _, last in last }
        var drivers: Set<String> = []
        for device in new where before.removeValue(forKey: key(device)) != device { drivers.insert(device["driver"].string ?? "") }
        for device in before.values { drivers.insert(device["driver"].string ?? "") }
        return drivers.sorted()
    }
}
