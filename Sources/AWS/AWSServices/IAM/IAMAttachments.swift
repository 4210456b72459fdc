import AWSProtocol
import Documents

/// Policies of users and roles: attached managed ones, and inline ones.
extension IAMService {
    private static let attachmentsPerEntity = 10
    private static let inlineSizes = ["User": 2048, "Role": 10240]

    /// AttachUserPolicy, DetachUserPolicy, ListAttachedUserPolicies and the same for roles.
    func attachmentOperations(_ entity: IAMEntity) -> [String: OperationHandler] {
        [
            "Attach\(entity.noun)Policy": { input, _ in
                _ = try find(entity, input)
                let arn = input["PolicyArn"].string ?? ""
                do { _ = try policy(arn) } catch { throw IAMError.missing("Policy \(arn) does not exist or is not attachable.") }
                try await change(entity, input) { spec in
                    let attached = spec["AttachedPolicies"].items
                    guard !attached.contains(.string(arn)) else { return }
                    guard attached.count < Self.attachmentsPerEntity else {
                        throw IAMError.quota("PoliciesPer\(entity.noun)", Self.attachmentsPerEntity)
                    }
                    spec["AttachedPolicies"] = .array(attached + [.string(arn)])
                }
                return .object([:])
            },
            "Detach\(entity.noun)Policy": { input, _ in
                let arn = input["PolicyArn"]
                try await change(entity, input) { spec in
                    guard spec["AttachedPolicies"].items.contains(arn) else { throw IAMError.policyMissing(arn.string ?? "") }
                    spec["AttachedPolicies"] = .array(spec["AttachedPolicies"].items.filter { $0 != arn })
                }
                return .object([:])
            },
            "ListAttached\(entity.noun)Policies": { input, _ in
                let prefix = input["PathPrefix"].string ?? "/"
                let policies = try find(entity, input)["AttachedPolicies"].items.compactMap(\.string).filter { arn in
                    arn.split(separator: ":policy", maxSplits: 1).last?.hasPrefix(prefix) ?? false
                }
                let shapes: [Value] = policies.map { arn in
                    ["PolicyName": .string(arn.split(separator: "/").last.map(String.init) ?? arn), "PolicyArn": .string(arn)]
                }
                return try Self.page(shapes, input, "AttachedPolicies")
            },
        ]
    }

    /// PutUserPolicy, GetUserPolicy, ListUserPolicies, DeleteUserPolicy and the same for roles.
    func inlineOperations(_ entity: IAMEntity) -> [String: OperationHandler] {
        [
            "Put\(entity.noun)Policy": { input, _ in
                let document = input["PolicyDocument"].string ?? ""
                let limit = Self.inlineSizes[entity.noun, default: 2048]
                try PolicyDocument.check(document)
                try await change(entity, input) { spec in
                    spec["InlinePolicies"][input["PolicyName"].string ?? ""] = .string(document)
                    let size = spec["InlinePolicies"].strings.values.reduce(0) { $0 + $1.count { !$0.isWhitespace } }
                    guard size <= limit else {
                        throw AWSError(
                            "LimitExceeded",
                            "Maximum policy size of \(limit) bytes exceeded for \(entity.noun.lowercased()) \(name(entity, input))",
                            status: 409)
                    }
                }
                return .object([:])
            },
            "Get\(entity.noun)Policy": { input, _ in
                let document = try inline(entity, input)
                var output: Value = ["PolicyName": input["PolicyName"], "PolicyDocument": Self.encoded(document)]
                output[entity.nameMember] = input[entity.nameMember]
                return output
            },
            "List\(entity.noun)Policies": { input, _ in
                let names = try find(entity, input)["InlinePolicies"].object?.keys.sorted() ?? []
                return try Self.page(names.map { .string($0) }, input, "PolicyNames")
            },
            "Delete\(entity.noun)Policy": { input, _ in
                _ = try inline(entity, input)
                try await change(entity, input) { spec in
                    spec["InlinePolicies"][input["PolicyName"].string ?? ""] = .null
                }
                return .object([:])
            },
        ]
    }

    private func inline(_ entity: IAMEntity, _ input: Value) throws -> String {
        let name = input["PolicyName"].string ?? ""
        guard let document = try find(entity, input)["InlinePolicies"][name].string else {
            throw IAMError.missing("The \(entity.noun.lowercased()) policy with name \(name) cannot be found.")
        }
        return document
    }
}
