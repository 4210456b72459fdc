import AWSProtocol
import Documents

/// One page of a listing with EKS's `maxResults` and `nextToken`; the token is the position to go on at.
struct Page {
    private let items: ArraySlice<Value>
    private let next: Int?

    /// - Throws: `InvalidParameterException` for a token that this service did not make.
    init(_ all: [Value], input: Value, limit: Int = 100) throws {
        let start = try Page.position(input["nextToken"].string)
        let size = min(input["maxResults"].int ?? limit, limit)
        items = all.dropFirst(start).prefix(size)
        next = start + size < all.count ? start + size : nil
    }
    /// The output: the items under their member name, and the token while there is more.
    func output(_ member: String, _ other: Value = [:]) -> Value {
        var output = other
        output[member] = .array(Array(items))
        if let next { output["nextToken"] = .string("\(next)") }
        return output
    }
    private static func position(_ token: String?) throws -> Int {
        guard let token, !token.isEmpty else { return 0 }
        guard let position = Int(token), position > 0 else { throw EKSError.invalidParameter("Invalid nextToken: \(token)") }
        return position
    }
}
