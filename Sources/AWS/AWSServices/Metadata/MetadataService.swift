import Control
import Documents

/// What a region's instances are told of themselves.
package final class MetadataService: Sendable {
    /// The instance that asks, with its interfaces by device index.
    struct Asker: Sendable {
        let instance: Instance
        let interfaces: [NetworkInterface]
        var id: String { instance.metadata.name ?? "" }
        var address: String { interfaces.first?.spec.addresses?.first ?? "" }
    }
    private let region: String
    private let account: String
    private let records: Records
    private let global: Records
    private let credentials: RoleCredentials
    let tokens: MetadataTokens

    /// A service over the region's documents; `global` are IAM's.
    package init(region: String, account: String, records: Records, global: Records) {
        (self.region, self.account, self.records, self.global) = (region, account, records, global)
        credentials = RoleCredentials(sts: STSService(account: account, records: global), roles: global, clock: records.clock)
        tokens = MetadataTokens(clock: records.clock)
    }

    /// The instance with that address in the VPC; nil when none has it.
    func asker(address: String, vpc: String) -> Asker? {
        let all = records.list(NetworkInterface.self).filter { $0.spec.vpcId == vpc && $0.instanceID != nil }
        guard let id = all.first(where: { $0.spec.addresses?.contains(address) == true })?.instanceID,
            let instance = records.get(Instance.self, id)
        else { return nil }
        let own = all.filter { $0.instanceID == id }.sorted {
            $0.spec.attachment.deviceIndex ?? 0 < $1.spec.attachment.deviceIndex ?? 0
        }
        return Asker(instance: instance, interfaces: own)
    }

    /// The text at a path below the version; nil when there is nothing.
    func answer(_ path: [String], to asker: Asker) async -> String? {
        switch path.first {
        case nil: return "dynamic\nmeta-data\n" + (userData(of: asker) == nil ? "" : "user-data")
        case "user-data" where path.count == 1: return userData(of: asker)
        case "dynamic" where path.count == 1: return "instance-identity/"
        case "dynamic":
            guard path.dropFirst() == ["instance-identity", "document"] else { return nil }
            return JSON.text(MetadataDocuments.identity(of: asker, region: region, account: account))
        case "meta-data":
            if path.count == 4, path[1] == "iam", path[2] == "security-credentials" { return await keys(of: path[3], asker) }
            return MetadataDocuments.find(Array(path.dropFirst()), in: tree(of: asker))
        default: return nil
        }
    }

    private func tree(of asker: Asker) -> Value {
        var tree = MetadataDocuments.tree(of: asker, facts: facts(of: asker))
        guard let role = role(of: asker) else { return tree }
        var keys: Value = [:]
        keys[role] = .string("")
        tree["iam"] = ["info": .string(JSON.text(profile(of: asker))), "security-credentials": keys]
        return tree
    }
    private func facts(of asker: Asker) -> MetadataDocuments.Facts {
        var facts = MetadataDocuments.Facts(region: region, account: account)
        for interface in asker.interfaces {
            facts.subnetBlocks[interface.spec.subnetId ?? ""] = records.get(Subnet.self, interface.spec.subnetId ?? "")?.spec.cidrBlock
        }
        let vpc = records.get(EC2Type.vpc.kind, asker.instance.spec.vpcId ?? "")?["spec"] ?? .null
        facts.vpcBlocks = vpc["CidrBlockAssociationSet"].items.compactMap { $0["CidrBlock"].string }
        let ids = Set(asker.interfaces.map(\.id))
        for address in records.list(PublicAddress.self) where ids.contains(address.spec.interfaceId ?? "") {
            facts.publicAddresses[address.spec.privateAddress ?? ""] = address.metadata.name
        }
        for group in asker.interfaces.flatMap({ $0.spec.groupIds ?? [] }) {
            facts.groupNames[group] = records.get(SecurityGroup.self, group)?.spec.groupName
        }
        return facts
    }

    /// The name of the role that the instance has by its profile, or by its nodegroup.
    private func role(of asker: Asker) -> String? {
        let spec = asker.instance.spec
        let arn = spec.node?["roleArn"].string ?? spec.instanceProfile.flatMap { IAMRoles.role(ofProfile: $0, in: global) }
        return arn?.split(separator: "/").last.map(String.init)
    }
    private func profile(of asker: Asker) -> Value {
        let name = asker.instance.spec.instanceProfile ?? asker.instance.spec.autoScalingGroup ?? "eks-node"
        let id = records.get(AutoScalingGroup.self, asker.instance.spec.autoScalingGroup ?? "")?.metadata.uid ?? asker.id
        let profile = global.get(IAMInstanceProfile.self, name)?.spec.value
        return [
            "Code": "Success", "LastUpdated": .string(records.clock.now.text),
            "InstanceProfileArn": profile?["Arn"] ?? .string("arn:aws:iam::\(account):instance-profile/\(name)"),
            "InstanceProfileId": profile?["InstanceProfileId"]
                ?? .string("AIPA" + id.uppercased().filter { $0.isLetter || $0.isNumber }.prefix(17)),
        ]
    }
    private func keys(of role: String, _ asker: Asker) async -> String? {
        guard role == self.role(of: asker) else { return nil }
        do { return try await credentials.document(of: role, instance: asker.id).map { JSON.text($0) } } catch {
            return JSON.text(["Code": "InternalError", "Message": .string("\(error)")])
        }
    }

    /// The user's own data, or what EKS gives the nodes of a managed nodegroup.
    private func userData(of asker: Asker) -> String? {
        let spec = asker.instance.spec
        let name = spec.node?["cluster"].string ?? spec.userData.flatMap(NodeUserData.init)?.cluster
        let cluster = name.flatMap { records.get(EKSCluster.self, $0) }
        if let cluster, let node = spec.node {
            return NodeConfigText.text(cluster: cluster, node: node, type: InstanceTypes.find(spec.instanceType ?? ""))
        }
        guard let data = spec.userData else { return nil }
        return NodeConfigText.reachable(NodeUserData.plain(data), cluster: cluster)
    }
}
