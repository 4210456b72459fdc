package import Control
import Documents
package import Network

/// Finds the operations of a service in a region; nil where the region or the service is not served.
package typealias ServiceLookup = @Sendable (_ service: String, _ region: String) async throws -> ServiceTable?

/// What an endpoint accepts.
package struct EndpointConfiguration: Sendable {
    /// The region of requests that name none.
    package var region = "us-east-1"
    /// Largest body in bytes.
    package var largestBody = 1 << 20
    package init() {}
}

/// Every AWS service on one port: finds service and region in the credential scope, verifies the signature, reads and checks the input by
/// the service's model, calls the operation's handler and writes its output or error as AWS does.
package struct AWSEndpoint: HTTPHandler {
    private let lookup: ServiceLookup
    private let credentials: any CredentialSource
    private let clock: any WallClock
    private let random: RandomSource
    private let configuration: EndpointConfiguration

    /// An endpoint whose tables differ by region.
    package init(
        credentials: any CredentialSource, clock: any WallClock, random: RandomSource = RandomSource(),
        configuration: EndpointConfiguration = EndpointConfiguration(), lookup: @escaping ServiceLookup
    ) {
        (self.credentials, self.clock, self.random, self.configuration, self.lookup) = (credentials, clock, random, configuration, lookup)
    }

    /// An endpoint with the same tables in every region.
    package init(
        tables: [ServiceTable], credentials: any CredentialSource, clock: any WallClock, random: RandomSource = RandomSource(),
        configuration: EndpointConfiguration = EndpointConfiguration()
    ) {
        let byService = Dictionary(tables.map { ($0.service, $0) }, uniquingKeysWith: { first, _ in first })
        self.init(credentials: credentials, clock: clock, random: random, configuration: configuration) { service, _ in byService[service] }
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let requestID = random.uuid()
        let body: [UInt8]
        do { body = try await request.body.collect(limit: configuration.largestBody) } catch {
            return Self.unserved(AWSError("RequestEntityTooLarge", "Request body is too large or was broken off", status: 413), requestID)
        }
        let call = Call(request, body: body)
        var signature: Signature?
        var failure: SignatureError?
        do throws(SignatureError) { signature = try Signature.find(headers: call.headers, items: call.items) } catch { failure = error }
        guard let model = call.service(scope: signature?.scope) else {
            if let service = signature?.scope.service {
                return Self.unserved(Self.unsupported("The service \(service)"), requestID, headers: request.headers)
            }
            return Self.unserved((failure ?? .missing).awsError(.query), requestID)
        }
        let answers = Answers(model: model, requestID: requestID)
        do throws(AWSError) {
            if let failure { throw failure.awsError(model.wire) }
            let (operation, output) = try await perform(call, signature, model, requestID)
            return answers.output(output, of: operation)
        } catch {
            return answers.error(error)
        }
    }

    /// Verifies, reads, checks and calls.
    private func perform(
        _ call: Call, _ signature: Signature?, _ model: ServiceModel, _ requestID: String
    ) async throws(AWSError) -> (OperationModel, Value) {
        let now = clock.now
        let routed = call.operation(of: model)
        let principal = try principal(call, signature, routed, model, now)
        let operation: OperationModel
        let labels: [String: String]
        switch routed {
        case .operation(let found, let values): (operation, labels) = (found, values)
        case .unmodelled(let name): throw Self.unsupported("The operation \(name)")
        case .unknown(let name): throw Answers(model: model, requestID: requestID).unknownOperation(name)
        }
        let region = signature?.scope.region ?? configuration.region
        let table: ServiceTable?
        do { table = try await lookup(model.name, region) } catch { throw Self.internalFailure(model) }
        guard let table else { throw SignatureError.scope("Credential should be scoped to a valid region.").awsError(model.wire) }
        guard let handler = table.operations[operation.name] else { throw Self.unsupported("The operation \(operation.name)") }
        let input = try read(call, operation, labels, model)
        let context = OperationContext(principal: principal, region: region, requestID: requestID, now: now)
        do { return (operation, try await handler(input, context)) } catch let error as AWSError { throw error } catch {
            throw Self.internalFailure(model)
        }
    }

    private func principal(
        _ call: Call, _ signature: Signature?, _ routed: Call.Routed, _ model: ServiceModel, _ now: Timestamp
    ) throws(AWSError) -> Principal {
        if case .operation(let operation, _) = routed, operation.unsigned, signature == nil {
            return Principal(arn: "", account: "", userID: "", entryARN: "")
        }
        guard let signature else { throw SignatureError.missing.awsError(model.wire) }
        let request = Verifier.Request(
            method: call.method, path: call.target.path, items: call.items, headers: call.headers, body: call.body)
        do throws(SignatureError) {
            return try Verifier(credentials: credentials, now: now).verify(request, signature).principal
        } catch {
            throw error.awsError(model.wire)
        }
    }

    private func read(
        _ call: Call, _ operation: OperationModel, _ labels: [String: String], _ model: ServiceModel
    ) throws(AWSError) -> Value {
        let input = try InputReader(model: model).read(call, operation, labels)
        guard let index = operation.input else { return input }
        let constraints = Constraints(model: model)
        if let error = constraints.error(constraints.check(input, structure: index), operation: operation) { throw error }
        if model.wire == .ec2, input["DryRun"].bool == true {
            throw AWSError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", status: 412)
        }
        return input
    }

    /// The error of what AWS has and we have not yet. Clients do not retry a 501.
    private static func unsupported(_ what: String) -> AWSError {
        AWSError("NotImplemented", "\(what) is not supported yet.", status: 501)
    }

    private static func internalFailure(_ model: ServiceModel) -> AWSError {
        let code =
            model.error(code: "ServerException") != nil ? "ServerException" : model.wire == .ec2 ? "InternalError" : "InternalFailure"
        return AWSError(code, "The request processing has failed because of an unknown error, exception or failure.", status: 500)
    }

    /// An error where no service is known: in the shape of the protocol that the request's headers show, or else in that of the query
    /// protocol.
    private static func unserved(_ error: AWSError, _ requestID: String, headers: HTTPFields = [:]) -> HTTPResponse {
        let kind = headers["x-amz-target"] != nil ? "ecr" : headers["content-type"] == "application/json" ? "eks" : "sts"
        guard let model = Models.named(kind) else { return HTTPResponse(error.status) }
        return Answers(model: model, requestID: requestID).error(error)
    }
}
