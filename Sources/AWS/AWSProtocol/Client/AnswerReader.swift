import Documents
import Network

/// Reads answers and errors in a service's protocol.
struct AnswerReader {
    let model: ServiceModel

    /// The output of an operation that succeeded.
    func output(_ body: [UInt8], _ operation: OperationModel) throws -> Value {
        guard let index = operation.output else { return .object([:]) }
        switch model.wire {
        case .restJSON, .json, .restXML:
            let json = body.isEmpty ? .object([:]) : try JSON.parse(body)
            let members = model.shape(index).members
            let shapes = JSONShapes(model: model)
            guard let payload = members.first(where: \.payload) else { return try shapes.readStructure(json, members) }
            return .object([payload.name: try shapes.read(json, payload)])
        case .query, .ec2:
            let root = try XMLElement.parse(body)
            let wrapper = operation.resultWrapper.isEmpty ? "\(operation.name)Result" : operation.resultWrapper
            let element = model.wire == .ec2 ? root : root[wrapper] ?? root
            return XMLShapes(model).read(element, structure: index)
        }
    }

    /// The error that an answer tells; by the status alone when the body says nothing.
    func error(_ response: HTTPResponse, _ body: [UInt8]) -> AWSError {
        let status = response.status
        switch model.wire {
        case .restJSON, .json, .restXML:
            let json = (try? JSON.parse(body)) ?? .null
            let type = response.headers["x-amzn-errortype"] ?? json["__type"].string ?? json["code"].string ?? "UnknownError"
            let code = type.prefix { $0 != ":" }.split(separator: "#").last.map(String.init) ?? type
            let message = json["message"].string ?? json["Message"].string ?? ""
            return AWSError(code, message, status: status, members: json)
        case .query, .ec2:
            let root = try? XMLElement.parse(body)
            let detail = model.wire == .ec2 ? root?["Errors"]?["Error"] : root?["Error"]
            return AWSError(detail?["Code"]?.text ?? "UnknownError", detail?["Message"]?.text ?? "HTTP status \(status)", status: status)
        }
    }
}
