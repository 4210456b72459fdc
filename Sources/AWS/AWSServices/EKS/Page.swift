import AWSProtocol
import Documents

/// One page of a listing with EKS's `maxResults` and `nextToken`; the token is the position to go on at.
struct Page {
    private let window: Window

    /// - Throws: `InvalidParameterException` for a token that this service did not make.
    init(_ all: [Value], input: Value, limit: Int = 100) throws {
        let start = try Page.position(input["nextToken"].string)
        window = Window(all, from: start, size: min(input["maxResults"].int ?? limit, limit))
    }
    /// The output: the items under their member name, and the token while there is more.
    func output(_ member: String, _ other: Value = [:]) -> Value {
        var output = other
        output[member] = .array(window.items)
        if let next = window.next { output["nextToken"] = .string("\(next)") }
        return output
    }
    private static func position(_ token: String?) throws -> Int {
        guard let token, !token.isEmpty else { return 0 }
        guard let position = Int(token), position > 0 else { throw EKSError.invalidParameter("Invalid nextToken: \(token)") }
        return position
    }
}
