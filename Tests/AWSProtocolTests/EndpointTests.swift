import Control
import Documents
import Network
import Testing

@testable import AWSProtocol

/// The way of a request through the endpoint, and the errors along it.
@Suite struct EndpointTests {
    private static let echo: OperationHandler = { input, _ in ["cluster": ["name": input["name"], "createdAt": 1_700_000_000.5]] }
    private let bed = Bed([
        ServiceTable(
            "eks",
            [
                "DescribeCluster": echo, "CreateCluster": echo,
                "ListClusters": { input, context in
                    let start = input["nextToken"].string.flatMap { Int($0) } ?? 0
                    var output: Value = ["clusters": .array((start..<start + 2).map { .string("c\($0)-\(context.region)") })]
                    if start < 4 { output["nextToken"] = .string("\(start + 2)") }
                    return output
                },
                "DeleteCluster": { input, _ in
                    throw AWSError(
                        "ResourceNotFoundException", "No cluster found for name: \(input["name"].string ?? "").",
                        members: ["clusterName": input["name"]])
                },
                "TagResource": { _, _ in throw HTTPError.timedOut },
            ]),
        ServiceTable("sts", ["GetCallerIdentity": { _, context in ["Arn": .string(context.principal.arn), "Account": "111122223333"] }]),
        ServiceTable(
            "iam",
            [
                "CreateUser": { input, _ in
                    ["User": ["UserName": input["UserName"], "CreateDate": "2026-01-02T03:04:05Z", "Tags": input["Tags"]]]
                },
                "GetUser": { _, _ in throw AWSError("NoSuchEntity", "The user with name <x> & \"y\" cannot be found.") },
            ]),
        ServiceTable(
            "ec2",
            [
                "DescribeVpcs": { input, _ in ["Vpcs": [["VpcId": "vpc-1", "Tags": input["Filters"]]]] },
                "RunInstances": { input, _ in ["Instances": [["InstanceType": input["InstanceType"]]], "OwnerId": "1"] },
                "DeleteVpc": { input, _ in
                    throw AWSError("InvalidVpcID.NotFound", "The vpc ID '\(input["VpcId"].string ?? "")' does not exist")
                },
            ]),
    ])

    @Test func `rest-json carries labels, bodies and timestamps`() async throws {
        let output = try await bed.client().call("eks", "DescribeCluster", ["name": "EKS-Test"])
        #expect(output["cluster"]["name"] == "EKS-Test")
        #expect(output["cluster"]["createdAt"].string.flatMap { Timestamp($0) }?.seconds == 1_700_000_000)
        let (response, text) = try await bed.send(HTTPRequest("GET", "/clusters/EKS-Test"), service: "eks")
        #expect(response.status == 200)
        #expect(text.contains(#""createdAt":1700000000.5"#))
        #expect(response.headers["x-amzn-requestid"]?.count == 36)
    }

    @Test func `pages follow each other to the end`() async throws {
        let all = try await bed.client().all("eks", "ListClusters")
        #expect(all.count == 6)
        #expect(all.last == "c5-us-west-1")
    }

    @Test func `an error has the model's status, its members and its type in a header`() async throws {
        let (response, text) = try await bed.send(HTTPRequest("DELETE", "/clusters/gone"), service: "eks")
        #expect(response.status == 404)
        #expect(response.headers["x-amzn-errortype"] == "ResourceNotFoundException")
        #expect(text == #"{"clusterName":"gone","message":"No cluster found for name: gone."}"#)
    }

    @Test func `what a handler did not foresee is a server's error without detail`() async throws {
        let error = try await bed.failure(bed.client(), "eks", "TagResource", ["resourceArn": "a", "tags": ["a": "b"]])
        #expect(error?.code == "ServerException" && error?.status == 500)
    }

