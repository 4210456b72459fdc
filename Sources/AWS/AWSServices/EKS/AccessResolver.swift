package import AWSProtocol
package import Documents
package import Storage

/// The user names and groups that entries get when the caller gives none. Source: EKS user guide, "Create access entries".
enum AccessEntryDefaults {
    static func username(_ principal: String, type: String) -> String {
        switch type {
        case "EC2_LINUX", "EC2_WINDOWS", "EC2": return "system:node:{{EC2PrivateDNSName}}"
        case "FARGATE_LINUX", "HYBRID_LINUX": return "system:node:{{SessionName}}"
        default: break
        }
        let parts = principal.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[5].hasPrefix("role/") else { return principal }
        return "arn:aws:sts::\(parts[4]):assumed-role/\(parts[5].split(separator: "/").last ?? "")/{{SessionName}}"
    }
    static func groups(type: String) -> [String] {
        switch type {
        case "EC2_LINUX", "EC2": ["system:nodes"]
        case "EC2_WINDOWS": ["system:nodes", "eks:kube-proxy-windows"]
        case "FARGATE_LINUX": ["system:nodes", "system:node-proxier"]
        case "HYBRID_LINUX": ["system:nodes", "eks:hybrid-nodes"]
        default: []
        }
    }
}

/// Who an AWS principal is in a cluster.
package struct MappedIdentity: Sendable, Hashable {
    package var username: String
    package var groups: [String]
    package init(username: String, groups: [String]) { (self.username, self.groups) = (username, groups) }
}

/// An access policy of a principal; no namespaces means the whole cluster.
package struct GrantedPolicy: Sendable, Hashable {
    package let policy: String
    package let namespaces: [String]?
}

/// Maps AWS principals to cluster users: access entries first, then the aws-auth ConfigMap, as the authentication mode allows.
/// Source: EKS user guide, authentication modes; the aws-auth format is that of aws-iam-authenticator.
package struct AccessResolver: Sendable {
    let records: Records
    package init(records: Records) { self.records = records }
    /// Where its documents are.
    package var realm: Realm { records.realm }
    /// The revision of the region's documents, which mappings and policies are made of.
    package var revision: Revision { records.realm.head }

    /// The principal's identity in the cluster, nil when nothing maps it.
    /// `awsAuth` is the `data` of the cluster's kube-system/aws-auth ConfigMap; `nodeName` the private DNS name of the principal's instance.
    package func resolve(_ principal: Principal, cluster name: String, awsAuth: Value, nodeName: String? = nil) -> MappedIdentity? {
        guard let cluster = records.get(EKSCluster.self, name) else { return nil }
        let mode = cluster.spec.accessConfig.authenticationMode ?? "CONFIG_MAP"
        let session = principal.arn.split(separator: "/").last.map(String.init) ?? ""
        func filled(_ text: String) -> String {
            text.replacing("{{EC2PrivateDNSName}}", with: nodeName ?? Self.nodeName(session, records) ?? session).replacing(
                "{{SessionNameRaw}}", with: session
            )
            .replacing("{{SessionName}}", with: session.replacing("@", with: "-")).replacing("{{AccountID}}", with: principal.account)
        }
        if mode != "CONFIG_MAP", let entry = records.get(AccessEntry.self, AccessEntry.name(of: principal.entryARN), in: name) {
            return MappedIdentity(username: filled(entry.spec.username ?? ""), groups: entry.spec.kubernetesGroups ?? [])
        }
        guard mode != "API" else { return nil }
        if mode == "CONFIG_MAP", cluster.spec.creator == principal.entryARN,
            cluster.spec.accessConfig.bootstrapClusterCreatorAdminPermissions != false
        {
            return MappedIdentity(username: "kubernetes-admin", groups: ["system:masters"])
        }
        guard let mapping = mapping(of: principal, in: awsAuth) else { return nil }
        return MappedIdentity(username: filled(mapping.username), groups: mapping.groups.map(filled))
    }

    /// The private DNS name of the instance that a session is named after, which is its node's name.
    private static func nodeName(_ session: String, _ records: Records) -> String? {
        guard session.hasPrefix("i-"), let instance = records.get(Instance.self, session) else { return nil }
        let primary = records.get(NetworkInterface.self, NetworkInterfaces.primaryID(of: session))
        let region = instance.spec.availabilityZone.map { String($0.dropLast()) }
        return primary?.spec.addresses?.first.flatMap { address in region.map { NetworkInterfaces.dnsName(address, region: $0) } }
    }

    /// The access policies of a principal's entry in the cluster at this moment.
    package func policies(ofPrincipal arn: String, cluster name: String) -> [GrantedPolicy] {
        guard let cluster = records.get(EKSCluster.self, name), cluster.spec.accessConfig.authenticationMode != "CONFIG_MAP",
            let entry = records.get(AccessEntry.self, AccessEntry.name(of: arn), in: name)
        else { return [] }
        return (entry.spec.policies ?? []).map { policy in
            GrantedPolicy(
                policy: policy.policyArn ?? "", namespaces: policy.accessScope.type == "namespace" ? policy.accessScope.namespaces : nil)
        }
    }

    private func mapping(of principal: Principal, in awsAuth: Value) -> (username: String, groups: [String])? {
        func rows(_ key: String) -> [Value] {
            guard let text = awsAuth[key].string, let document = try? YAML.parse(text).first else { return [] }
            return document.items
        }
        for (list, member) in [("mapRoles", "rolearn"), ("mapUsers", "userarn")] {
            for row in rows(list) where Self.withoutPath(row[member].string ?? "") == Self.withoutPath(principal.entryARN) {
                return (row["username"].string ?? principal.arn, row["groups"].items.compactMap(\.string))
            }
        }
        if rows("mapAccounts").contains(where: { ($0.string ?? $0.int.map(String.init)) == principal.account }) {
            return (principal.arn, [])
        }
        return nil
    }
    /// The authenticator compares role ARNs without their path and case.
    private static func withoutPath(_ arn: String) -> String {
        guard let slash = arn.firstIndex(of: "/"), let last = arn.split(separator: "/").last else { return arn.lowercased() }
        return "\(arn[..<slash])/\(last)".lowercased()
    }
}
