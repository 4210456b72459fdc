package import AWSProtocol
import Control
import Documents
import Network
import Reconcile

/// What the handlers of IAM work with. Its documents live in the realm `global`.
///
/// Policies are kept, checked for their form and shown, but not evaluated: every principal of the account may call every operation.
package struct IAMService: Sendable {
    let account: String
    let records: Records

    package init(account: String, records: Records) { (self.account, self.records) = (account, records) }

    /// The operations that have a handler.
    package var table: ServiceTable {
        let groups: [[String: OperationHandler]] = [
            userOperations, accessKeyOperations, roleOperations, roleLinkOperations, policyOperations, policyVersionOperations,
            instanceProfileOperations, oidcOperations,
            attachmentOperations(.user), attachmentOperations(.role), inlineOperations(.user), inlineOperations(.role),
            tagOperations(.user), tagOperations(.role), tagOperations(.policy), tagOperations(.instanceProfile),
        ]
        return ServiceTable("iam", groups.reduce(into: [:]) { $0.merge($1) { first, _ in first } })
    }

    /// `arn:aws:iam::111122223333:role/path/name`
    func arn(_ type: String, _ path: String, _ name: String) -> String { "arn:aws:iam::\(account):\(type)\(path)\(name)" }

    /// A unique id: four letters for the type and seventeen characters. Source: IAM user guide, IAM identifiers.
    func uniqueID(_ prefix: String, _ length: Int = 17) -> String { prefix + IAMIDs.characters(length, records.random) }

    /// Stores a new document; names that differ in case only count as the same.
    /// - Throws: EntityAlreadyExists with the message given.
    func create(_ kind: Kind, _ name: String, _ spec: Value, taken message: String) async throws {
        if records.list(kind).contains(where: { $0["metadata"]["name"].string?.lowercased() == name.lowercased() }) {
            throw IAMError.exists(message)
        }
        do {
            _ = try await records.create(kind, ["metadata": ["name": .string(name)], "spec": spec])
        } catch ChangeError.alreadyExists { throw IAMError.exists(message) }
    }

    /// The tags of a request, with AWS's limits.
    func tags(_ input: Value) throws -> [Value] {
        var keys: Set<String> = []
        for tag in input["Tags"].items {
            let key = tag["Key"].string ?? ""
            guard keys.insert(key.lowercased()).inserted else {
                throw IAMError.invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
            }
            guard !key.lowercased().hasPrefix("aws:") else { throw IAMError.invalid("Tag keys cannot start with \"aws:\".") }
        }
        return input["Tags"].items
    }

    /// One page by `MaxItems` and `Marker`, as every listing of IAM has it. The marker is the position to go on at.
    static func page(_ all: [Value], _ input: Value, _ member: String) throws -> Value {
        var start = 0
        if let marker = input["Marker"].string {
            guard let position = Int(marker), position >= 0 else { throw IAMError.validation("Invalid Marker.") }
            start = position
        }
        let window = Window(all, from: start, size: input["MaxItems"].int ?? 100)
        var output: Value = ["IsTruncated": .bool(window.next != nil)]
        output[member] = .array(window.items)
        if let next = window.next { output["Marker"] = .string("\(next)") }
        return output
    }

    /// A document of policy as answers carry it: percent-encoded. Source: IAM API reference, GetRolePolicy.
    static func encoded(_ document: String) -> Value { .string(Percent.encode(document)) }
}

/// The characters of IAM's ids and secrets.
enum IAMIDs {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    private static let secretLetters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

    /// That many characters of base 32.
    static func characters(_ count: Int, _ random: RandomSource) -> String {
        String((0..<count).map { _ in letters[random.int(in: 0..<letters.count)] })
    }
    /// A secret access key: forty characters.
    static func secret(_ random: RandomSource, length: Int = 40) -> String {
        String((0..<length).map { _ in secretLetters[random.int(in: 0..<secretLetters.count)] })
    }
}