    @Test func `the query protocol carries lists and escapes markup`() async throws {
        let output = try await bed.client().call(
            "iam", "CreateUser", ["UserName": "ann", "Tags": [["Key": "a:b=", "Value": "c/ü"], ["Key": "e", "Value": ""]]])
        #expect(output["User"]["Tags"] == [["Key": "a:b=", "Value": "c/ü"], ["Key": "e", "Value": ""]])
        #expect(output["User"]["CreateDate"] == "2026-01-02T03:04:05Z")
        let error = try await bed.failure(bed.client(), "iam", "GetUser")
        #expect(error == AWSError("NoSuchEntity", "The user with name <x> & \"y\" cannot be found.", status: 404))
        let (_, text) = try await bed.send(
            HTTPRequest("POST", "/", headers: ["content-type": "application/x-www-form-urlencoded"]),
            body: "Action=GetCallerIdentity&Version=2011-06-15", service: "sts")
        #expect(text.contains("<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"))
    }

    @Test func `EC2 takes flat lists under capitals and answers in items`() async throws {
        let output = try await bed.client().call("ec2", "RunInstances", ["InstanceType": "t2.small", "MinCount": 1, "MaxCount": 1])
        #expect(output["Instances"][0]["InstanceType"] == "t2.small")
        let (_, text) = try await bed.send(
            HTTPRequest("POST", "/", headers: ["content-type": "application/x-www-form-urlencoded"]),
            body: "Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1", service: "ec2")
        #expect(text.contains("<vpcSet><item>") && text.contains("<vpcId>vpc-1</vpcId>"))
    }

    @Test(arguments: [
        ("DeleteVpc", "VpcId=vpc-9", "InvalidVpcID.NotFound", "The vpc ID 'vpc-9' does not exist"),
        ("DeleteVpc", "", "MissingParameter", "The request must contain the parameter VpcId"),
        ("DeleteVpc", "VpcId=vpc-1&DryRun=true", "DryRunOperation", "Request would have succeeded, but DryRun flag is set."),
        ("DeleteVpc", "VpcId=vpc-1&Foo=1", "UnknownParameter", "The parameter Foo is not recognized"),
        ("DescribeVpcs", "MaxResults=x", "InvalidParameterValue", "Value (x) for parameter MaxResults is invalid. Expecting an integer."),
        ("MakeCoffee", "", "InvalidAction", "The action MakeCoffee is not valid for this web service."),
        ("CreateFleet", "", "NotImplemented", "The operation CreateFleet is not supported yet."),
        ("CreateVpc", "CidrBlock=10.0.0.0/16", "NotImplemented", "The operation CreateVpc is not supported yet."),
    ])
    func `EC2 says what is wrong in its own words`(action: String, parameters: String, code: String, message: String) async throws {
        let (_, text) = try await bed.send(
            HTTPRequest("POST", "/", headers: ["content-type": "application/x-www-form-urlencoded"]),
            body: "Action=\(action)&Version=2016-11-15&\(parameters)", service: "ec2")
        #expect(text.contains("<Response><Errors><Error><Code>\(code)</Code><Message>\(message)</Message>"), "\(text)")
    }

