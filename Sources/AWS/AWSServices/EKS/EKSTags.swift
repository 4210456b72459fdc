import AWSProtocol
import Documents

/// Tags of clusters, nodegroups, add-ons and access entries. Source: EKS API reference, TagResource.
extension EKSService {
    /// The tags, when AWS would take them: at most 50, keys to 128 characters not beginning with `aws:`, values to 256.
    func tags(_ tags: [String: String]) throws -> [String: String] {
        guard tags.count <= 50 else { throw EKSError.invalidParameter("Tags exceed maximum allowed number of 50") }
        for (key, value) in tags {
            guard !key.isEmpty, key.count <= 128, value.count <= 256, !key.lowercased().hasPrefix("aws:") else {
                throw EKSError.invalidParameter("Invalid tag: \(key)")
            }
        }
        return tags
    }

    func tagResource(_ input: Value, _ context: OperationContext) async throws -> Value {
        let added = try tags(input["tags"].strings)
        try await changeTags(input["resourceArn"].string ?? "") { standing in
            try tags(standing.merging(added) { _, new in new })
        }
        return [:]
    }
    func untagResource(_ input: Value, _ context: OperationContext) async throws -> Value {
        let keys = Set(input["tagKeys"].items.compactMap(\.string))
        try await changeTags(input["resourceArn"].string ?? "") { standing in standing.filter { !keys.contains($0.key) } }
        return [:]
    }
    func listTagsForResource(_ input: Value, _ context: OperationContext) async throws -> Value {
        let arn = input["resourceArn"].string ?? ""
        let found: [String: String]? =
            switch try target(arn) {
            case .cluster(let name): records.get(EKSCluster.self, name).map { $0.spec.tags ?? [:] }
            case .nodegroup(let name, let cluster): records.get(Nodegroup.self, name, in: cluster).map { $0.spec.tags ?? [:] }
            case .entry(let name, let cluster): records.get(AccessEntry.self, name, in: cluster).map { $0.spec.tags ?? [:] }
            case .addon(let name, let cluster): records.get(Addon.self, name, in: cluster).map { $0.spec.tags ?? [:] }
            }
        guard let found else { throw notFound(arn) }
        return ["tags": Value(found)]
    }

    private enum TagTarget {
        case cluster(String)
        case nodegroup(String, cluster: String)
        case entry(String, cluster: String)
        case addon(String, cluster: String)
    }
    private func target(_ resource: String) throws -> TagTarget {
        let prefix = arn("")
        guard resource.hasPrefix(prefix) else { throw EKSError.invalidParameter("Invalid resourceArn: \(resource)") }
        let parts = resource.dropFirst(prefix.count).split(separator: "/").map(String.init)
        if parts.count == 2, parts[0] == "cluster" { return .cluster(parts[1]) }
        if parts.count == 4, parts[0] == "nodegroup" { return .nodegroup(parts[2], cluster: parts[1]) }
        if parts.count == 4, parts[0] == "addon" { return .addon(parts[2], cluster: parts[1]) }
        if parts.count >= 6, parts[0] == "access-entry",
            let entry = records.list(AccessEntry.self, in: parts[1]).first(where: { $0.metadata.uid == parts.last })
        {
            return .entry(entry.metadata.name ?? "", cluster: parts[1])
        }
        throw notFound(resource)
    }
    private func notFound(_ arn: String) -> AWSError {
        AWSError("NotFoundException", "The requested resource was not found: \(arn)", status: 404)
    }

    private func changeTags(_ resource: String, _ change: ([String: String]) throws -> [String: String]) async throws {
        let found: Bool
        switch try target(resource) {
        case .cluster(let name):
            found = try await records.update(EKSCluster.self, name) { $0.spec.tags = try change($0.spec.tags ?? [:]) } != nil
        case .nodegroup(let name, let cluster):
            found = try await records.update(Nodegroup.self, name, in: cluster) { $0.spec.tags = try change($0.spec.tags ?? [:]) } != nil
        case .entry(let name, let cluster):
            found = try await records.update(AccessEntry.self, name, in: cluster) { $0.spec.tags = try change($0.spec.tags ?? [:]) } != nil
        case .addon(let name, let cluster):
            found = try await records.update(Addon.self, name, in: cluster) { $0.spec.tags = try change($0.spec.tags ?? [:]) } != nil
        }
        guard found else { throw notFound(resource) }
    }
}
