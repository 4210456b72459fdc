import AWSProtocol
import Documents

extension AWSClient {
    /// All items under a member of an operation's output, page by page, whichever way the operation pages.
    /// - Throws: as `call`.
    func all(_ service: String, _ operation: String, _ member: String, _ input: Value = [:]) async throws -> [Value] {
        var items: [Value] = []
        var next = input
        while true {
            let output = try await call(service, operation, next)
            items += output[member].items
            guard let (input, token) = Self.token(in: output) else { return items }
            next[input] = token
        }
    }
    /// The member of the next request and its token; nil on the last page.
    private static func token(in output: Value) -> (String, Value)? {
        for name in ["nextToken", "NextToken", "Marker"] {
            guard let token = output[name].string, !token.isEmpty else { continue }
            return (name, .string(token))
        }
        return nil
    }
}
