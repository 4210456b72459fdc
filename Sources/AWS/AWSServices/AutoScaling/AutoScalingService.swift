package import AWSProtocol
import Documents
import Reconcile

/// What the handlers of EC2 Auto Scaling work with. Source: Amazon EC2 Auto Scaling API reference.
package struct AutoScalingService: Sendable {
    let region: String
    let account: String
    let records: Records

    package init(region: String, account: String, records: Records) {
        (self.region, self.account, self.records) = (region, account, records)
    }

    /// The operations that have a handler.
    package var table: ServiceTable {
        ServiceTable(
            "autoscaling",
            [
                "CreateAutoScalingGroup": createGroup, "CreateOrUpdateTags": createTags, "DeleteAutoScalingGroup": deleteGroup,
                "DeleteTags": deleteTags, "DescribeAutoScalingGroups": describeGroups, "DescribeAutoScalingInstances": describeInstances,
                "DescribeScalingActivities": describeActivities, "DescribeTags": describeTags, "SetDesiredCapacity": setDesiredCapacity,
                "TerminateInstanceInAutoScalingGroup": terminateInstance, "UpdateAutoScalingGroup": updateGroup,
            ])
    }

    static func invalid(_ message: String) -> AWSError { AWSError("ValidationError", message) }
    /// The group of that name.
    /// - Throws: `ValidationError` with Auto Scaling's text.
    func group(_ name: String) throws -> AutoScalingGroup {
        guard let group = records.get(AutoScalingGroup.self, name), group.metadata.deletionTimestamp == nil else {
            throw Self.invalid("AutoScalingGroup name not found - AutoScalingGroup '\(name)' not found")
        }
        return group
    }
    /// Changes a group.
    /// - Throws: `ValidationError` when there is none, and what `change` throws.
    func update(_ name: String, _ change: (inout AutoScalingGroup) throws -> Void) async throws {
        _ = try group(name)
        guard try await records.update(AutoScalingGroup.self, name, change) != nil else {
            throw Self.invalid("AutoScalingGroup name not found - AutoScalingGroup '\(name)' not found")
        }
    }
    /// Instances that belong to a group and are not yet terminated.
    func instances(of group: String) -> [Instance] {
        records.list(Instance.self).filter { $0.spec.autoScalingGroup == group && $0.status.state != "terminated" }
    }
    func arn(_ group: AutoScalingGroup) -> String {
        "arn:aws:autoscaling:\(region):\(account):autoScalingGroup:\(group.metadata.uid ?? ""):autoScalingGroupName/\(group.metadata.name ?? "")"
    }
    /// One page of the query protocol's `MaxRecords` and `NextToken`; the token is the position to go on at.
    static func page(_ all: [Value], _ input: Value, _ member: String, limit: Int) throws -> Value {
        let start = input["NextToken"].string.map { Int($0) } ?? 0
        guard let start, start >= 0 else {
            throw AWSError("InvalidNextToken", "The token '\(input["NextToken"].string ?? "")' is invalid.")
        }
        let window = Window(all, from: start, size: min(input["MaxRecords"].int ?? limit, 100))
        var output: Value = [:]
        output[member] = .array(window.items)
        if let next = window.next { output["NextToken"] = .string("\(next)") }
        return output
    }
}
