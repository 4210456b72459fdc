import Documents

/// Reads an operation's input from a request, whatever the protocol.
struct InputReader {
    let model: ServiceModel
    /// Parameters that every EC2 request may carry besides its operation's own.
    private static let common: Set<String> = [
        "Action", "Version", "AWSAccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "Timestamp", "Expires", "SecurityToken",
        "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token", "X-Amz-Signature",
        "X-Amz-SignedHeaders",
    ]

    func read(_ call: Call, _ operation: OperationModel, _ labels: [String: String]) throws(AWSError) -> Value {
        switch model.wire {
        case .restJSON, .restXML: return try RestBinding(model: model).read(operation, labels: labels, call: call)
        case .json:
            guard let index = operation.input else { return .object([:]) }
            let json: Value
            do { json = call.body.isEmpty ? .object([:]) : try JSON.parse(call.body) } catch {
                throw AWSError("SerializationException", error.message)
            }
            guard json.object != nil else { throw AWSError("SerializationException", "Unexpected field type") }
            return try JSONShapes(model: model).readStructure(json, model.shape(index).members)
        case .query, .ec2:
            guard let index = operation.input else { return .object([:]) }
            return try QueryShapes(model).read(Parameters(call.form), structure: index, common: Self.common)
        }
    }
}
