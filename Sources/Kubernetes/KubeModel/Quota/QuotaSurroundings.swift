package import Documents

/// What an object's use of quotas depends on besides itself: the use of a claim to devices on its class' extended resource, and on the
/// pod for which it was made.
package struct QuotaSurroundings {
    private let deviceClass: (String) -> Value?
    private let pod: (_ namespace: String, _ name: String) -> Value?
    private let claims: (_ namespace: String) -> [Value]

    /// Reads documents: classes of devices by name, pods, and a namespace's ResourceClaims.
    package init(
        deviceClass: @escaping (String) -> Value?, pod: @escaping (_ namespace: String, _ name: String) -> Value?,
        claims: @escaping (_ namespace: String) -> [Value]
    ) {
        (self.deviceClass, self.pod, self.claims) = (deviceClass, pod, claims)
    }

    /// The extended resource that a class of devices stands for; nil for none but its own name.
    func extendedResource(of name: String) -> String? {
        deviceClass(name)?["spec"]["extendedResourceName"].string.flatMap { $0.isEmpty ? nil : $0 }
    }
    /// What the pod asks for whose extended resources the claim serves: that much is counted with the pod. None for other claims,
    /// and for one besides the pod's own. Source: claimEvaluator, verifyOwner.
    func requests(behind claim: Value) -> Amounts {
        let metadata = claim["metadata"]
        guard metadata["annotations"]["resource.kubernetes.io/extended-resource-claim"] == "true", let owner = Self.owner(metadata),
            let namespace = metadata["namespace"].string, let name = owner["name"].string, let pod = pod(namespace, name),
            pod["metadata"]["uid"] == owner["uid"]
        else { return Amounts() }
        let told = pod["status"]["extendedResourceClaimStatus"]["resourceClaimName"]
        guard told.isNull || told == metadata["name"] else { return Amounts() }
        let hasRivals =
            told.isNull
            && claims(namespace).contains { other in
                other["metadata"]["name"] != metadata["name"] && Self.owner(other["metadata"])?["uid"] == owner["uid"]
                    && other["metadata"]["annotations"]["resource.kubernetes.io/extended-resource-claim"] == "true"
            }
        return hasRivals ? Amounts() : PodResources(pod["spec"]).requests
    }
    private static func owner(_ metadata: Value) -> Value? {
        metadata["ownerReferences"].items.first { $0["controller"] == true && $0["kind"] == "Pod" && $0["apiVersion"] == "v1" }
    }
}
