package import Control
import Cryptography
package import Documents
package import Network

/// Calls AWS operations by the same models that the endpoint serves by. Inputs and outputs are values by member names; timestamps are texts.
package struct AWSClient: Sendable {
    private let transport: any HTTPTransport
    private let credential: SigningCredential
    private let clock: any WallClock
    /// The value of the Host field, which is signed.
    private let host: String
    /// The region that requests are signed for.
    package let region: String
    private static let largestAnswer = 64 << 20

    package init(
        transport: any HTTPTransport, credential: SigningCredential, region: String, clock: any WallClock, host: String = "localhost"
    ) {
        (self.transport, self.credential, self.region, self.clock, self.host) = (transport, credential, region, clock, host)
    }

    /// Calls an operation once, and returns its output.
    /// - Throws: `AWSError` as the service gave it, or `HTTPError` when there was no answer.
    package func call(_ service: String, _ operation: String, _ input: Value = .object([:])) async throws -> Value {
        guard let model = Models.named(service), let operation = model.operations[operation] else {
            throw AWSError("UnknownOperationException", "There is no operation \(operation) of \(service)")
        }
        let (built, body) = request(model, operation, fillTokens(input, model, operation))
        var request = built
        request.headers["host"] = host
        request.body = .bytes(body)
        Signer(credential: credential, region: region, service: model.signingName).sign(&request, body: body, at: clock.now)
        let response = try await transport.send(request)
        let bytes = try await response.body.collect(limit: Self.largestAnswer)
        guard response.status < 300 else { throw AnswerReader(model: model).error(response, bytes) }
        return try AnswerReader(model: model).output(bytes, operation)
    }

    /// The elements of all pages of a listing, by the operation's paginator; the first result key alone.
    /// - Throws: as `call`.
    package func all(_ service: String, _ operation: String, _ input: Value = .object([:])) async throws -> [Value] {
        guard let pages = Models.named(service)?.paginators[operation], let key = pages.resultKeys.first else {
            throw AWSError("UnknownOperationException", "\(operation) of \(service) has no pages")
        }
        var result: [Value] = []
        var next = input
        while true {
            let output = try await call(service, operation, next)
            result += output[key].items
            let tokens = zip(pages.inputTokens, pages.outputTokens).map { ($0, output[$1]) }
            guard tokens.contains(where: { $0.1.string?.isEmpty == false }) else { return result }
            if !pages.more.isEmpty, output[pages.more].bool != true { return result }
            for (name, token) in tokens { next[name] = token }
        }
    }

    /// Gives idempotency tokens that the caller left out.
    private func fillTokens(_ input: Value, _ model: ServiceModel, _ operation: OperationModel) -> Value {
        guard let index = operation.input else { return input }
        var result = input
        for member in model.shape(index).members where member.idempotencyToken && input[member.name].isNull {
            result[member.name] = .string(Hex.encode(SecureRandom.bytes(16)))
        }
        return result
    }

    private func request(_ model: ServiceModel, _ operation: OperationModel, _ input: Value) -> (HTTPRequest, [UInt8]) {
        switch model.wire {
        case .restJSON, .restXML:
            let (target, body) = RestBinding(model: model).write(operation, input)
            let headers: HTTPFields = body == nil ? [:] : ["content-type": "application/json"]
            return (HTTPRequest(operation.method, target, headers: headers), body ?? [])
        case .json:
            let members = operation.input.map { model.shape($0).members } ?? []
            let headers: HTTPFields = [
                "content-type": "application/x-amz-json-\(model.jsonVersion)", "x-amz-target": "\(model.targetPrefix).\(operation.name)",
            ]
            return (HTTPRequest("POST", "/", headers: headers), JSON.encode(JSONShapes(model: model).writeStructure(input, members)))
        case .query, .ec2:
            var items = [URLTarget.Item("Action", operation.name), URLTarget.Item("Version", model.apiVersion)]
            if let index = operation.input { items += QueryShapes(model).write(input, structure: index) }
            let form = items.map { "\(Percent.encode($0.name))=\(Percent.encode($0.value))" }.joined(separator: "&")
            let headers: HTTPFields = ["content-type": "application/x-www-form-urlencoded; charset=utf-8"]
            return (HTTPRequest("POST", "/", headers: headers), Array(form.utf8))
        }
    }
}
