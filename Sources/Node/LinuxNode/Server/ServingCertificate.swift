import Control
import Cryptography
import Documents
import Glibc
import KubeClient
import KubeModel
import Linux
import Network

/// Gets the node a serving certificate of the cluster's authority and renews it in time. Source: kubelet/certificate,
/// signer `kubernetes.io/kubelet-serving`.
struct ServingCertificate: Sendable {
    private static let signer = "kubernetes.io/kubelet-serving"
    /// A request that nobody has answered in this time is made anew.
    private static let patience = Duration.seconds(900), look = Duration.milliseconds(500), longLook = Duration.seconds(10)

    let settings: KubeletServerSettings
    let client: KubeClient
    let clock: any WallClock
    let random: RandomSource
    private var file: String { "\(settings.certificateFolder)/kubelet-server-current.pem" }

    /// A certificate to begin with: the one of before where it still holds and names the same, else one that nobody vouches for.
    /// - Throws: `CryptographyError`.
    func first() throws(CryptographyError) -> (tls: TLSConfiguration, renewal: Timestamp) {
        if let text = Files.text(file), let certificate = try? Certificate(pem: text), (try? PrivateKey(pem: text)) != nil,
            certificate.notAfter > clock.now.seconds, let authority = try? Certificate(pem: settings.authorityPEM).publicKey(),
            certificate.isSigned(by: authority),
            Set(certificate.alternativeNames.addresses).isSuperset(of: settings.addresses)
        {
            return (configuration(chain: text, key: text), renewal(certificate))
        }
        let now = clock.now.seconds
        let authority = try CertificateAuthority.make(commonName: "\(settings.nodeName)-ca@\(now)", now: now)
        let key = try PrivateKey.generate(.p256)
        let certificate = try authority.issueServer(
            commonName: "\(settings.nodeName)@\(now)", names: settings.names, addresses: settings.addresses, key: key.publicKey, now: now)
        return (configuration(chain: certificate.pem + authority.certificate.pem, key: key.pem), clock.now)
    }

    /// Keeps asking at each time of renewal until cancelled. - Parameter use: takes each new certificate.
    func keep(from renewal: Timestamp, use: @Sendable (TLSConfiguration) -> Void) async throws {
        var (renewal, backoff) = (renewal, Backoff(random: random))
        while true {
            if renewal > clock.now { try await clock.sleep(for: renewal - clock.now) }
            do throws(KubeClientError) {
                let (tls, next) = try await request()
                use(tls)
                (renewal, backoff) = (next, Backoff(random: random))
            } catch {
                if error == .cancelled { throw CancellationError() }
                try await clock.sleep(for: backoff.next())
            }
        }
    }

    /// Asks for a certificate and waits for it.
    private func request() async throws(KubeClientError) -> (TLSConfiguration, Timestamp) {
        let (key, request) = try make()
        let document: Value = [
            "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": ["generateName": "csr-"],
            "spec": [
                "request": .string(Base64.encode(Array(request.pem.utf8))), "signerName": .string(Self.signer),
                "usages": ["digital signature", "server auth"],
            ],
        ]
        let created = try await client.create(CertificateSigningRequestFields.kind, document)
        let name = created["metadata"]["name"].string ?? ""
        let begun = clock.now
        while clock.now - begun < Self.patience {
            let status = try await client.get(CertificateSigningRequestFields.kind, name)["status"]
            if let text = status["certificate"].string, let bytes = Base64.decode(text) {
                let chain = String(decoding: bytes, as: UTF8.self)
                guard let certificate = try? Certificate(pem: chain) else { throw .malformed("the certificate of \(name) does not parse") }
                store(chain, key)
                return (configuration(chain: chain, key: key.pem), renewal(certificate))
            }
            for condition in status["conditions"].items where ["Denied", "Failed"].contains(condition["type"].string ?? "") {
                throw .malformed("certificate request \(name) was refused: \(condition["message"].string ?? "")")
            }
            do {
                try await clock.sleep(for: clock.now - begun < .seconds(30) ? Self.look : Self.longLook)
            } catch {
                throw .cancelled
            }
        }
        throw .malformed("certificate request \(name) was not answered")
    }

    private func make() throws(KubeClientError) -> (PrivateKey, CertificateRequest) {
        do {
            let key = try PrivateKey.generate(.p256)
            let subject = DistinguishedName(commonName: "system:node:\(settings.nodeName)", organizations: ["system:nodes"])
            let names = AlternativeNames(names: settings.names, addresses: settings.addresses)
            return (key, try CertificateRequest.make(subject: subject, alternatives: names, key: key))
        } catch {
            throw .malformed("\(error)")
        }
    }

    private func store(_ chain: String, _ key: PrivateKey) {
        try? Files.makeFolders(settings.certificateFolder, mode: 0o700)
        try? Files.replace(file, Array((chain + key.pem).utf8), mode: 0o600)
    }

    /// Some time between 70 and 90 hundredths of its life, so that nodes do not all ask at once.
    private func renewal(_ certificate: Certificate) -> Timestamp {
        let life = certificate.notAfter - certificate.notBefore
        return Timestamp(seconds: certificate.notBefore + Int64(Double(life) * (0.7 + 0.2 * random.fraction())))
    }

    private func configuration(chain: String, key: String) -> TLSConfiguration {
        TLSConfiguration(certificateChainPEM: chain, privateKeyPEM: key, clientCAPEM: settings.authorityPEM)
    }
}
