import AWSProtocol
import Documents

/// Tags of EC2's resources.
enum EC2Tags {
    /// The tags, when EC2 takes them: 50 at most, keys to 127 characters not beginning with `aws:`, values to 255.
    static func checked(_ tags: [Value]) throws -> [Value] {
        guard tags.count <= 50 else { throw AWSError("TagLimitExceeded", "You have reached the maximum number of tags") }
        var keys: Set<String> = []
        for tag in tags {
            let key = tag["Key"].string ?? ""
            guard !key.isEmpty, key.count <= 127, (tag["Value"].string ?? "").count <= 255 else {
                throw AWSError("InvalidParameterValue", "Tag key '\(key)' or its value has an invalid length")
            }
            guard !key.lowercased().hasPrefix("aws:") else {
                throw AWSError("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")
            }
            guard keys.insert(key).inserted else { throw AWSError("InvalidParameterValue", "Duplicate tag key '\(key)' specified.") }
        }
        return tags.map { ["Key": $0["Key"], "Value": .string($0["Value"].string ?? "")] }
    }
}

extension EC2Service {
    private func type(of id: String) throws -> EC2Type {
        guard let type = EC2Type.all.first(where: { id.hasPrefix($0.idPrefix) }) else {
            throw AWSError("InvalidID", "The ID '\(id)' is not valid")
        }
        return type
    }
    /// The document's name for a resource id: key pairs are kept by their names.
    private func name(_ id: String, _ type: EC2Type) -> String {
        guard type.name == "key-pair" else { return id }
        return records.list(type.kind).first { $0["spec"]["KeyPairId"].string == id }?["metadata"]["name"].string ?? id
    }
    func createTags(_ input: Value, _ context: OperationContext) async throws -> Value {
        let added = try EC2Tags.checked(input["Tags"].items)
        let keys = Set(added.compactMap { $0["Key"].string })
        for id in input["Resources"].items.compactMap(\.string) {
            let type = try type(of: id)
            try await change(type, name(id, type)) { spec in
                spec["Tags"] = .array(try EC2Tags.checked(spec["Tags"].items.filter { !keys.contains($0["Key"].string ?? "") } + added))
            }
        }
        return [:]
    }
    func deleteTags(_ input: Value, _ context: OperationContext) async throws -> Value {
        let removed = input["Tags"].items
        for id in input["Resources"].items.compactMap(\.string) {
            let type = try type(of: id)
            try await change(type, name(id, type)) { spec in
                spec["Tags"] = .array(
                    spec["Tags"].items.filter { tag in
                        !(input["Tags"].isNull
                            || removed.contains { $0["Key"] == tag["Key"] && ($0["Value"].isNull || $0["Value"] == tag["Value"]) })
                    })
            }
        }
        return [:]
    }
    func describeTags(_ input: Value, _ context: OperationContext) async throws -> Value {
        let filters = input["Filters"].items
        func values(_ name: String) -> Set<String>? {
            filters.first { $0["Name"].string == name }.map { Set($0["Values"].items.compactMap(\.string)) }
        }
        var found: [Value] = []
        for type in EC2Type.all where values("resource-type")?.contains(type.name) != false {
            for document in records.list(type.kind) {
                let id = document["spec"][type.idMember].string ?? document["metadata"]["name"].string ?? ""
                guard values("resource-id")?.contains(id) != false else { continue }
                for tag in document["spec"]["Tags"].items
                where values("key")?.contains(tag["Key"].string ?? "") != false
                    && values("value")?.contains(tag["Value"].string ?? "") != false
                {
                    found.append(["ResourceId": .string(id), "ResourceType": .string(type.name), "Key": tag["Key"], "Value": tag["Value"]])
                }
            }
        }
        return try Self.page(found, input, "Tags")
    }
}
