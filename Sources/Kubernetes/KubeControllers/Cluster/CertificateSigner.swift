import Control
package import Cryptography
package import Documents
package import KubeModel
package import Reconcile

/// Issues the certificates of approved requests, lets nodes renew their own, and clears away old requests.
///
/// Source: kubernetes, pkg/controller/certificates (signer, approver, cleaner). A certificate differs each time it is issued; a request
/// that has one is never signed again.
package struct CertificateSigner: Controller {
    package typealias Primary = CertificateSigningRequestFields
    package static let name = "certificate-controller"
    package static let writes: Set<Kind> = [CertificateSigningRequestFields.kind]
    private let authority: CertificateAuthority
    private static let year = 365 * 86_400
    /// A node may ask before its addresses are known.
    private static let nodePause = Duration.seconds(1)
    /// Signs with the cluster's authority.
    package init(authority: CertificateAuthority) { self.authority = authority }

    package func reconcile(_ request: CertificateSigningRequest, in world: World) throws -> Plan {
        let has = { (type: String) in
            request.value["status"]["conditions"].items.contains { $0["type"].string == type && $0["status"].string != "False" }
        }
        let issued = !(request.value["status"]["certificate"].string ?? "").isEmpty
        let settled = issued || has("Denied") || has("Failed")
        let age = world.now - (request.value["metadata"]["creationTimestamp"].string.flatMap(Timestamp.init) ?? world.now)
        let lifetime: Duration = settled || has("Approved") ? .seconds(3600) : .seconds(86_400)
        if age >= lifetime { return Plan([request.deletion()]) }
        var plan = Plan(revisit: lifetime - age)
        guard !settled, let signer = Signer(rawValue: request.value["spec"]["signerName"].string ?? "") else { return plan }
        let parsed = Self.parse(request)
        guard has("Approved") else {
            guard let purpose = signer.purposeOfNodes, let parsed, Self.renewsItself(request, parsed),
                signer.objection(to: parsed, request) == nil
            else { return plan }
            guard signer == .kubeletClient || Self.isOfNode(parsed, in: world) else {
                plan.revisit = Self.nodePause
                return plan
            }
            let message = "Auto approving self kubelet \(purpose) certificate after SubjectAccessReview."
            plan.changes.append(Self.condition(request, "Approved", "AutoApproved", message, "approval", world.now))
            return plan
        }
        guard let parsed else {
            plan.changes.append(
                Self.condition(request, "Failed", "SignerValidationFailed", "unable to parse csr", "status", world.now))
            return plan
        }
        if let objection = signer.objection(to: parsed, request) {
            plan.changes.append(Self.condition(request, "Failed", "SignerValidationFailed", objection, "status", world.now))
            return plan
        }
        let seconds = min(Self.year, max(600, request.value["spec"]["expirationSeconds"].int ?? Self.year))
        let certificate = try authority.sign(parsed, usages: signer.usages(of: request), now: world.now.seconds, lifetime: Int64(seconds))
        let text = Value.string(Base64.encode(Array(certificate.pem.utf8)))
        plan.changes.append(Self.patch(request, ["certificate": text], "status"))
        return plan
    }

    private static func parse(_ request: CertificateSigningRequest) -> CertificateRequest? {
        guard let bytes = Base64.decode(request.value["spec"]["request"].string ?? "") else { return nil }
        return try? CertificateRequest(pem: String(decoding: bytes, as: UTF8.self))
    }
    /// Whether a node asks for a certificate of its own name.
    private static func renewsItself(_ request: CertificateSigningRequest, _ parsed: CertificateRequest) -> Bool {
        request.value["spec"]["username"].string == parsed.subject.commonName
            && request.value["spec"]["groups"].items.contains("system:nodes")
    }
    /// Whether all names and addresses asked for are those of the node that asks. EKS asks EC2 for them; here they stand in the Node.
    private static func isOfNode(_ parsed: CertificateRequest, in world: World) -> Bool {
        let name = String(parsed.subject.commonName.dropFirst("system:node:".count))
        guard let node = world.get(KubeNode.self, name) else { return false }
        let known = Set(node.value["status"]["addresses"].items.compactMap { $0["address"].string } + [name])
        return known.isSuperset(of: parsed.alternativeNames.names + parsed.alternativeNames.addresses)
    }
    private static func condition(
        _ request: CertificateSigningRequest, _ type: String, _ reason: String, _ message: String, _ subresource: String, _ now: Timestamp
    ) -> Change {
        let condition: Value = [
            "type": .string(type), "status": "True", "reason": .string(reason), "message": .string(message),
            "lastUpdateTime": .string(now.text), "lastTransitionTime": .string(now.text),
        ]
        return patch(request, ["conditions": .array(request.value["status"]["conditions"].items + [condition])], subresource)
    }
    private static func patch(_ request: CertificateSigningRequest, _ status: Value, _ subresource: String) -> Change {
        let metadata: Value = ["uid": .string(request.uid), "resourceVersion": request.value["metadata"]["resourceVersion"]]
        return .patch(
            CertificateSigningRequestFields.kind, namespace: nil, name: request.name, ["metadata": metadata, "status": status],
            subresource: subresource)
    }
}

