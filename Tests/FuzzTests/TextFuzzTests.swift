import AWSProtocol
import Control
import Cryptography
import Documents
import Network
import Testing

@testable import AWSServices
@testable import Eksctl
@testable import KubeModel

/// Small grammars.
@Suite struct TextFuzzTests {
    @Test func `quantities come back`() throws {
        var fuzzer = Fuzzer(
            "quantity", corpus: ["100m", "1.5Gi", "-2e3", "0", "1E", "12345678901234567890n", "+.5Ki"],
            dictionary: ["Ki", "e", "E", "n", "u", "m"])
        try fuzzer.run { input in
            guard let quantity = Quantity(text(input)) else { return false }
            guard Quantity(quantity.text) == quantity else { throw Fuzzer.Finding("written as \(quantity.text)") }
            _ = (quantity.units, quantity.milli, quantity + quantity, quantity - quantity, quantity < Quantity(1))
            return true
        }
    }
    @Test func `moments come back`() throws {
        var fuzzer = Fuzzer(
            "timestamp",
            corpus: ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456789+05:30", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
        try fuzzer.run { input in
            guard let moment = Timestamp(text(input)) else { return false }
            guard Timestamp(moment.nanoText) == moment else { throw Fuzzer.Finding("written as \(moment.nanoText)") }
            _ = (moment + .seconds(1), moment - moment, moment.text)
            return true
        }
    }
    @Test func `selectors are read or refused`() throws {
        let pod = try JSON.parse(DocumentFuzzTests.pod)
        let info = try #require(KindTable.kubernetes.first { $0.kind == "Pod" && $0.group.isEmpty })
        var fuzzer = Fuzzer(
            "selector", corpus: ["a=b,c!=d,e in (f,g),!h,i,j notin (k),n>5,n<7", "x==y", "metadata.name=a,spec.nodeName!=b", "a\\,b=c"],
            dictionary: ["in (", "notin", "(", ")", "==", "metadata.name", "status.phase"])
        try fuzzer.run { input in
            let labels = try? LabelSelector(parsing: text(input))
            _ = labels?.matches(["a": "b", "n": "6"])
            let fields = try? FieldSelector(parsing: text(input), for: info)
            _ = fields?.matches(pod)
            return labels != nil || fields != nil
        }
    }
    @Test func `schedules have a next time or none`() throws {
        var fuzzer = Fuzzer(
            "cron", corpus: ["*/5 1-3 * jan,feb mon-fri", "@every 1h30m", "@daily", "0 0 29 2 *", "0 0 31 2 0/7"],
            dictionary: ["*/", "1-59/2", "@every ", "?", "L", "TZ="])
        try fuzzer.run(times: 1500) { input in
            guard let schedule = try? CronSchedule(text(input)) else { return false }
            let now = Timestamp(seconds: 1_800_000_000)
            guard let next = schedule.next(after: now, in: .utc) else { return true }
            guard next > now else { throw Fuzzer.Finding("the next time is \(next.text)") }
            return true
        }
    }
    @Test func `networks, targets and encodings are read or refused`() throws {
        var fuzzer = Fuzzer(
            "net", corpus: ["10.0.0.0/8", "192.168.0.0/16", "/api/v1/pods?labelSelector=a%3Db&x", "/a//b/%2e%2e/c#f", "aGVsbG8=", "0aff"])
        try fuzzer.run { input in
            let text = text(input)
            if let network = IPv4Network(text) {
                guard IPv4Network(network.description) == network else { throw Fuzzer.Finding("written as \(network)") }
                _ = (network.count, network[0], network.contains(network))
            }
            let target = URLTarget(text)
            if let segments = target.segments {
                let again = URLTarget(segments: segments)
                guard again.segments == segments.filter({ !$0.isEmpty }) || segments.contains("") else {
                    throw Fuzzer.Finding("segments come back as \(String(describing: again.segments))")
                }
            }
            _ = target.items
            if let bytes = Base64.decode(text), Base64.decode(Base64.encode(bytes)) != bytes { throw Fuzzer.Finding("base64") }
            if let bytes = Hex.decode(text), Hex.decode(Hex.encode(bytes)) != bytes { throw Fuzzer.Finding("hex") }
            return true
        }
    }
    @Test func `tokens, certificates and keys are read or refused`() throws {
        let key = try PrivateKey.generate(.p256)
        let token = try JWT.sign(["sub": "a", "exp": 1_800_000_000], with: key)
        let authority = try CertificateAuthority.make(commonName: "fuzz", now: 1_800_000_000)
        let request = try CertificateRequest.make(subject: DistinguishedName(commonName: "a", organizations: ["b"]), key: key)
        var fuzzer = Fuzzer(
            "keys",
            corpus: [
                token, authority.certificate.pem, key.pem, key.publicKey.pem, request.pem, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb1 a@b",
            ])
        try fuzzer.run(times: 1500) { input in
            let text = text(input)
            let verified = try? JWT.verify(text, keys: [key.publicKey])
            if verified != nil, text.split(separator: ".").prefix(2) != token.split(separator: ".").prefix(2) {
                throw Fuzzer.Finding("a forged token")
            }
            _ = (JWT.peek(text), try? Certificate(pem: text), try? PrivateKey(pem: text), try? PublicKey(pem: text))
            _ = (try? CertificateRequest(pem: text), try? SSHPublicKey(text))
            return true
        }
    }
    @Test func `cluster configurations are read or refused`() throws {
        let config = """
            apiVersion: eksctl.io/v1alpha5
            kind: ClusterConfig
            metadata: {name: a, region: us-west-2, version: "1.36", tags: {x: y}}
            vpc: {cidr: 10.0.0.0/16, nat: {gateway: Single}}
            iam: {withOIDC: true, serviceAccounts: [{metadata: {name: s, namespace: n}, attachPolicyARNs: ["arn:aws:iam::aws:policy/P"]}]}
            managedNodeGroups:
            - {name: ng, instanceType: m5.large, desiredCapacity: 2, minSize: 1, maxSize: 4, volumeSize: 20, labels: {a: b}, taints: [{key: k, value: v, effect: NoSchedule}]}
            nodeGroups: [{name: un, instanceTypes: [t3.small], privateNetworking: true, ssh: {allow: true}}]
            addons: [{name: vpc-cni, version: latest}]
            """
        var fuzzer = Fuzzer(
            "eksctl", corpus: [config], dictionary: ["managedNodeGroups", "availabilityZones: [a]", "accessConfig:", "desiredCapacity"])
        try fuzzer.run(times: 2000) { input in (try? ClusterConfig(yaml: text(input))) != nil }
    }
    @Test func `policies of IAM are read or refused`() throws {
        let policy =
            #"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Principal":{"Service":["eks.amazonaws.com"],"AWS":"*"},"Action":["ecr:Get*","s3:*"],"Resource":"*","Condition":{"StringEquals":{"aws:x":"y"}}}]}"#
        var fuzzer = Fuzzer("policy", corpus: [policy])
        try fuzzer.run { input in (try? PolicyDocument.check(text(input))) != nil || (try? PolicyDocument.checkTrust(text(input))) != nil }
    }
}
