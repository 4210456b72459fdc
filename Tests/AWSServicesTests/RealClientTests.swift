import AWSProtocol
import Control
import Documents
import Foundation
import Network
import Reconcile
import Storage
import Testing

@testable import AWSServices

/// botocore and the AWS CLI, unmodified, against the endpoint over the network. They run where Python has boto3.
@Suite(.serialized, .enabled(if: PythonClient.available, "Python has no boto3 here")) struct RealClientTests {
    private static let account = "111122223333"

    /// Runs the body with a listening endpoint, its port and the administrator's key.
    private func serving(_ body: (Int, Credential) async throws -> Void) async throws {
        let clock = SystemClock()
        let random = RandomSource()
        let store = Store.memory(clock: clock)
        func records(_ name: String) async throws -> Records {
            let realm = try await store.realm(name)
            return Records(realm: realm, writer: RealmWriter(realm: realm, clock: clock, random: random), clock: clock, random: random)
        }
        let global = try await records("global")
        let iam = IAMService(account: Self.account, records: global)
        let ec2 = EC2Service(region: "us-west-1", account: Self.account, records: try await records("region/us-west-1"))
        try await ec2.bootstrap()
        let key = try await iam.bootstrap()
        let endpoint = AWSEndpoint(
            tables: [
                iam.table, STSService(account: Self.account, records: global).table, ec2.table,
                ServiceTable(
                    "eks",
                    [
                        "DescribeCluster": { input, _ in
                            throw AWSError(
                                "ResourceNotFoundException", "No cluster found for name: \(input["name"].string ?? "").", status: 404)
                        }, "ListClusters": { _, _ in ["clusters": ["a", "b"]] },
                    ]),
            ], credentials: IAMCredentials(records: global, account: Self.account), clock: clock)
        let server = HTTPServer(HTTPServer.Configuration(), handler: endpoint)
        let port = try await server.start()
        do {
            try await body(port, key)
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    @Test func `boto3 speaks all four protocols and understands the errors`() async throws {
        try await serving { port, key in
            let output = try await PythonClient.run(script: Self.boto3, port: port, key: key)
            #expect(output == Self.expected, "\(output)")
        }
    }

    @Test func `the command line client works and shows the errors that AWS gives`() async throws {
        try await serving { port, key in
            func aws(_ arguments: String...) async throws -> String {
                try await PythonClient.run(["-m", "awscli"] + arguments, port: port, key: key)
            }
            let identity = try await aws("sts", "get-caller-identity", "--query", "Arn", "--output", "text")
            #expect(identity == "arn:aws:iam::111122223333:user/admin")
            let token = try await aws("eks", "get-token", "--cluster-name", "dev", "--query", "status.token", "--output", "text")
            let verified = try ClusterToken.verify(
                token, cluster: "dev", hosts: { $0 == "http" && $1 == "127.0.0.1:\(port)" || PresignedURL.isSTSHost(scheme: $0, host: $1) },
                credentials: OneKey(credential: key), now: SystemClock().now)
            #expect(verified.credential.principal == key.principal)
            let gone = try await aws("eks", "describe-cluster", "--name", "x")
            #expect(
                gone.contains(
                    "An error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: x."
                ))
            let addons = try await aws("eks", "list-addons", "--cluster-name", "x")
            #expect(
                addons.contains(
                    "An error occurred (NotImplemented) when calling the ListAddons operation: The operation ListAddons is not supported yet."
                ))
        }
    }

    private static let boto3 = #"""
        import boto3, botocore.config
        def client(name, **extra):
            return boto3.client(name, config=botocore.config.Config(retries={"max_attempts": 0}), **extra)
        def error(call, **arguments):
            try:
                call(**arguments)
                print("no error")
            except botocore.exceptions.ClientError as failure:
                print(failure.response["Error"]["Code"], failure.response["ResponseMetadata"]["HTTPStatusCode"], failure.response["Error"]["Message"])
        iam, sts, ec2, eks = (client(name) for name in ("iam", "sts", "ec2", "eks"))
        print(sts.get_caller_identity()["Arn"])
        role = iam.create_role(RoleName="node", AssumeRolePolicyDocument='{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}')["Role"]
        print(role["AssumeRolePolicyDocument"]["Statement"][0]["Effect"], role["CreateDate"].year > 2000)
        keys = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="s1")["Credentials"]
        temporary = client("sts", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"])
        print(temporary.get_caller_identity()["Arn"])
        print(len([u for page in iam.get_paginator("list_policies").paginate(Scope="AWS", PaginationConfig={"PageSize": 10}) for u in page["Policies"]]) > 30)
        vpc = ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["true"]}])["Vpcs"][0]
        print(vpc["CidrBlock"], ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"][0]["VpcId"] == vpc["VpcId"])
        print(eks.list_clusters()["clusters"])
        error(eks.describe_cluster, name="gone")
        error(eks.list_addons, clusterName="gone")
        error(iam.get_user, UserName="gone")
        error(iam.get_user, UserName="a b")
        error(ec2.describe_vpcs, VpcIds=["vpc-0123"])
        error(ec2.create_fleet, LaunchTemplateConfigs=[], TargetCapacitySpecification={"TotalTargetCapacity": 1})
        for name, call in (("sts", "get_caller_identity"), ("eks", "list_clusters"), ("ec2", "describe_vpcs")):
            error(getattr(client(name, aws_secret_access_key="wrong", aws_access_key_id=boto3.Session().get_credentials().access_key), call))
            error(getattr(client(name, aws_secret_access_key="wrong", aws_access_key_id="AKIAUNKNOWN"), call))
        """#
    private static let mismatch =
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. "
        + "Consult the service documentation for details."
    private static let expected = """
        arn:aws:iam::111122223333:user/admin
        Allow True
        arn:aws:sts::111122223333:assumed-role/node/s1
        True
        172.31.0.0/16 True
        ['a', 'b']
        ResourceNotFoundException 404 No cluster found for name: gone.
        NotImplemented 501 The operation ListAddons is not supported yet.
        NoSuchEntity 404 The user with name gone cannot be found.
        ValidationError 400 The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-
        InvalidVpcID.NotFound 400 The vpc ID 'vpc-0123' does not exist
        NotImplemented 501 The operation CreateFleet is not supported yet.
        SignatureDoesNotMatch 403 \(mismatch)
        InvalidClientTokenId 403 The security token included in the request is invalid.
        InvalidSignatureException 403 \(mismatch)
        UnrecognizedClientException 403 The security token included in the request is invalid.
        AuthFailure 401 AWS was not able to validate the provided access credentials
        AuthFailure 401 AWS was not able to validate the provided access credentials
        """
}

private struct OneKey: CredentialSource {
    let credential: Credential
    func credential(accessKey: String) -> Credential? { accessKey == credential.accessKey ? credential : nil }
}
