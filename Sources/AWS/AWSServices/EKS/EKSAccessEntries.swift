import AWSProtocol
import Control
import Documents
import Reconcile

/// Access entries: IAM principals that a cluster knows. Source: EKS user guide, "Grant IAM users access to Kubernetes with EKS access entries".
extension EKSService {
    private static let types = ["STANDARD", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX"]

    /// The cluster, when its authentication mode has access entries.
    private func clusterWithEntries(_ input: Value) throws -> String {
        let name = input["clusterName"].string ?? ""
        guard try cluster(name).spec.accessConfig.authenticationMode != "CONFIG_MAP" else {
            throw EKSError.invalidRequest(
                "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
                cluster: name)
        }
        return name
    }
    private func entry(_ input: Value, in cluster: String) throws -> AccessEntry {
        guard let entry = records.get(AccessEntry.self, AccessEntry.name(of: input["principalArn"].string ?? ""), in: cluster) else {
            throw EKSError.noAccessEntry
        }
        return entry
    }

    func createAccessEntry(_ input: Value, _ context: OperationContext) async throws -> Value {
        let cluster = try clusterWithEntries(input)
        let principal = try checkedPrincipal(input["principalArn"].string ?? "")
        let type = input["type"].string ?? "STANDARD"
        let groups = input["kubernetesGroups"].items.compactMap(\.string)
        guard Self.types.contains(type) else { throw EKSError.invalidParameter("The type \(type) is not a valid access entry type") }
        if type != "STANDARD", !(groups.isEmpty && input["username"].isNull) {
            throw EKSError.invalidParameter("You can't specify a username or kubernetesGroups for an access entry of type \(type)")
        }
        let username = try checkedUsername(
            input["username"].string ?? AccessEntryDefaults.username(principal, type: type), given: !input["username"].isNull)
        try checkGroups(groups)
        var entry = AccessEntry()
        entry.metadata.namespace = cluster
        entry.metadata.name = AccessEntry.name(of: principal)
        entry.spec.principalArn = principal
        entry.spec.type = type
        entry.spec.username = username
        entry.spec.kubernetesGroups = type == "STANDARD" ? groups : AccessEntryDefaults.groups(type: type)
        entry.spec.tags = try tags(input["tags"].strings)
        entry.spec.modifiedAt = context.now.text
        do { return ["accessEntry": describe(try await records.create(entry))] } catch ChangeError.alreadyExists {
            throw EKSError.inUse("The specified access entry resource is already in use on this cluster.", cluster: cluster)
        }
    }
    private func checkedPrincipal(_ arn: String) throws -> String {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "iam",
            parts[5].hasPrefix("user/") || parts[5].hasPrefix("role/") || parts[5] == "root"
        else {
            throw EKSError.invalidParameter("The principalArn parameter format is not valid")
        }
        guard !parts[5].hasPrefix("role/aws-service-role/") else {
            throw EKSError.invalidParameter(
                "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role")
        }
        if parts[5].hasPrefix("role/"), parts[4] == account, !roleExists(arn) {
            throw EKSError.invalidParameter("The specified principalArn is invalid: invalid principal.")
        }
        return arn
    }
    /// Source: EKS user guide: user names may not begin with these prefixes; assumed roles need the session name somewhere behind a colon.
    private func checkedUsername(_ username: String, given: Bool) throws -> String {
        if given, ["system:", "eks:", "aws:", "amazon:", "iam:"].contains(where: username.hasPrefix) {
            throw EKSError.invalidParameter("The username must not begin with system:, eks:, aws:, amazon:, or iam:")
        }
        return username
    }
    private func checkGroups(_ groups: [String]) throws {
        for group in groups where ["system:", "eks:", "aws:", "amazon:", "iam:"].contains(where: group.hasPrefix) {
            throw EKSError.invalidParameter("The kubernetes group name \(group) is invalid, it cannot start with system:")
        }
    }

    func describeAccessEntry(_ input: Value, _ context: OperationContext) async throws -> Value {
        ["accessEntry": describe(try entry(input, in: try clusterWithEntries(input)))]
    }
    func listAccessEntries(_ input: Value, _ context: OperationContext) async throws -> Value {
        let cluster = try clusterWithEntries(input)
        let policy = input["associatedPolicyArn"].string
        let entries = records.list(AccessEntry.self, in: cluster).filter { entry in
            policy == nil || (entry.spec.policies ?? []).contains { $0.policyArn == policy }
        }
        return try Page(entries.compactMap { $0.spec.principalArn.map(Value.string) }, input: input).output("accessEntries")
    }
    func updateAccessEntry(_ input: Value, _ context: OperationContext) async throws -> Value {
        let cluster = try clusterWithEntries(input)
        let standing = try entry(input, in: cluster)
        guard standing.spec.type == "STANDARD" else {
            throw EKSError.invalidParameter("You can't update an access entry of type \(standing.spec.type ?? "")")
        }
        let groups = input["kubernetesGroups"].array?.compactMap(\.string)
        try checkGroups(groups ?? [])
        let username = try input["username"].string.map { try checkedUsername($0, given: true) }
        let updated = try await records.update(AccessEntry.self, standing.metadata.name ?? "", in: cluster) { entry in
            if let groups { entry.spec.kubernetesGroups = groups }
            if let username { entry.spec.username = username }
            entry.spec.modifiedAt = context.now.text
        }
        guard let updated else { throw EKSError.noAccessEntry }
        return ["accessEntry": describe(updated)]
    }
    func deleteAccessEntry(_ input: Value, _ context: OperationContext) async throws -> Value {
        let cluster = try clusterWithEntries(input)
        let entry = try entry(input, in: cluster)
        try await records.delete(AccessEntry.self, entry.metadata.name ?? "", in: cluster)
        return [:]
    }

    /// The `AccessEntry` shape.
    private func describe(_ entry: AccessEntry) -> Value {
        let (cluster, principal) = (entry.metadata.namespace ?? "", entry.spec.principalArn ?? "")
        let parts = principal.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        let path =
            parts.count == 6
            ? "\(parts[5].split(separator: "/").first ?? "")/\(parts[4])/\(parts[5].split(separator: "/").last ?? "")" : principal
        return [
            "clusterName": .string(cluster), "principalArn": .string(principal),
            "kubernetesGroups": .array((entry.spec.kubernetesGroups ?? []).map(Value.string)),
            "accessEntryArn": .string(arn("access-entry/\(cluster)/\(path)/\(entry.metadata.uid ?? "")")),
            "createdAt": entry.metadata.value["creationTimestamp"], "modifiedAt": entry.spec.value["modifiedAt"],
            "tags": Value(entry.spec.tags ?? [:]), "username": .string(entry.spec.username ?? ""),
            "type": .string(entry.spec.type ?? "STANDARD"),
        ]
    }
}

/// Policies of access entries.
extension EKSService {
    func associateAccessPolicy(_ input: Value, _ context: OperationContext) async throws -> Value {
        let cluster = try clusterWithEntries(input)
        let entry = try entry(input, in: cluster)
        guard let policy = AccessPolicy.named(arn: input["policyArn"].string ?? "") else {
            throw EKSError.invalidParameter("The policyArn parameter format is not valid")
        }
        guard entry.spec.type == "STANDARD" || entry.spec.type == "EC2" else {
            throw EKSError.invalidParameter("You can't associate an access policy with an access entry of type \(entry.spec.type ?? "")")
        }
        var associated = View<AssociatedPolicyFields>()
        associated.policyArn = policy.arn
        associated.accessScope = try scope(input["accessScope"])
        (associated.associatedAt, associated.modifiedAt) = (context.now.text, context.now.text)
        _ = try await records.update(AccessEntry.self, entry.metadata.name ?? "", in: cluster) { entry in
            var policies = entry.spec.policies ?? []
            if let index = policies.firstIndex(where: { $0.policyArn == policy.arn }) {
                associated.associatedAt = policies[index].associatedAt
                policies[index] = associated
            } else {
                policies.append(associated)
            }
            entry.spec.policies = policies
        }
        return [
            "clusterName": .string(cluster), "principalArn": input["principalArn"], "associatedAccessPolicy": associated.value,
        ]
    }
    private func scope(_ input: Value) throws -> View<AccessScopeFields> {
        var scope = View<AccessScopeFields>()
        scope.type = input["type"].string
        scope.namespaces = input["namespaces"].items.compactMap(\.string)
        guard (scope.type == "namespace") == (scope.namespaces?.isEmpty == false) else {
            throw EKSError.invalidParameter(
                scope.type == "namespace"
                    ? "Namespaces must be specified when the access scope type is namespace"
                    : "Namespaces can't be specified when the access scope type is cluster")
        }
        return scope
    }
    func disassociateAccessPolicy(_ input: Value, _ context: OperationContext) async throws -> Value {
        let cluster = try clusterWithEntries(input)
        let entry = try entry(input, in: cluster)
        let arn = input["policyArn"].string
        guard (entry.spec.policies ?? []).contains(where: { $0.policyArn == arn }) else {
            throw EKSError.notFound("The specified policyArn could not be found on the access entry.", cluster: cluster)
        }
        _ = try await records.update(AccessEntry.self, entry.metadata.name ?? "", in: cluster) { entry in
            entry.spec.policies = (entry.spec.policies ?? []).filter { $0.policyArn != arn }
        }
        return [:]
    }
    func listAssociatedAccessPolicies(_ input: Value, _ context: OperationContext) async throws -> Value {
        let cluster = try clusterWithEntries(input)
        let entry = try entry(input, in: cluster)
        return try Page((entry.spec.policies ?? []).map(\.value), input: input)
            .output("associatedAccessPolicies", ["clusterName": .string(cluster), "principalArn": input["principalArn"]])
    }
}
