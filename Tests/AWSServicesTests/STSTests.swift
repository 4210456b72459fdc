import AWSProtocol
import Control
import Documents
import Testing

@testable import AWSServices

@Suite struct STSTests {
    private func assume(_ bed: IAMBed, _ name: String, _ extra: Value = .null) -> Value {
        var input: Value = ["RoleArn": .string("arn:aws:iam::111122223333:role/\(name)"), "RoleSessionName": "s1"]
        for member in extra.object ?? [:] { input[member.key] = member.value }
        return input
    }

    @Test func `a role that trusts the account gives keys that end`() async throws {
        let bed = try await IAMBed()
        _ = try await bed.iam(
            "CreateRole", ["RoleName": "ops", "AssumeRolePolicyDocument": IAMBed.trust(["AWS": "arn:aws:iam::111122223333:root"])])
        let assumed = try await bed.sts("AssumeRole", assume(bed, "ops", ["DurationSeconds": 900]))
        #expect(assumed["AssumedRoleUser"]["Arn"] == "arn:aws:sts::111122223333:assumed-role/ops/s1")
        #expect(assumed["Credentials"]["Expiration"].string.flatMap { Timestamp($0) } == bed.clock.now + .seconds(900))
        let ops = bed.client(assumed["Credentials"])
        let identity = try await ops.call("sts", "GetCallerIdentity")
        #expect(identity["Arn"] == assumed["AssumedRoleUser"]["Arn"] && identity["UserId"] == assumed["AssumedRoleUser"]["AssumedRoleId"])
        let credential = IAMCredentials(records: bed.records, account: IAMBed.account)
            .credential(accessKey: assumed["Credentials"]["AccessKeyId"].string ?? "")
        #expect(credential?.principal.entryARN == "arn:aws:iam::111122223333:role/ops")
        #expect(await bed.failure("GetSessionToken", by: ops, of: "sts")?.code == "AccessDenied")
        #expect(
            await bed.failure("AssumeRole", assume(bed, "ops", ["DurationSeconds": 7200]), by: ops, of: "sts")?.code == "ValidationError")
        bed.clock.advance(by: .seconds(901))
        #expect(await bed.failure("GetCallerIdentity", by: ops, of: "sts")?.code == "ExpiredToken")
    }

    @Test func `keys of a role that was deleted are worth nothing, even when a namesake follows`() async throws {
        let bed = try await IAMBed()
        let role: Value = ["RoleName": "ops", "AssumeRolePolicyDocument": IAMBed.trust(["AWS": "*"])]
        _ = try await bed.iam("CreateRole", role)
        let ops = bed.client(try await bed.sts("AssumeRole", assume(bed, "ops"))["Credentials"])
        _ = try await bed.iam("DeleteRole", ["RoleName": "ops"])
        _ = try await bed.iam("CreateRole", role)
        #expect(await bed.failure("GetCallerIdentity", by: ops, of: "sts")?.code == "InvalidClientTokenId")
    }

    @Test(arguments: [
        (IAMBed.service, Value.null, false), (IAMBed.trust(["AWS": "444455556666"]), .null, false),
        (IAMBed.trust(["AWS": "111122223333"]), .null, true), (IAMBed.trust(["AWS": "arn:aws:iam::111122223333:user/admin"]), .null, true),
        (IAMBed.trust(["AWS": "arn:aws:iam::111122223333:user/other"]), .null, false),
        (IAMBed.trust(["AWS": "*"], effect: "Deny"), .null, false),
        (IAMBed.trust(["AWS": "*"], condition: ["StringEquals": ["sts:ExternalId": "x1"]]), .null, false),
        (IAMBed.trust(["AWS": "*"], condition: ["StringEquals": ["sts:ExternalId": "x1"]]), ["ExternalId": "x1"] as Value, true),
        (IAMBed.trust(["AWS": "*"], condition: ["Bool": ["aws:MultiFactorAuthPresent": "true"]]), .null, false),
    ])
    func `the trust policy decides who may assume a role`(trust: Value, extra: Value, allowed: Bool) async throws {
        let bed = try await IAMBed()
        _ = try await bed.iam("CreateRole", ["RoleName": "r", "AssumeRolePolicyDocument": trust])
        let error = await bed.failure("AssumeRole", assume(bed, "r", extra), of: "sts")
        #expect((error == nil) == allowed)
        if !allowed {
            #expect(error?.status == 403)
            #expect(
                error?.message
                    == "User: arn:aws:iam::111122223333:user/admin is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/r"
            )
        }
    }

    @Test func `a session longer than the role allows is refused`() async throws {
        let bed = try await IAMBed()
        _ = try await bed.iam("CreateRole", ["RoleName": "r", "AssumeRolePolicyDocument": IAMBed.trust(["AWS": "*"])])
        let error = await bed.failure("AssumeRole", assume(bed, "r", ["DurationSeconds": 3601]), of: "sts")
        #expect(error?.message == "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    }

    @Test func `a session token speaks for its user`() async throws {
        let bed = try await IAMBed()
        let session = bed.client(try await bed.sts("GetSessionToken")["Credentials"])
        #expect(try await session.call("sts", "GetCallerIdentity")["Arn"] == "arn:aws:iam::111122223333:user/admin")
        #expect(try await bed.sts("GetAccessKeyInfo", ["AccessKeyId": .string(bed.administrator.accessKey)])["Account"] == "111122223333")
    }

    @Test func `what is not supported says so`() async throws {
        let bed = try await IAMBed()
        let error = await bed.failure("DecodeAuthorizationMessage", ["EncodedMessage": "x"], of: "sts")
        #expect(error?.code == "NotImplemented" && error?.status == 501)
    }
}
