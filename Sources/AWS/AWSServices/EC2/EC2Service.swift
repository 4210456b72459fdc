package import AWSProtocol
import Control
import Documents
import Reconcile

/// What the handlers of EC2 work with.
package struct EC2Service: Sendable {
    let region: String
    let account: String
    let records: Records
    /// The networks that follow from the documents; nil where nothing is carried out.
    let network: VPCNetworks?

    package init(region: String, account: String, records: Records, network: VPCNetworks? = nil) {
        (self.region, self.account, self.records, self.network) = (region, account, records, network)
    }

    /// The operations that have a handler.
    package var table: ServiceTable {
        let groups: [[String: OperationHandler]] = [
            regionOperations, networkOperations, routeOperations, securityOperations, instanceOperations, templateOperations,
            interfaceOperations, addressOperations,
        ]
        return ServiceTable("ec2", groups.reduce(into: [:]) { $0.merge($1) { first, _ in first } })
    }

    func newID(_ type: EC2Type) -> String { type.idPrefix + records.random.hex(17) }

    /// The resource with that id.
    /// - Throws: the type's NotFound error, or `MissingParameter` without an id.
    func resource(_ type: EC2Type, _ id: String?) throws -> Value {
        guard let id, !id.isEmpty else { throw AWSError("MissingParameter", "The request must contain the parameter \(type.idMember)") }
        guard let document = records.get(type.kind, id) else { throw type.notFound(id) }
        return document
    }
    /// Stores a new resource with its tags and returns its shape. The id is the document's name.
    func create(_ type: EC2Type, id: String, _ spec: Value, tags: Value) async throws -> Value {
        var spec = spec
        spec[type.idMember] = spec[type.idMember].isNull ? .string(id) : spec[type.idMember]
        spec["Tags"] = tags
        _ = try await records.create(type.kind, ["metadata": ["name": .string(id)], "spec": spec])
        return spec
    }
    /// Changes a resource's shape.
    /// - Throws: the type's NotFound error.
    func change(_ type: EC2Type, _ id: String, _ change: (inout Value) throws -> Void) async throws {
        let found = try await records.update(type.kind, id) { document in
            var spec = document["spec"]
            try change(&spec)
            document["spec"] = spec
        }
        if found == nil { throw type.notFound(id) }
    }

    /// The tags that the request gives to a new resource of the type. Source: EC2 API reference, TagSpecification.
    func tags(_ input: Value, for type: EC2Type) throws -> Value {
        var tags: [Value] = []
        for specification in input["TagSpecifications"].items {
            guard let name = specification["ResourceType"].string else {
                throw AWSError("InvalidParameterValue", "Tag specification resource type must have a value")
            }
            guard name == type.name else {
                throw AWSError("InvalidParameterValue", "'\(name)' is not a valid taggable resource type for this operation.")
            }
            tags += specification["Tags"].items
        }
        return .array(try EC2Tags.checked(tags))
    }

    /// Answers a describe operation: by ids when given, then by filters, in pages.
    func describe(_ type: EC2Type, _ input: Value, shapes: [Value]? = nil) throws -> Value {
        let ids = input[type.idsMember].items.compactMap(\.string)
        for id in ids { _ = try resource(type, id) }
        let all = shapes ?? records.list(type.kind).map { $0["spec"] }
        let filters = input["Filters"].isNull ? input["Filter"].items : input["Filters"].items
        let found = try all.filter { shape in
            try (ids.isEmpty || ids.contains(shape[type.idMember].string ?? "")) && EC2Filter.matches(shape, filters, type)
        }
        return try Self.page(found, input, type.listMember)
    }
    /// One page by `MaxResults` and `NextToken`; the token is the position to go on at.
    static func page(_ all: [Value], _ input: Value, _ member: String) throws -> Value {
        let start = input["NextToken"].string.map { Int($0) } ?? 0
        guard let start, start >= 0 else { throw AWSError("InvalidPaginationToken", "The specified pagination token is invalid.") }
        var output: Value = [:]
        let window = Window(all, from: start, size: input["MaxResults"].int ?? Int.max)
        output[member] = .array(window.items)
        if let next = window.next { output["NextToken"] = .string("\(next)") }
        return output
    }
    /// Answers a request with `DryRun`.
    func refuseDryRun(_ input: Value) throws {
        if input["DryRun"].bool == true {
            throw AWSError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", status: 412)
        }
    }
}
