/// One AWS service as its clients know it: operations and shapes. Source: botocore's service descriptions.
package struct ServiceModel: Sendable {
    /// botocore's name of the service: `eks`, `ec2`.
    package let name: String
    package let wire: WireProtocol
    package let apiVersion: String
    /// `1.0` or `1.1` for the JSON protocols.
    let jsonVersion: String
    /// What comes before the operation's name in `X-Amz-Target`.
    let targetPrefix: String
    /// The namespace of XML answers.
    let namespace: String
    /// The service's name in a credential scope.
    package let signingName: String
    /// The operations whose shapes the model holds.
    package let operations: [String: OperationModel]
    /// Operations that AWS has and this model knows by name alone.
    package let otherOperations: Set<String>
    package let paginators: [String: Paginator]
    let shapes: [Shape]
    let errors: [String: Int]

    /// The shape with that index.
    func shape(_ index: Int) -> Shape { shapes[index] }

    /// The error shape with that code, if the service has one.
    func error(code: String) -> (shape: Shape, trait: ErrorTrait)? {
        guard let index = errors[code], let trait = shapes[index].error else { return nil }
        return (shapes[index], trait)
    }
}

/// How a service's messages are written.
package enum WireProtocol: String, Sendable {
    case restJSON = "rest-json"
    case json, query, ec2
    case restXML = "rest-xml"
}

/// One operation.
package struct OperationModel: Sendable {
    package let name: String
    package let method: String
    /// The URI with its labels: `/clusters/{name}`.
    package let uri: String
    /// The path of `uri` in segments.
    let segments: [URISegment]
    /// The HTTP status of a success.
    package let status: Int
    /// Index of the input shape; nil when it takes none.
    let input: Int?
    let output: Int?
    /// The element around the output in the query protocol.
    let resultWrapper: String
    /// Whether it may be called without a signature.
    let unsigned: Bool
    /// Names of the error shapes that it declares.
    package let errors: [String]
}

/// A part of an operation's path.
enum URISegment: Sendable, Hashable {
    case literal(String)
    case label(String)
    /// `{name+}`: takes all the rest.
    case greedy(String)

    /// The segments of `/clusters/{name}`.
    static func parse(_ uri: String) -> [URISegment] {
        uri.prefix { $0 != "?" }.split(separator: "/").map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return .literal(String(part)) }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("+") ? .greedy(String(name.dropLast())) : .label(String(name))
        }
    }
}

/// How an operation hands out long lists.
package struct Paginator: Sendable {
    package let inputTokens: [String]
    package let outputTokens: [String]
    /// The input member that limits the page, empty when there is none.
    package let limit: String
    package let resultKeys: [String]
    /// The output member that tells whether there is more, empty when the token tells.
    package let more: String
}

/// A type of a service's messages.
struct Shape: Sendable {
    indirect enum Form: Sendable {
        case structure([Member])
        case list(Member)
        case map(key: Member, value: Member)
        case string, integer, long, float, double, boolean, blob, timestamp
    }
    let name: String
    let form: Form
    /// Bounds: of a number's value, of a text's length in characters, of a collection's count.
    var minimum: Double?
    var maximum: Double?
    var enumeration: [String] = []
    /// A regular expression that the whole text must match.
    var pattern = ""
    var timestampFormat = ""
    var error: ErrorTrait?

    /// The members of a structure; empty for other forms.
    var members: [Member] { if case .structure(let members) = form { members } else { [] } }
}

/// What an error shape says of the wire.
struct ErrorTrait: Sendable {
    let code: String
    let status: Int
}

/// A member of a structure, or the element of a list or map.
struct Member: Sendable {
    enum Location: Sendable { case body, uri, query, header, headers, status }
    var name: String
    /// Index of the shape.
    var shape: Int
    var location = Location.body
    /// The name on the wire where it differs from `name`.
    var wireName = ""
    /// The name in a request of the ec2 protocol, where the model says it.
    var queryName = ""
    var required = false
    /// The client fills it in when absent.
    var idempotencyToken = false
    var flattened = false
    /// The member alone makes up the body.
    var payload = false
    var timestampFormat = ""

    /// The name on the wire.
    var wire: String { wireName.isEmpty ? name : wireName }
}