    @Test func `IAM names every constraint that is broken`() async throws {
        let missing = try await bed.failure(bed.client(), "iam", "CreateUser")
        #expect(missing?.code == "ValidationError")
        #expect(
            missing?.message
                == "1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null")
        let wrong = try await bed.failure(bed.client(), "iam", "CreateUser", ["UserName": "a b"])
        #expect(
            wrong?.message
                == "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
        )
        let tag = try await bed.failure(bed.client(), "iam", "CreateUser", ["UserName": "a", "Tags": [["Key": "", "Value": ""]]])
        #expect(
            tag?.message.contains("at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1")
                == true)
    }

    @Test func `EKS names members that are missing or malformed`() async throws {
        let error = try await bed.failure(bed.client(), "eks", "CreateCluster", ["name": "bad name", "roleArn": "r"])
        #expect(error?.code == "InvalidParameterException" && error?.status == 400)
        #expect(
            error?.message.hasPrefix(
                "2 validation errors detected: Value 'bad name' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: "
            ) == true)
        let (response, text) = try await bed.send(HTTPRequest("POST", "/clusters"), body: #"{"name": 1}"#, service: "eks")
        #expect(response.status == 400 && response.headers["x-amzn-errortype"] == "SerializationException")
        #expect(text.contains("NUMBER_VALUE cannot be converted to String"))
        let (broken, _) = try await bed.send(HTTPRequest("POST", "/clusters"), body: "{", service: "eks")
        #expect(broken.headers["x-amzn-errortype"] == "SerializationException")
    }

    @Test func `operations without handler and paths without operation are told apart`() async throws {
        let unsupported = try await bed.failure(bed.client(), "eks", "ListAddons", ["clusterName": "a"])
        #expect(
            unsupported
                == AWSError(
                    "NotImplemented", "The operation ListAddons is not supported yet.", status: 501,
                    members: ["message": "The operation ListAddons is not supported yet."]))
        let (response, _) = try await bed.send(HTTPRequest("GET", "/nowhere"), service: "eks")
        #expect(response.status == 404 && response.headers["x-amzn-errortype"] == "UnknownOperationException")
        let (service, text) = try await bed.send(HTTPRequest("GET", "/bucket"), service: "s3")
        #expect(service.status == 501 && text.contains("<Code>NotImplemented</Code>"))
        let target: HTTPFields = ["x-amz-target": "DynamoDB_20120810.ListTables", "content-type": "application/x-amz-json-1.0"]
        let (table, words) = try await bed.send(HTTPRequest("POST", "/", headers: target), body: "{}", service: "dynamodb")
        #expect(table.status == 501 && words.contains("\"message\":\"The service dynamodb is not supported yet.\""), "\(words)")
        #expect(words.contains("\"__type\":\"NotImplemented\""), "\(words)")
    }
}

/// Who may not call, and what they are told.
@Suite struct AuthenticationTests {
    private static let tables = [
        ServiceTable("sts", ["GetCallerIdentity": { _, _ in ["Account": "1"] }]),
        ServiceTable("eks", ["ListClusters": { _, _ in ["clusters": []] }]),
        ServiceTable("ec2", ["DescribeVpcs": { _, _ in [:] }]),
    ]
    private let bed = Bed(Self.tables)
    private static let form: HTTPFields = ["content-type": "application/x-www-form-urlencoded"]

