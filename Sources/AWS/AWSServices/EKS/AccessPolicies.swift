import AWSProtocol
import Documents

/// A cluster access policy of EKS: rules in the form of RBAC rules, authorised apart from RBAC.
/// Source: EKS user guide, "Review access policy permissions".
package struct AccessPolicy: Sendable {
    package struct Rule: Sendable, Hashable {
        package let groups: [String], resources: [String], names: [String], urls: [String], verbs: [String]
    }
    package let name: String
    package let rules: [Rule]
    /// The name that associations use.
    package var arn: String { "arn:aws:eks::aws:cluster-access-policy/\(name)" }

    /// Every policy that ListAccessPolicies tells, sorted by name.
    package static let all: [AccessPolicy] = {
        var policies: [AccessPolicy] = []
        var current: (name: String, rules: [Rule])?
        for line in "\(EKSTables.accessPolicies)".split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words[0] == "policy" {
                if let done = current { policies.append(AccessPolicy(name: done.name, rules: done.rules)) }
                current = (words[1], [])
            } else {
                func list(_ text: String) -> [String] {
                    text == "-" ? [] : text.split(separator: ",").map { $0 == "core" ? "" : String($0) }
                }
                current?.rules.append(
                    Rule(
                        groups: list(words[1]), resources: list(words[2]), names: list(words[3]), urls: list(words[4]),
                        verbs: list(words[5])))
            }
        }
        if let done = current { policies.append(AccessPolicy(name: done.name, rules: done.rules)) }
        return policies.sorted { $0.name < $1.name }
    }()
    /// The policy of an ARN; `nil` when EKS has none of that name.
    package static func named(arn: String) -> AccessPolicy? { all.first { $0.arn == arn } }
}

extension EKSService {
    func listAccessPolicies(_ input: Value, _ context: OperationContext) async throws -> Value {
        let policies = AccessPolicy.all.map { ["name": .string($0.name), "arn": .string($0.arn)] as Value }
        return try Page(policies, input: input).output("accessPolicies")
    }
}
