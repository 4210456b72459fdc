import Documents
import KubeModel

/// The paths of resources in OpenAPI's words: operations, their parameters, bodies and answers.
struct OpenAPIPaths: Sendable {
    let schemas: OpenAPISchemas
    private var edition: OpenAPISchemas.Edition { schemas.edition }

    /// What an operation does; the raw value is `x-kubernetes-action`.
    private enum Action: String {
        case list, get, post, put, patch, delete, deletecollection, connect
        var method: String {
            switch self {
            case .list, .connect: "get"
            case .deletecollection: "delete"
            default: rawValue
            }
        }
    }
    private static let collectionActions: [(verb: String, action: Action)] = [
        ("list", .list), ("create", .post), ("deletecollection", .deletecollection),
    ]
    private static let itemActions: [(verb: String, action: Action)] = [
        ("get", .get), ("update", .put), ("patch", .patch), ("delete", .delete),
    ]

    /// The paths of one resource with its subresources.
    func paths(_ row: KindInfo) -> [Object.Member] {
        let root = row.group.isEmpty ? "/api/\(row.version)" : "/apis/\(row.group)/\(row.version)"
        let collection = row.namespaced ? "\(root)/namespaces/{namespace}/\(row.plural)" : "\(root)/\(row.plural)"
        var paths: [Object.Member] = []
        func add(_ path: String, _ operations: [(Action, Value)]) {
            guard !operations.isEmpty else { return }
            var item: Value = [:]
            for (action, operation) in operations { item[action.method] = operation }
            let parameters = pathParameters(path)
            if !parameters.isEmpty { item["parameters"] = .array(parameters) }
            paths.append(Object.Member(path, item))
        }
        let onCollection = Self.collectionActions.filter { row.verbs.contains($0.verb) }
        add(collection, onCollection.map { ($0.action, operation($0.action, row, nil)) })
        if row.namespaced, row.verbs.contains("list") {
            add("\(root)/\(row.plural)", [(.list, operation(.list, row, nil, everywhere: true))])
        }
        let onItem = Self.itemActions.filter { row.verbs.contains($0.verb) }
        add("\(collection)/{name}", onItem.map { ($0.action, operation($0.action, row, nil)) })
        for part in row.subresources {
            let actions = Self.itemActions + [("create", .post)]
            let operations = actions.filter { part.verbs.contains($0.verb) }.map { ($0.action, operation($0.action, row, part)) }
            add("\(collection)/{name}/\(part.name)", operations)
        }
        return paths
    }

    /// The names of the types that operations on the resource refer to.
    func types(_ row: KindInfo) -> [String] {
        let lists = row.verbs.contains("list") ? ["\(row.typeName)List"] : []
        return [row.typeName, "\(OpenAPISchemas.meta).Status", "\(OpenAPISchemas.meta).DeleteOptions", "\(OpenAPISchemas.meta).Patch"]
            + lists + row.subresources.map(\.typeName).filter { !$0.isEmpty }
    }

    private func operation(_ action: Action, _ row: KindInfo, _ part: Subresource?, everywhere: Bool = false) -> Value {
        let kind = part.map { OpenAPISchemas.kind($0.group, $0.version, $0.kind) } ?? OpenAPISchemas.kind(row.group, row.version, row.kind)
        let type = part?.typeName ?? row.typeName
        let answer =
            switch action {
            case .list: "\(row.typeName)List"
            case .delete, .deletecollection: "\(OpenAPISchemas.meta).Status"
            default: type
            }
        let body: String? =
            switch action {
            case .post, .put: type
            case .patch: "\(OpenAPISchemas.meta).Patch"
            case .delete, .deletecollection: "\(OpenAPISchemas.meta).DeleteOptions"
            default: nil
            }
        var operation: Value = [
            "tags": [.string(Self.tag(row))], "operationId": .string(identifier(action, row, part, everywhere: everywhere)),
            "x-kubernetes-action": .string(action.rawValue), "x-kubernetes-group-version-kind": kind,
        ]
        let patchTypes = (row.custom == nil ? MediaType.patches : MediaType.customPatches).map(\.rawValue).sorted()
        var parameters = Self.parameters(action).map(query)
        if edition == .v2 {
            operation["schemes"] = ["https"]
            operation["consumes"] = action == .patch ? patchTypes.value : ["*/*"]
            operation["produces"] = action == .list ? ["application/json", "application/json;stream=watch"] : ["application/json"]
            if let body, !body.isEmpty {
                parameters.append(["name": "body", "in": "body", "required": .bool(action != .delete), "schema": schemas.reference(body)])
            }
        } else if let body, !body.isEmpty {
            let types = action == .patch ? patchTypes : ["*/*"]
            let content = types.map { Object.Member($0, ["schema": schemas.reference(body)]) }
            operation["requestBody"] = ["content": .object(Object(content))]
        }
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        operation["responses"] = responses(action, answer)
        return operation
    }