    @Test(arguments: [("sts", "GetCallerIdentity"), ("eks", "ListClusters"), ("ec2", "DescribeVpcs")])
    func `a wrong secret, an unknown key and a foreign clock are refused`(service: String, operation: String) async throws {
        let wrong = try await bed.failure(
            bed.client(SigningCredential(accessKey: "AKIAIOSFODNN7EXAMPLE", secret: "no")), service, operation)
        let unknown = try await bed.failure(bed.client(SigningCredential(accessKey: "AKIAUNKNOWN", secret: "no")), service, operation)
        let late = try await bed.failure(bed.client(clock: ManualClock(bed.clock.now - .seconds(301))), service, operation)
        let early = try await bed.failure(bed.client(clock: ManualClock(bed.clock.now + .seconds(301))), service, operation)
        let codes = [wrong, unknown, late, early].map { $0?.code ?? "" }
        switch service {
        case "sts": #expect(codes == ["SignatureDoesNotMatch", "InvalidClientTokenId", "SignatureDoesNotMatch", "SignatureDoesNotMatch"])
        case "eks":
            #expect(
                codes == [
                    "InvalidSignatureException", "UnrecognizedClientException", "InvalidSignatureException", "InvalidSignatureException",
                ])
        default: #expect(codes == ["AuthFailure", "AuthFailure", "RequestExpired", "RequestExpired"])
        }
        guard service != "ec2" else { return }
        #expect(wrong?.status == 403 && unknown?.status == 403)
        #expect(late?.message == "Signature expired: 20260102T025904Z is now earlier than 20260102T025905Z (20260102T030405Z - 5 min.)")
        #expect(
            early?.message == "Signature not yet current: 20260102T030906Z is still later than 20260102T030905Z (20260102T030405Z + 5 min.)"
        )
        #expect(try await bed.failure(bed.client(clock: ManualClock(bed.clock.now - .seconds(299))), service, operation) == nil)
    }

    @Test func `an unsigned request is told what it lacks`() async throws {
        let (query, text) = try await bed.send(
            HTTPRequest("POST", "/", headers: Self.form), body: "Action=GetCallerIdentity&Version=2011-06-15", service: nil)
        #expect(query.status == 403 && text.contains("<Code>MissingAuthenticationToken</Code>"))
        let (rest, body) = try await bed.send(HTTPRequest("GET", "/clusters"), service: nil)
        #expect(rest.status == 403 && rest.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException")
        #expect(body == #"{"message":"Missing Authentication Token"}"#)
        let (ec2, words) = try await bed.send(
            HTTPRequest("POST", "/", headers: Self.form), body: "Action=DescribeVpcs&Version=2016-11-15", service: nil)
        #expect(ec2.status == 400 && words.contains("The request must contain the parameter AWSAccessKeyId"))
    }

    @Test func `a signature with parts missing is incomplete`() async throws {
        var request = HTTPRequest("POST", "/", headers: Self.form)
        request.headers["authorization"] = "AWS4-HMAC-SHA256 Credential=AKIA/20260102/us-west-1/sts/aws4_request"
        let (response, text) = try await bed.send(request, body: "Action=GetCallerIdentity&Version=2011-06-15", service: nil)
        #expect(response.status == 403 && text.contains("<Code>IncompleteSignature</Code>"))
        #expect(text.contains("Authorization header requires 'Signature' parameter."))
    }

    @Test func `temporary keys need their token and end`() async throws {
        let bed = Bed(Self.tables, credentials: FixedCredentials(expires: self.bed.clock.now + .seconds(60)))
        #expect(try await bed.failure(bed.client(FixedCredentials.temporary), "sts", "GetCallerIdentity") == nil)
        let bare = SigningCredential(accessKey: FixedCredentials.temporary.accessKey, secret: FixedCredentials.secret)
        #expect(try await bed.failure(bed.client(bare), "sts", "GetCallerIdentity")?.code == "InvalidClientTokenId")
        bed.clock.advance(by: .seconds(60))
        #expect(try await bed.failure(bed.client(FixedCredentials.temporary), "sts", "GetCallerIdentity")?.code == "ExpiredToken")
        #expect(try await bed.failure(bed.client(FixedCredentials.temporary), "eks", "ListClusters")?.code == "ExpiredTokenException")
    }

    @Test func `an inactive key is as good as none`() async throws {
        let bed = Bed(Self.tables, credentials: FixedCredentials(active: false))
        #expect(try await bed.failure(bed.client(), "sts", "GetCallerIdentity")?.code == "InvalidClientTokenId")
    }

    @Test func `a presigned URL is taken until it expires`() async throws {
        let query = Signer(credential: FixedCredentials.key, region: "us-east-1", service: "sts").presign(
            host: "localhost:4566", path: "/",
            items: [URLTarget.Item("Action", "GetCallerIdentity"), URLTarget.Item("Version", "2011-06-15")],
            headers: [:], expires: 60, at: bed.clock.now)
        let (taken, _) = try await bed.send(HTTPRequest("GET", "/?\(query)"), service: nil)
        #expect(taken.status == 200)
        let (changed, _) = try await bed.send(HTTPRequest("GET", "/?\(query)&DurationSeconds=1"), service: nil)
        #expect(changed.status == 403)
        bed.clock.advance(by: .seconds(61))
        let (late, text) = try await bed.send(HTTPRequest("GET", "/?\(query)"), service: nil)
        #expect(late.status == 403 && text.contains("Signature expired: 20260102T030505Z is now earlier than 20260102T030506Z"))
    }
}
