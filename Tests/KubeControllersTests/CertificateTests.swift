import Control
import Cryptography
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

@Suite struct CertificateTests {
    private func make(
        _ plane: ControlPlaneBed, _ subject: DistinguishedName, signer: String = "kube-apiserver-client",
        usages: Value = ["client auth", "digital signature"]
    ) async throws {
        let request = try CertificateRequest.make(subject: subject, key: PrivateKey.generate(.p256))
        let spec: Value = [
            "request": .string(Base64.encode(Array(request.pem.utf8))), "signerName": .string("kubernetes.io/" + signer), "usages": usages,
            "expirationSeconds": 3600,
        ]
        try await plane.apply(.create(CertificateSigningRequestFields.kind, ["metadata": ["name": "ann"], "spec": spec]))
        try await plane.advance(10)
    }
    private func approve(_ plane: ControlPlaneBed) async throws {
        let approval: Value = ["type": "Approved", "status": "True", "reason": "Test", "message": "yes"]
        try await plane.apply(
            .patch(
                CertificateSigningRequestFields.kind, namespace: nil, name: "ann", ["status": ["conditions": [approval]]],
                subresource: "approval"))
        try await plane.advance(10)
    }
    private func status(_ plane: ControlPlaneBed) throws -> Value {
        try #require(plane.bed.get(CertificateSigningRequest.self, "ann")).value["status"]
    }

    @Test func approvedRequestsAreSignedAndOldOnesGo() async throws {
        let authority = try CertificateAuthority.make(commonName: "test", now: 1_700_000_000)
        let plane = try await ControlPlaneBed(authority: authority)
        try await make(plane, DistinguishedName(commonName: "ann", organizations: ["team"]))
        #expect(try status(plane)["certificate"].isNull)
        try await approve(plane)
        let bytes = try #require(Base64.decode(status(plane)["certificate"].string ?? ""))
        let certificate = try Certificate(pem: String(decoding: bytes, as: UTF8.self))
        #expect(certificate.subject == DistinguishedName(commonName: "ann", organizations: ["team"]))
        #expect(certificate.isSigned(by: try authority.certificate.publicKey()))
        #expect(certificate.notAfter <= plane.bed.clock.now.seconds + 3600)
        try await plane.advance(3700)
        #expect(plane.bed.get(CertificateSigningRequest.self, "ann") == nil)
        plane.bed.stop()
    }
    @Test func signersRefuseWhatTheyAreNotFor() async throws {
        let plane = try await ControlPlaneBed(authority: CertificateAuthority.make(commonName: "test", now: 1_700_000_000))
        try await make(plane, DistinguishedName(commonName: "ann"), signer: "kube-apiserver-client-kubelet")
        try await approve(plane)
        let failure = try status(plane)["conditions"][1]
        #expect(failure["type"] == "Failed" && failure["reason"] == "SignerValidationFailed")
        #expect(try status(plane)["certificate"].isNull)
        plane.bed.stop()
    }

    private func serving(_ user: String, node: Value?, address: String) throws -> Plan {
        let names = AlternativeNames(names: ["ip-10-0-0-9"], addresses: [address])
        let request = try CertificateRequest.make(
            subject: DistinguishedName(commonName: "system:node:n1", organizations: ["system:nodes"]), alternatives: names,
            key: PrivateKey.generate(.p256))
        let document: Value = [
            "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest",
            "metadata": ["name": "csr-1", "uid": "u", "resourceVersion": "1"],
            "spec": [
                "request": .string(Base64.encode(Array(request.pem.utf8))), "signerName": "kubernetes.io/kubelet-serving",
                "usages": ["digital signature", "server auth"], "username": .string(user), "groups": ["system:nodes"],
            ],
        ]
        var values = [(CertificateSigningRequestFields.kind, document)]
        if let node { values.append((NodeFields.kind, node)) }
        let world = World(values, now: Timestamp(seconds: 1_700_000_000))
        let subject = try #require(world.get(CertificateSigningRequest.self, "csr-1"))
        return try CertificateSigner(authority: CertificateAuthority.make(commonName: "test", now: 1_700_000_000))
            .reconcile(subject, in: world)
    }

    @Test func aNodeGetsServingCertificatesForItselfAlone() throws {
        let addresses: Value = [["type": "InternalIP", "address": "10.0.0.9"], ["type": "Hostname", "address": "ip-10-0-0-9"]]
        let node: Value = ["apiVersion": "v1", "kind": "Node", "metadata": ["name": "n1"], "status": ["addresses": addresses]]
        #expect(try serving("system:node:n1", node: node, address: "10.0.0.9").changes.count == 1)
        #expect(try serving("system:node:n2", node: node, address: "10.0.0.9").changes.isEmpty)
        #expect(try serving("system:node:n1", node: node, address: "10.0.0.1").changes.isEmpty)
        let early = try serving("system:node:n1", node: nil, address: "10.0.0.9")
        #expect(early.changes.isEmpty && early.revisit == .seconds(1))
    }
}