    private func responses(_ action: Action, _ type: String) -> Value {
        var success: Value = ["description": "OK"]
        if !type.isEmpty {
            if edition == .v2 {
                success["schema"] = schemas.reference(type)
            } else {
                success["content"] = ["application/json": ["schema": schemas.reference(type)]]
            }
        }
        var responses: Value = ["200": success, "401": ["description": "Unauthorized"]]
        if action == .post || action == .put || action == .patch { responses["201"] = success }
        return responses
    }

    /// The query parameters of an action, with their types. Source: meta/v1 ListOptions, CreateOptions, PatchOptions, …
    private static func parameters(_ action: Action) -> [(name: String, type: String)] {
        let list = [
            ("allowWatchBookmarks", "boolean"), ("continue", "string"), ("fieldSelector", "string"), ("labelSelector", "string"),
            ("limit", "integer"), ("resourceVersion", "string"), ("resourceVersionMatch", "string"), ("sendInitialEvents", "boolean"),
            ("timeoutSeconds", "integer"), ("watch", "boolean"),
        ]
        let write = [("dryRun", "string"), ("fieldManager", "string"), ("fieldValidation", "string")]
        let delete = [
            ("dryRun", "string"), ("gracePeriodSeconds", "integer"), ("ignoreStoreReadErrorWithClusterBreakingPotential", "boolean"),
            ("orphanDependents", "boolean"), ("propagationPolicy", "string"),
        ]
        let own: [(String, String)] =
            switch action {
            case .list: list
            case .post, .put: write
            case .patch: write + [("force", "boolean")]
            case .delete: delete
            case .deletecollection: delete + list.filter { !["dryRun", "watch", "allowWatchBookmarks"].contains($0.0) }
            case .get, .connect: []
            }
        return own + [("pretty", "string")]
    }
    private func query(_ parameter: (name: String, type: String)) -> Value {
        var result: Value = ["name": .string(parameter.name), "in": "query"]
        if edition == .v2 {
            result["type"] = .string(parameter.type)
            result["uniqueItems"] = true
        } else {
            result["schema"] = ["type": .string(parameter.type), "uniqueItems": true]
        }
        return result
    }
    private func pathParameters(_ path: String) -> [Value] {
        ["name", "namespace"].filter { path.contains("{\($0)}") }.map { name in
            var parameter: Value = ["name": .string(name), "in": "path", "required": true]
            if edition == .v2 {
                parameter["type"] = "string"
                parameter["uniqueItems"] = true
            } else {
                parameter["schema"] = ["type": "string", "uniqueItems": true]
            }
            return parameter
        }
    }

    private static func camel(_ group: String) -> String {
        let short = group.hasSuffix(".k8s.io") ? String(group.dropLast(7)) : group
        return (short.isEmpty ? "core" : short).split(separator: ".").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
    private static func tag(_ row: KindInfo) -> String {
        let group = camel(row.group)
        return "\(group.prefix(1).lowercased())\(group.dropFirst())_\(row.version)"
    }
    private func identifier(_ action: Action, _ row: KindInfo, _ part: Subresource?, everywhere: Bool) -> String {
        let verbs: [Action: String] = [.get: "read", .post: "create", .put: "replace", .deletecollection: "deleteCollection"]
        let version = row.version.prefix(1).uppercased() + row.version.dropFirst()
        let scope = row.namespaced && !everywhere ? "Namespaced" : ""
        let suffix = part.map { $0.name.prefix(1).uppercased() + $0.name.dropFirst() } ?? ""
        let end = everywhere ? "ForAllNamespaces" : ""
        return "\(verbs[action] ?? action.rawValue)\(Self.camel(row.group))\(version)\(scope)\(row.kind)\(suffix)\(end)"
    }
}
