import AWSServices
import Cryptography
import Documents

/// What a control plane keeps besides its realm: its keys, its port and what it was made for.
struct ControlPlaneRecord: Sendable {
    static let kind = Kind(group: "eyrie", "ControlPlane", prefix: "eyrie/control-planes/", namespaced: false)
    var spec: ControlPlaneSpec
    let authority: CertificateAuthority
    let serviceAccountKey: PrivateKey
    /// The port of its API server; 0 before the first start.
    var port: Int

    /// A new authority for a cluster that signs tokens with the key given.
    init(new spec: ControlPlaneSpec, signingKey: PrivateKey, now: Int64) throws {
        self.spec = spec
        authority = try CertificateAuthority.make(commonName: "kubernetes", now: now)
        serviceAccountKey = signingKey
        port = 0
    }
    /// Reads a document back; nil when it is damaged.
    init?(_ document: Value) {
        let (spec, secrets) = (document["spec"], document["secrets"])
        guard let id = document["metadata"]["name"].string, let certificate = secrets["certificate"].string,
            let key = secrets["key"].string,
            let signer = secrets["serviceAccountKey"].string,
            let authority = try? CertificateAuthority(certificatePEM: certificate, keyPEM: key),
            let serviceAccountKey = try? PrivateKey(pem: signer)
        else { return nil }
        self.spec = ControlPlaneSpec(
            id: id, name: spec["name"].string ?? "", region: spec["region"].string ?? "", version: spec["version"].string ?? "",
            serviceCIDR: spec["serviceCIDR"].string ?? "10.100.0.0/16")
        (self.authority, self.serviceAccountKey, port) = (authority, serviceAccountKey, spec["port"].int ?? 0)
    }
    /// The document that `init(_:)` reads.
    var document: Value {
        [
            "metadata": ["name": .string(spec.id)],
            "spec": [
                "name": .string(spec.name), "region": .string(spec.region), "version": .string(spec.version),
                "serviceCIDR": .string(spec.serviceCIDR), "port": .int(Int64(port)),
            ],
            "secrets": [
                "certificate": .string(authority.certificate.pem), "key": .string(authority.key.pem),
                "serviceAccountKey": .string(serviceAccountKey.pem),
            ],
        ]
    }
    /// What DescribeCluster tells of it at a server.
    func facts(at address: ServerAddress) -> ControlPlaneFacts {
        ControlPlaneFacts(
            endpoint: "https://" + ServerAddress.authority(address.endpoint, port),
            certificateAuthority: Base64.encode(Array(authority.certificate.pem.utf8)))
    }
}
