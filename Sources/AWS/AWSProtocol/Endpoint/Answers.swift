import Documents
import Network

/// Writes answers and errors in a service's protocol.
struct Answers {
    let model: ServiceModel
    let requestID: String

    /// The answer of an operation that did what it was asked.
    func output(_ output: Value, of operation: OperationModel) -> HTTPResponse {
        switch model.wire {
        case .restJSON, .json, .restXML: json(output, operation)
        case .query: query(output, operation)
        case .ec2: ec2(output, operation)
        }
    }

    private func json(_ output: Value, _ operation: OperationModel) -> HTTPResponse {
        let shapes = JSONShapes(model: model)
        var body = Value.object([:])
        var status = operation.status
        var extra: [(String, String)] = []
        if let index = operation.output {
            let members = model.shape(index).members
            if let payload = members.first(where: \.payload) {
                body = shapes.write(output[payload.name], payload)
            } else {
                body = shapes.writeStructure(output, members)
            }
            for member in members {
                if member.location == .status, let code = output[member.name].int { status = code }
                if member.location == .header, let text = output[member.name].string { extra.append((member.wire, text)) }
            }
        }
        var response = HTTPResponse(status, body: .bytes(JSON.encode(body.isNull ? .object([:]) : body)))
        response.headers["content-type"] = jsonType
        response.headers["x-amzn-requestid"] = requestID
        for (name, value) in extra { response.headers[name] = value }
        return response
    }

    private var jsonType: String { model.wire == .json ? "application/x-amz-json-\(model.jsonVersion)" : "application/json" }

    private func query(_ output: Value, _ operation: OperationModel) -> HTTPResponse {
        xml(200, "\(operation.name)Response", namespace: model.namespace) { writer in
            if let index = operation.output {
                let wrapper = operation.resultWrapper.isEmpty ? "\(operation.name)Result" : operation.resultWrapper
                writer.element(wrapper) { XMLShapes(model).write(output, structure: index, to: &$0) }
            }
            writer.element("ResponseMetadata") { $0.element("RequestId", requestID) }
        }
    }

    private func ec2(_ output: Value, _ operation: OperationModel) -> HTTPResponse {
        xml(200, "\(operation.name)Response", namespace: model.namespace) { writer in
            writer.element("requestId", requestID)
            if let index = operation.output {
                XMLShapes(model).write(output, structure: index, to: &writer)
            } else {
                writer.element("return", "true")
            }
        }
    }

    private func xml(_ status: Int, _ root: String, namespace: String = "", _ content: (inout XMLWriter) -> Void) -> HTTPResponse {
        var writer = XMLWriter(declaration: true)
        writer.element(root, attributes: namespace.isEmpty ? [] : [(name: "xmlns", value: namespace)], content)
        var response = HTTPResponse(status, body: .bytes(writer.bytes))
        response.headers["content-type"] = model.wire == .ec2 ? "text/xml;charset=UTF-8" : "text/xml"
        response.headers["x-amzn-requestid"] = requestID
        return response
    }

    /// The answer of a call that failed. The model's status of an error goes before the error's own.
    func error(_ error: AWSError) -> HTTPResponse {
        let known = model.error(code: error.code)
        let status = known?.trait.status ?? error.status
        switch model.wire {
        case .restJSON, .json, .restXML:
            var body = Value.object([:])
            if model.wire == .json { body["__type"] = .string(error.code) }
            if let members = known?.shape.members, error.members.object != nil {
                for member in JSONShapes(model: model).writeStructure(error.members, members).object ?? [:] {
                    body[member.key] = member.value
                }
            }
            body["message"] = .string(error.message)
            var response = HTTPResponse(status, body: .bytes(JSON.encode(body)))
            response.headers["content-type"] = jsonType
            response.headers["x-amzn-errortype"] = error.code
            response.headers["x-amzn-requestid"] = requestID
            return response
        case .query:
            return xml(status, "ErrorResponse", namespace: model.namespace) { writer in
                writer.element("Error") { writer in
                    writer.element("Type", status < 500 ? "Sender" : "Receiver")
                    writer.element("Code", error.code)
                    writer.element("Message", error.message)
                }
                writer.element("RequestId", requestID)
            }
        case .ec2:
            return xml(status, "Response") { writer in
                writer.element("Errors") { writer in
                    writer.element("Error") { writer in
                        writer.element("Code", error.code)
                        writer.element("Message", error.message)
                    }
                }
                writer.element("RequestID", requestID)
            }
        }
    }

    /// The error of a call that names no operation of the service.
    func unknownOperation(_ name: String) -> AWSError {
        switch model.wire {
        case .restJSON, .restXML:
            AWSError("UnknownOperationException", "The requested operation is not recognized by the service.", status: 404)
        case .json: AWSError("UnknownOperationException", "Operation \(name) is not recognized by the service.")
        case .query where name.isEmpty, .ec2 where name.isEmpty: AWSError("MissingAction", "Missing Action")
        case .query: AWSError("InvalidAction", "Could not find operation \(name) for version \(model.apiVersion)")
        case .ec2: AWSError("InvalidAction", "The action \(name) is not valid for this web service.")
        }
    }
}
