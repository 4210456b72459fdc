import AWSProtocol
import Control
import Documents
import Testing

@testable import AWSServices

@Suite struct IAMTests {
    @Test func `the first administrator is made once and can call at once`() async throws {
        let bed = try await IAMBed()
        let again = try await IAMService(account: IAMBed.account, records: bed.records).bootstrap()
        #expect(again == bed.administrator)
        let identity = try await bed.sts("GetCallerIdentity")
        #expect(identity["Arn"] == "arn:aws:iam::111122223333:user/admin")
        #expect(identity["Account"] == "111122223333")
        #expect(identity["UserId"].string?.hasPrefix("AIDA") == true && identity["UserId"].string?.count == 21)
        let attached = try await bed.iam("ListAttachedUserPolicies", ["UserName": "admin"])
        #expect(
            attached["AttachedPolicies"] == [
                ["PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"]
            ])
    }

    @Test func `a user gets keys that sign until they are inactive or gone`() async throws {
        let bed = try await IAMBed()
        let user = try await bed.iam("CreateUser", ["UserName": "ann", "Path": "/team/", "Tags": [["Key": "a", "Value": "b"]]])
        #expect(user["User"]["Arn"] == "arn:aws:iam::111122223333:user/team/ann")
        let key = try await bed.iam("CreateAccessKey", ["UserName": "ann"])["AccessKey"]
        #expect(key["AccessKeyId"].string?.count == 20 && key["SecretAccessKey"].string?.count == 40)
        let ann = bed.client(key)
        #expect(try await ann.call("iam", "GetUser")["User"]["UserName"] == "ann")
        _ = try await bed.iam("UpdateAccessKey", ["UserName": "ann", "AccessKeyId": key["AccessKeyId"], "Status": "Inactive"])
        #expect(await bed.failure("GetUser", by: ann)?.code == "InvalidClientTokenId")
        #expect(await bed.failure("DeleteUser", ["UserName": "ann"])?.message == "Cannot delete entity, must delete access keys first.")
        #expect(try await bed.iam("ListAccessKeys", ["UserName": "ann"])["AccessKeyMetadata"][0]["SecretAccessKey"] == .null)
        _ = try await bed.iam("DeleteAccessKey", ["UserName": "ann", "AccessKeyId": key["AccessKeyId"]])
        _ = try await bed.iam("DeleteUser", ["UserName": "ann"])
        #expect(
            await bed.failure("GetUser", ["UserName": "ann"])
                == AWSError("NoSuchEntity", "The user with name ann cannot be found.", status: 404))
    }

    @Test func `a third key, a taken name and a wrong key are refused`() async throws {
        let bed = try await IAMBed()
        _ = try await bed.iam("CreateAccessKey")
        #expect(
            await bed.failure("CreateAccessKey") == AWSError("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", status: 409))
        #expect(
            await bed.failure("CreateUser", ["UserName": "ADMIN"])
                == AWSError("EntityAlreadyExists", "User with name ADMIN already exists.", status: 409))
        #expect(await bed.failure("DeleteAccessKey", ["AccessKeyId": "AKIA0000000000000000"])?.code == "NoSuchEntity")
    }

    @Test func `a role keeps its trust policy, policies and tags, and goes when they are gone`() async throws {
        let bed = try await IAMBed()
        let policy = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
        let inline = JSON.text(["Version": "2012-10-17", "Statement": [["Effect": "Allow", "Action": "s3:*", "Resource": "*"]]])
        _ = try await bed.iam("CreateRole", ["RoleName": "node", "AssumeRolePolicyDocument": IAMBed.service])
        _ = try await bed.iam("AttachRolePolicy", ["RoleName": "node", "PolicyArn": .string(policy)])
        _ = try await bed.iam("AttachRolePolicy", ["RoleName": "node", "PolicyArn": .string(policy)])
        _ = try await bed.iam("PutRolePolicy", ["RoleName": "node", "PolicyName": "p", "PolicyDocument": .string(inline)])
        _ = try await bed.iam("TagRole", ["RoleName": "node", "Tags": [["Key": "a", "Value": "1"], ["Key": "b", "Value": "2"]]])
        _ = try await bed.iam("UntagRole", ["RoleName": "node", "TagKeys": ["a"]])
        let role = try await bed.iam("GetRole", ["RoleName": "node"])["Role"]
        #expect(role["Tags"] == [["Key": "b", "Value": "2"]] && role["MaxSessionDuration"] == 3600)
        #expect(role["AssumeRolePolicyDocument"].string?.hasPrefix("%7B%22Version%22") == true)
        #expect(try await bed.iam("GetPolicy", ["PolicyArn": .string(policy)])["Policy"]["AttachmentCount"] == 1)
        #expect(try await bed.iam("ListRolePolicies", ["RoleName": "node"])["PolicyNames"] == ["p"])
        #expect(await bed.failure("DeleteRole", ["RoleName": "node"])?.message == "Cannot delete entity, must detach all policies first.")
        _ = try await bed.iam("DetachRolePolicy", ["RoleName": "node", "PolicyArn": .string(policy)])
        #expect(await bed.failure("DeleteRole", ["RoleName": "node"])?.message == "Cannot delete entity, must delete policies first.")
        _ = try await bed.iam("DeleteRolePolicy", ["RoleName": "node", "PolicyName": "p"])
        _ = try await bed.iam("DeleteRole", ["RoleName": "node"])
        #expect(await bed.failure("GetRole", ["RoleName": "node"])?.message == "The role with name node cannot be found.")
    }

    @Test func `policies that are not policies are refused`() async throws {
        let bed = try await IAMBed()
        func role(_ text: Value) async -> String? {
            await bed.failure("CreateRole", ["RoleName": "r", "AssumeRolePolicyDocument": text])?.message
        }
        #expect(await role("{") == "This policy contains invalid Json")
        #expect(await role(#"{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}"#) == "Missing required field Principal")
        #expect(
            await role(#"{"Statement":[{"Effect":"Allow","Principal":"*","Resource":"*","Action":"sts:AssumeRole"}]}"#)
                == "Has prohibited field Resource")
        let error = await bed.failure("CreatePolicy", ["PolicyName": "p", "PolicyDocument": "[]"])
        #expect(error?.code == "MalformedPolicyDocument" && error?.status == 400)
    }

    @Test func `a customer's policy has versions and cannot go while it is in use`() async throws {
        let bed = try await IAMBed()
        let text = Value.string(JSON.text(["Version": "2012-10-17", "Statement": [["Effect": "Allow", "Action": "*", "Resource": "*"]]]))
        let arn = try await bed.iam("CreatePolicy", ["PolicyName": "p", "PolicyDocument": text])["Policy"]["Arn"]
        for _ in 0..<4 { _ = try await bed.iam("CreatePolicyVersion", ["PolicyArn": arn, "PolicyDocument": text, "SetAsDefault": true]) }
        #expect(await bed.failure("CreatePolicyVersion", ["PolicyArn": arn, "PolicyDocument": text])?.code == "LimitExceeded")
        #expect(
            await bed.failure("DeletePolicyVersion", ["PolicyArn": arn, "VersionId": "v5"])?.message
                == "Cannot delete the default version of a policy.")
        for version in 1...4 { _ = try await bed.iam("DeletePolicyVersion", ["PolicyArn": arn, "VersionId": .string("v\(version)")]) }
        _ = try await bed.iam("AttachUserPolicy", ["UserName": "admin", "PolicyArn": arn])
        #expect(await bed.failure("DeletePolicy", ["PolicyArn": arn])?.message == "Cannot delete a policy attached to entities.")
        #expect(try await bed.iam("ListEntitiesForPolicy", ["PolicyArn": arn])["PolicyUsers"][0]["UserName"] == "admin")
        _ = try await bed.iam("DetachUserPolicy", ["UserName": "admin", "PolicyArn": arn])
        _ = try await bed.iam("DeletePolicy", ["PolicyArn": arn])
        #expect(
            await bed.failure("AttachUserPolicy", ["UserName": "admin", "PolicyArn": arn])?.message
                == "Policy \(arn.string ?? "") does not exist or is not attachable.")
    }

    @Test func `an instance profile hands out the ARN of its role`() async throws {
        let bed = try await IAMBed()
        _ = try await bed.iam("CreateInstanceProfile", ["InstanceProfileName": "box"])
        let role = try await bed.iam("CreateRole", ["RoleName": "node", "AssumeRolePolicyDocument": IAMBed.service])["Role"]
        #expect(IAMRoles.role(ofProfile: "box", in: bed.records) == nil)
        _ = try await bed.iam("AddRoleToInstanceProfile", ["InstanceProfileName": "box", "RoleName": "node"])
        #expect(IAMRoles.role(ofProfile: "arn:aws:iam::111122223333:instance-profile/box", in: bed.records) == role["Arn"].string)
        #expect(await bed.failure("AddRoleToInstanceProfile", ["InstanceProfileName": "box", "RoleName": "node"])?.code == "LimitExceeded")
        #expect(
            await bed.failure("DeleteRole", ["RoleName": "node"])?.message
                == "Cannot delete entity, must remove roles from instance profile first.")
        #expect(
            try await bed.iam("ListInstanceProfilesForRole", ["RoleName": "node"])["InstanceProfiles"][0]["Roles"][0]["RoleName"] == "node")
        _ = try await bed.iam("RemoveRoleFromInstanceProfile", ["InstanceProfileName": "box", "RoleName": "node"])
        _ = try await bed.iam("DeleteInstanceProfile", ["InstanceProfileName": "box"])
        #expect(await bed.failure("GetInstanceProfile", ["InstanceProfileName": "box"])?.message == "Instance Profile box cannot be found.")
    }

    @Test func `listings come in pages`() async throws {
        let bed = try await IAMBed()
        for index in 0..<5 { _ = try await bed.iam("CreateUser", ["UserName": .string("u\(index)")]) }
        let first = try await bed.iam("ListUsers", ["MaxItems": 4])
        #expect(first["IsTruncated"] == true && first["Users"].items.count == 4)
        let rest = try await bed.iam("ListUsers", ["MaxItems": 4, "Marker": first["Marker"]])
        #expect(rest["IsTruncated"] == false && rest["Users"].items.count == 2)
        #expect(try await bed.admin.all("iam", "ListUsers", ["MaxItems": 1]).count == 6)
        #expect(await bed.failure("ListUsers", ["Marker": "x"])?.code == "ValidationError")
    }

    @Test func `a cluster's OpenID Connect provider is kept under its URL`() async throws {
        let bed = try await IAMBed()
        let url = "https://oidc.eks.us-west-1.amazonaws.com/id/ABC"
        let made = try await bed.iam("CreateOpenIDConnectProvider", ["Url": .string(url), "ClientIDList": ["sts.amazonaws.com"]])
        #expect(made["OpenIDConnectProviderArn"] == "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-west-1.amazonaws.com/id/ABC")
        let arn: Value = ["OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]]
        #expect(try await bed.iam("GetOpenIDConnectProvider", arn)["ClientIDList"] == ["sts.amazonaws.com"])
        #expect(await bed.failure("CreateOpenIDConnectProvider", ["Url": .string(url)])?.code == "EntityAlreadyExists")
        _ = try await bed.iam("DeleteOpenIDConnectProvider", arn)
        #expect(await bed.failure("GetOpenIDConnectProvider", arn)?.code == "NoSuchEntity")
    }

    @Test func `a service-linked role is its service's alone`() async throws {
        let bed = try await IAMBed()
        let role = try await bed.iam("CreateServiceLinkedRole", ["AWSServiceName": "eks-nodegroup.amazonaws.com"])["Role"]
        #expect(
            role["Arn"] == "arn:aws:iam::111122223333:role/aws-service-role/eks-nodegroup.amazonaws.com/AWSServiceRoleForAmazonEKSNodegroup"
        )
        #expect(await bed.failure("CreateServiceLinkedRole", ["AWSServiceName": "eks-nodegroup.amazonaws.com"])?.code == "InvalidInput")
        #expect(await bed.failure("DeleteRole", ["RoleName": role["RoleName"]])?.code == "UnmodifiableEntity")
    }
}
