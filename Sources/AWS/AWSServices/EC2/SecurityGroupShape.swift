import AWSProtocol
import Documents

/// The shape of security groups and their rules.
enum SecurityGroupShape {
    /// A new group: everything may go out; with `fromItself` its members may talk to each other.
    static func new(id: String, name: String, description: String, vpc: String, account: String, fromItself: Bool) -> Value {
        [
            "GroupId": .string(id), "GroupName": .string(name), "Description": .string(description), "VpcId": .string(vpc),
            "OwnerId": .string(account),
            "IpPermissions": fromItself
                ? [["IpProtocol": "-1", "UserIdGroupPairs": [["GroupId": .string(id), "UserId": .string(account)]]]] : [],
            "IpPermissionsEgress": [["IpProtocol": "-1", "IpRanges": [["CidrIp": "0.0.0.0/0"]]]],
        ]
    }
    /// The permissions that a request names, in either of its two forms.
    static func permissions(_ input: Value) throws -> [Value] {
        if let permissions = input["IpPermissions"].array { return try permissions.map(checked) }
        guard let transport = input["IpProtocol"].string else {
            throw AWSError("MissingParameter", "The request must contain the parameter ipPermissions")
        }
        var permission: Value = ["IpProtocol": .string(transport), "FromPort": input["FromPort"], "ToPort": input["ToPort"]]
        permission["IpRanges"] = [["CidrIp": .string(input["CidrIp"].string ?? "0.0.0.0/0")]]
        return [try checked(permission)]
    }
    private static func checked(_ permission: Value) throws -> Value {
        guard permission["IpProtocol"].string != nil else {
            throw AWSError("MissingParameter", "The request must contain the parameter ipProtocol")
        }
        for range in permission["IpRanges"].items.compactMap({ $0["CidrIp"].string }) where IPv4Network(range) == nil {
            throw AWSError("InvalidParameterValue", "CIDR block \(range) is malformed")
        }
        for port in [permission["FromPort"].int, permission["ToPort"].int].compactMap({ $0 }) where !(-1...65535).contains(port) {
            throw AWSError("InvalidParameterValue", "Invalid value '\(port)' for portRange. Must be between 0 and 65535.")
        }
        return permission
    }
    /// One rule per source: permissions with several sources fall apart.
    static func rules(_ permissions: [Value]) -> [Value] {
        permissions.flatMap { permission -> [Value] in
            ["IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"].flatMap { member in
                permission[member].items.map { source -> Value in
                    var source = source
                    source["UserId"] = .null
                    var rule: Value = [
                        "IpProtocol": permission["IpProtocol"], "FromPort": permission["FromPort"], "ToPort": permission["ToPort"],
                    ]
                    rule[member] = [source]
                    return rule
                }
            }
        }.map(withoutNulls)
    }
    private static func withoutNulls(_ rule: Value) -> Value {
        guard var object = rule.object else { return rule }
        object.removeAll { $0.value.isNull }
        return .object(object)
    }
    /// A rule in the words of EC2's errors.
    static func text(_ rule: Value) -> String {
        let source = rule["IpRanges"][0]["CidrIp"].string ?? rule["UserIdGroupPairs"][0]["GroupId"].string ?? ""
        guard let from = rule["FromPort"].int, let to = rule["ToPort"].int else { return "peer: \(source), ALL, ALLOW" }
        let transport = (rule["IpProtocol"].string ?? "").uppercased()
        return "peer: \(source), \(transport), from port: \(from), to port: \(to), ALLOW"
    }
}
