import Control
import Cryptography
import Documents
import Network
import Testing

@testable import AWSProtocol

/// Signatures that AWS's documents and botocore give for known requests.
@Suite struct SigningTests {
    @Test func `a request without body gets the signature that AWS's test suite gives`() {
        let key = SigningCredential(accessKey: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        var request = HTTPRequest("GET", "/", headers: ["host": "example.amazonaws.com"])
        Signer(credential: key, region: "us-east-1", service: "service").sign(&request, body: [], at: Timestamp(seconds: 1_440_938_160))
        #expect(
            request.headers["authorization"]?.hasSuffix("Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
                == true)
    }

    @Test func `IAM's documented ListUsers request gets its documented signature`() {
        let key = SigningCredential(accessKey: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        var request = HTTPRequest(
            "GET", "/?Action=ListUsers&Version=2010-05-08",
            headers: ["host": "iam.amazonaws.com", "content-type": "application/x-www-form-urlencoded; charset=utf-8"])
        Signer(credential: key, region: "us-east-1", service: "iam").sign(&request, body: [], at: Timestamp(seconds: 1_440_938_160))
        #expect(
            request.headers["authorization"]?.hasSuffix("Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
                == true)
    }

    @Test func `S3's documented presigned URL gets its documented signature`() {
        let scope = CredentialScope(date: "20130524", region: "us-east-1", service: "s3")
        let request = CanonicalRequest(
            method: "GET", path: "/test.txt",
            items: [
                URLTarget.Item("X-Amz-SignedHeaders", "host"), URLTarget.Item("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
                URLTarget.Item("X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"),
                URLTarget.Item("X-Amz-Date", "20130524T000000Z"), URLTarget.Item("X-Amz-Expires", "86400"),
            ], headers: ["host": "examplebucket.s3.amazonaws.com"], signedHeaders: ["host"], payloadHash: "UNSIGNED-PAYLOAD")
        let signature = SigV4.signature(of: request, date: "20130524T000000Z", scope: scope, secret: FixedCredentials.secret)
        #expect(signature == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }

    @Test func `an encoded path, unsorted query and spaced header are signed as botocore signs them`() throws {
        let headers: HTTPFields = [
            "host": "localhost:4566", "content-type": "application/json", "x-extra": "  a   b ", "x-amz-date": "20260102T030405Z",
            "authorization":
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260102/us-west-1/eks/aws4_request, "
                + "SignedHeaders=content-type;host;x-amz-date;x-extra, Signature=83881b8158bcf070f01193bd2d99e16bb2dad649f24f5d7a4062712d61bbb16b",
        ]
        let target = URLTarget("/clusters/EKS-Test/access-entries/arn%3Aaws%3Aiam%3A%3A111122223333%3Auser%2Fa%20b?x=1&a=b%20c&a=B")
        let signature = try #require(try Signature.find(headers: headers, items: target.items))
        let verifier = Verifier(credentials: FixedCredentials(), now: Timestamp(seconds: 1_767_323_045))
        let request = Verifier.Request(
            method: "POST", path: target.path, items: target.items, headers: headers, body: Array(#"{"a":1}"#.utf8))
        #expect(try verifier.verify(request, signature).principal == FixedCredentials.alice)
        var other = request
        other.body = Array(#"{"a":2}"#.utf8)
        #expect(throws: SignatureError.mismatch) { try verifier.verify(other, signature) }
    }

    @Test func `several values of one field are joined by commas`() {
        var headers: HTTPFields = ["host": "h"]
        headers.add("my-header", " value4 ")
        headers.add("my-header", "value1")
        let request = CanonicalRequest(
            method: "GET", path: "", items: [], headers: headers, signedHeaders: ["host", "my-header"], payloadHash: "x")
        #expect(request.text == "GET\n/\n\nhost:h\nmy-header:value4,value1\n\nhost;my-header\nx")
    }
}

/// EKS's tokens.
@Suite struct ClusterTokenTests {
    private static let botocore =
        "https://sts.us-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
        + "AKIAIOSFODNN7EXAMPLE%2F20260102%2Fus-west-1%2Fsts%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-SignedHeaders="
        + "host%3Bx-k8s-aws-id&X-Amz-Signature=75d1793adcd68fe940e930ac02c3f1eb580cc5a2f884c2dc6306257ec7653526"
    private static let signed = Timestamp(seconds: 1_767_323_045)

    private func verify(
        _ url: String, cluster: String = "EKS-Test", at now: Timestamp = signed, credentials: FixedCredentials = FixedCredentials()
    ) throws -> Credential {
        let verified = try ClusterToken.verify(
            ClusterToken.prefix + Base64.urlEncode(Array(url.utf8)) + "==", cluster: cluster, hosts: PresignedURL.isSTSHost,
            credentials: credentials, now: now)
        #expect(verified.expires == Self.signed + .seconds(900))
        return verified.credential
    }

    @Test func `a token of botocore's is taken for fifteen minutes, whatever its X-Amz-Expires`() throws {
        #expect(try verify(Self.botocore).principal == FixedCredentials.alice)
        #expect(try verify(Self.botocore, at: Self.signed + .seconds(899)).principal == FixedCredentials.alice)
        #expect(throws: SignatureError.self) { try verify(Self.botocore, at: Self.signed + .seconds(901)) }
        #expect(throws: SignatureError.self) { try verify(Self.botocore, at: Self.signed - .seconds(301)) }
    }

    @Test func `a token for one cluster is worth nothing at another`() {
        #expect(throws: SignatureError.mismatch) { try verify(Self.botocore, cluster: "Other") }
    }

    @Test(arguments: [
        (Self.botocore.replacing("us-west-1.amazonaws.com", with: "us-west-1.amazonaws.com.evil.org"), "host"),
        (Self.botocore.replacing("https://", with: "http://"), "scheme"),
        (Self.botocore.replacing("GetCallerIdentity", with: "GetSessionToken"), "action"),
        (Self.botocore + "&Extra=1", "parameter"), (Self.botocore + "&Action=GetCallerIdentity", "twice"),
        (Self.botocore.replacing(".com/?", with: ".com/path?"), "path"),
        (Self.botocore.replacing("Expires=60", with: "Expires=901"), "expiry"),
        (Self.botocore.replacing("host%3Bx-k8s-aws-id", with: "host"), "cluster not signed"),
    ])
    func `a URL that is not STS's own call is refused`(url: String, what: String) {
        #expect { try verify(url) } throws: { error in if case SignatureError.refused = error { true } else { false } }
    }

    @Test func `our own token verifies, also for the region's own endpoint and with a session token`() throws {
        let token = ClusterToken.make(
            cluster: "dev", stsBase: "http://127.0.0.1:4566", credential: FixedCredentials.temporary, region: "us-west-2", now: Self.signed)
        let verified = try ClusterToken.verify(
            token, cluster: "dev", hosts: { $0 == "http" && $1 == "127.0.0.1:4566" },
            credentials: FixedCredentials(expires: Self.signed + .seconds(10)), now: Self.signed)
        #expect(verified.credential.accessKey == FixedCredentials.temporary.accessKey)
        #expect(verified.expires == Self.signed + .seconds(10), "a token lasts no longer than its key")
        #expect(throws: SignatureError.expiredKey) {
            try ClusterToken.verify(
                token, cluster: "dev", hosts: { _, _ in true }, credentials: FixedCredentials(expires: Self.signed), now: Self.signed)
        }
    }

    @Test(arguments: ["", "k8s-aws-v1.", "k8s-aws-v1.!!", "Bearer x", "k8s-aws-v1.aGVsbG8", String(repeating: "x", count: 5000)])
    func `what is not a token is refused`(token: String) {
        #expect(throws: SignatureError.self) {
            try ClusterToken.verify(token, cluster: "a", hosts: PresignedURL.isSTSHost, credentials: FixedCredentials(), now: Self.signed)
        }
    }

    @Test func `hosts of STS are told from others`() {
        for host in [
            "sts.amazonaws.com", "sts.us-west-1.amazonaws.com", "sts-fips.us-east-1.amazonaws.com", "sts.cn-north-1.amazonaws.com.cn",
        ] {
            #expect(PresignedURL.isSTSHost(scheme: "https", host: host), "\(host)")
        }
        for host in [
            "sts.amazonaws.com.evil.org", "evil.sts.amazonaws.com", "sts..amazonaws.com", "s3.amazonaws.com", "sts.a/b.amazonaws.com", "",
        ] {
            #expect(!PresignedURL.isSTSHost(scheme: "https", host: host), "\(host)")
        }
    }
}