/// The signers that a cluster has by itself. Source: Kubernetes documentation, "Kubernetes signers".
private enum Signer: String {
    case client = "kubernetes.io/kube-apiserver-client"
    case kubeletClient = "kubernetes.io/kube-apiserver-client-kubelet"
    case kubeletServing = "kubernetes.io/kubelet-serving"
    /// Trusted by nobody by itself, and asked nothing.
    case legacy = "kubernetes.io/legacy-unknown"
    /// EKS' own, for what serves inside clusters. Source: EKS User Guide, "Secure workloads with Kubernetes certificates".
    case appServing = "beta.eks.amazonaws.com/app-serving"

    private var serves: Bool { self == .kubeletServing || self == .appServing }

    /// What certificates are for: one thing, or for the oldest signer what the request says.
    func usages(of request: CertificateSigningRequest) -> Set<CertificateAuthority.Usage> {
        guard self == .legacy else { return [serves ? .serverAuth : .clientAuth] }
        let asked = request.value["spec"]["usages"].items
        let all: [(String, CertificateAuthority.Usage)] = [("server auth", .serverAuth), ("client auth", .clientAuth)]
        return Set(all.filter { asked.contains(.string($0.0)) }.map(\.1))
    }

    /// What nodes use it for, whose requests for themselves are approved.
    var purposeOfNodes: String? {
        switch self {
        case .client, .legacy, .appServing: nil
        case .kubeletClient: "client"
        case .kubeletServing: "server"
        }
    }

    /// Why the signer does not sign; nil when it does.
    func objection(to parsed: CertificateRequest, _ request: CertificateSigningRequest) -> String? {
        if self == .legacy { return nil }
        let purpose = serves ? "server auth" : "client auth"
        let usages = Set(request.value["spec"]["usages"].items.compactMap(\.string))
        guard usages.contains(purpose), usages.isSubset(of: [purpose, "digital signature", "key encipherment"]) else {
            return "usages did not match [\(purpose) digital signature key encipherment]"
        }
        guard self != .client, self != .appServing else { return nil }
        let (subject, names) = (parsed.subject, parsed.alternativeNames)
        if subject.organizations != ["system:nodes"] { return "subject organization is not system:nodes" }
        if !subject.commonName.hasPrefix("system:node:") { return "subject common name does not begin with system:node:" }
        let isBare = names.names.isEmpty && names.addresses.isEmpty
        if self == .kubeletClient, !isBare { return "DNS and IP subjectAltNames are not allowed" }
        if self == .kubeletServing, isBare { return "DNS or IP subjectAltName is required" }
        return nil
    }
}
