import Documents
import Network

/// A request taken apart far enough to know what it calls.
struct Call {
    let method: String
    let target: URLTarget
    let items: [URLTarget.Item]
    let headers: HTTPFields
    let body: [UInt8]
    /// Query parameters of the form body, or of the URL for a GET.
    let form: [URLTarget.Item]

    init(_ request: HTTPRequest, body: [UInt8]) {
        method = request.method
        target = URLTarget(request.target)
        items = target.items
        headers = request.headers
        self.body = body
        let isForm = headers["content-type"]?.lowercased().hasPrefix("application/x-www-form-urlencoded") ?? false
        form = isForm ? items + URLTarget("/?" + String(decoding: body, as: UTF8.self)).items : items
    }

    /// The query protocols' operation.
    var action: String? { form.first { $0.name == "Action" }?.value }
    /// The JSON protocols' operation with its prefix.
    var amzTarget: String? { headers["x-amz-target"] }

    /// The model of the called service: by credential scope, else by host, `X-Amz-Target`, API version or path.
    func service(scope: CredentialScope?) -> ServiceModel? {
        if let scope { return Models.signed(as: scope.service) }
        let host = (headers["host"] ?? "").prefix { $0 != ":" }.split(separator: ".")
        if let first = host.first, host.count > 1, let model = Models.signed(as: String(first)) { return model }
        let models = Models.names.compactMap(Models.named)
        if let prefix = amzTarget?.split(separator: ".").first {
            return models.first { $0.targetPrefix == prefix }
        }
        if let action {
            let version = form.first { $0.name == "Version" }?.value
            let query = models.filter { $0.wire == .query || $0.wire == .ec2 }
            return query.first { $0.apiVersion == version } ?? query.first { $0.operations[action] != nil }
        }
        return models.first { $0.wire == .restJSON && RestBinding(model: $0).route(method, target) != nil }
    }

    /// The operation that is called.
    func operation(of model: ServiceModel) -> Routed {
        switch model.wire {
        case .restJSON, .restXML:
            return RestBinding(model: model).route(method, target).map { .operation($0.operation, labels: $0.labels) } ?? .unknown("")
        case .json:
            let name = amzTarget?.split(separator: ".").last.map(String.init) ?? ""
            return named(name, model)
        case .query, .ec2: return named(action ?? "", model)
        }
    }

    private func named(_ name: String, _ model: ServiceModel) -> Routed {
        if let operation = model.operations[name] { return .operation(operation, labels: [:]) }
        return model.otherOperations.contains(name) ? .unmodelled(name) : .unknown(name)
    }

    /// What a request calls.
    enum Routed {
        case operation(OperationModel, labels: [String: String])
        /// An operation that AWS has and the model knows by name alone.
        case unmodelled(String)
        case unknown(String)
    }
}
