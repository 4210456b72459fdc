import AWSProtocol
import Control
import Cryptography
import Documents
import Foundation
import Network
import Testing

@testable import Eksctl

/// What logs users in: kubeconfig files, and tokens that are presigned URLs.
@Suite struct LoginFuzzTests {
    private struct Unreachable: Error {}
    private struct OneKey: CredentialSource {
        let credential: Credential
        func credential(accessKey: String) -> Credential? { accessKey == credential.accessKey ? credential : nil }
    }

    @Test func `a kubeconfig keeps what others wrote into it, or is left alone`() throws {
        let folder = "\(NSTemporaryDirectory())eyrie-fuzz-kubeconfig-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let session = Session(
            aws: { _ in throw Unreachable() }, cluster: { _, _ in throw Unreachable() }, token: { _, _ in throw Unreachable() },
            clock: ManualClock(), random: RandomSource(seed: 1), region: "us-west-2", kubeconfigPath: "\(folder)/config",
            tokenCommand: "/opt/eyrie", tokenEnvironment: [:], keyDirectory: "/keys", program: "eyrie", version: "1", output: { _ in })
        let kubeconfig = Kubeconfig(session: session)
        var fuzzer = Fuzzer(
            "kubeconfig",
            corpus: [
                "apiVersion: v1\nkind: Config\nclusters:\n- name: mine\n  cluster: {server: https://x}\ncurrent-context: mine\n",
                "apiVersion: v1\nclusters:\n- {name: a.us-west-2.eksctl.io, cluster: {server: y}}\ncontexts:\n- name: eyrie@a.us-west-2.eksctl.io\n",
                "{\"kind\":\"Config\",\"users\":[{\"name\":\"u\",\"user\":{\"token\":\"t\"}}],\"preferences\":{}}",
                "clusters: {}\nusers: [1, null, a]\n",
            ], dictionary: ["clusters", "contexts:", "- name: ", "a.us-west-2.eksctl.io", "current-context: "])
        try fuzzer.run(times: 300) { input in
            try TextFile.write(text(input), to: session.kubeconfigPath, mode: 0o600)
            let before = TextFile.read(session.kubeconfigPath) ?? ""
            _ = (kubeconfig.clusters(), session.region(of: "a", asked: nil), session.usedRegions)
            let cluster: Value = ["name": "a", "endpoint": "https://127.0.0.1:1", "certificateAuthority": ["data": "Q0E="]]
            do { try kubeconfig.save(cluster: cluster, region: "us-west-2") } catch {
                guard error is UsageError else { throw Fuzzer.Finding("\(error)") }
                guard TextFile.read(session.kubeconfigPath) == before else { throw Fuzzer.Finding("a refused file was changed") }
                return false
            }
            let after = try YAML.parse(TextFile.read(session.kubeconfigPath) ?? "").first ?? .null
            guard kubeconfig.clusters().contains(where: { $0 == ("a", "us-west-2") }) else {
                throw Fuzzer.Finding("the cluster is not in it")
            }
            let former = try YAML.parse(before).first ?? .null
            for list in ["clusters", "contexts", "users"] {
                for name in former[list].items.compactMap({ $0["name"].string })
                where !after[list].items.contains(where: { $0["name"].string == name }) {
                    throw Fuzzer.Finding("\(list) lost \(name)")
                }
            }
            try kubeconfig.remove(cluster: "a", region: "us-west-2")
            guard !kubeconfig.clusters().contains(where: { $0 == ("a", "us-west-2") }) else {
                throw Fuzzer.Finding("the cluster is still in it")
            }
            return true
        }
    }

    @Test func `a presigned URL that says anything else than was signed is refused`() throws {
        let principal = Principal(
            arn: "arn:aws:iam::111122223333:user/a", account: "111122223333", userID: "AIDA", entryARN: "arn:aws:iam::111122223333:user/a")
        let credential = Credential(accessKey: "AKIAFUZZ", secret: "secret", principal: principal)
        let (source, now) = (OneKey(credential: credential), Timestamp(seconds: 1_800_000_000))
        let token = ClusterToken.make(
            cluster: "fuzz", stsBase: "https://sts.us-west-2.amazonaws.com", credential: SigningCredential(credential), region: "us-west-2",
            now: now)
        let url = text(try #require(Base64.urlDecode(String(token.dropFirst(ClusterToken.prefix.count)))))
        func meaning(_ url: String) -> [String] {
            let target = URLTarget(String(url.drop { $0 != "?" }))
            return target.items.map { "\($0.name)=\($0.value)" }.sorted()
        }
        var fuzzer = Fuzzer(
            "presigned", corpus: [url, token, url.replacingOccurrences(of: "%2F", with: "/")],
            dictionary: [
                "X-Amz-Expires=60", "&X-Amz-Security-Token=x", "%2F", "host%3Bx-k8s-aws-id", "https://sts.amazonaws.com", "#", "?",
            ])
        try fuzzer.run(times: 3000) { input in
            _ = try? ClusterToken.verify(
                text(input), cluster: "fuzz", hosts: { PresignedURL.isSTSHost(scheme: $0, host: $1) }, credentials: source, now: now)
            let packed = ClusterToken.prefix + Base64.urlEncode(input)
            guard
                let verified = try? ClusterToken.verify(
                    packed, cluster: "fuzz", hosts: { PresignedURL.isSTSHost(scheme: $0, host: $1) }, credentials: source, now: now)
            else { return false }
            guard meaning(text(input)) == meaning(url) else { throw Fuzzer.Finding("taken, though it says something else") }
            guard verified.credential == credential, verified.expires == now + PresignedURL.validity else {
                throw Fuzzer.Finding("\(verified)")
            }
            return true
        }
    }
}
