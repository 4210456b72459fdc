import AWSProtocol
import Documents

/// Policy texts: their form, and what a trust policy allows. Source: IAM user guide, JSON policy element reference.
enum PolicyDocument {
    private static let versions: Set<String> = ["2012-10-17", "2008-10-17"]

    /// Checks an identity's policy.
    /// - Throws: MalformedPolicyDocument.
    static func check(_ text: String) throws {
        for statement in try statements(text, invalid: "Syntax errors in policy.") {
            if !statement["Principal"].isNull || !statement["NotPrincipal"].isNull {
                throw IAMError.malformedPolicy("Policy document should not specify a principal.")
            }
            if statement["Resource"].isNull && statement["NotResource"].isNull {
                throw IAMError.malformedPolicy("Policy statement must contain resources.")
            }
        }
    }

    /// Checks a role's trust policy.
    /// - Throws: MalformedPolicyDocument.
    static func checkTrust(_ text: String) throws {
        for statement in try statements(text, invalid: "This policy contains invalid Json") {
            if !statement["Resource"].isNull || !statement["NotResource"].isNull {
                throw IAMError.malformedPolicy("Has prohibited field Resource")
            }
            if statement["Principal"].isNull && statement["NotPrincipal"].isNull {
                throw IAMError.malformedPolicy("Missing required field Principal")
            }
            for action in texts(statement["Action"]) where action != "*" && !action.lowercased().hasPrefix("sts:") {
                throw IAMError.malformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.")
            }
        }
    }

    private static func statements(_ text: String, invalid: String) throws -> [Value] {
        guard let policy = try? JSON.parse(text), policy.object != nil else { throw IAMError.malformedPolicy(invalid) }
        if let version = policy["Version"].string, !versions.contains(version) {
            throw IAMError.malformedPolicy("The policy must contain a valid version string")
        }
        let statements = policy["Statement"].array ?? (policy["Statement"].object == nil ? [] : [policy["Statement"]])
        guard !statements.isEmpty else { throw IAMError.malformedPolicy("Missing required field Statement") }
        for statement in statements {
            guard statement.object != nil else { throw IAMError.malformedPolicy("Syntax errors in policy.") }
            guard ["Allow", "Deny"].contains(statement["Effect"].string) else {
                throw IAMError.malformedPolicy(
                    statement["Effect"].isNull ? "Missing required field Effect" : "Invalid effect: \(statement["Effect"].string ?? "")")
            }
            if statement["Action"].isNull && statement["NotAction"].isNull {
                throw IAMError.malformedPolicy("Missing required field Action")
            }
        }
        return statements
    }

    /// Whether a trust policy lets the caller do `sts:AssumeRole`. A statement with a condition that is not understood neither allows
    /// nor, when it denies, is passed over: the caller is refused.
    static func allows(_ text: String, _ caller: Principal, externalID: String?) -> Bool {
        guard let statements = try? statements(text, invalid: "") else { return false }
        var allowed = false
        for statement in statements where matches(action: statement) && matches(principal: statement["Principal"], caller) {
            let met = conditionsMet(statement["Condition"], caller, externalID: externalID)
            if statement["Effect"].string == "Deny" {
                if met ?? true { return false }
            } else if met ?? false {
                allowed = true
            }
        }
        return allowed
    }

    private static func matches(action statement: Value) -> Bool {
        texts(statement["Action"]).contains { ["*", "sts:*", "sts:assumerole", "sts:assume*"].contains($0.lowercased()) }
    }

    private static func matches(principal: Value, _ caller: Principal) -> Bool {
        if principal.string == "*" { return true }
        return texts(principal["AWS"]).contains { text in
            text == "*" || text == caller.account || text == "arn:aws:iam::\(caller.account):root" || text == caller.arn
                || text == caller.entryARN
        }
    }

    /// Nil when a condition is not understood.
    private static func conditionsMet(_ conditions: Value, _ caller: Principal, externalID: String?) -> Bool? {
        var met = true
        for operation in conditions.object ?? [:] {
            guard ["StringEquals", "ArnEquals"].contains(operation.key) else { return nil }
            for condition in operation.value.object ?? [:] {
                let actual: String?
                switch condition.key.lowercased() {
                case "sts:externalid": actual = externalID
                case "aws:principalarn": actual = caller.entryARN
                case "aws:principalaccount": actual = caller.account
                default: return nil
                }
                guard let actual, texts(condition.value).contains(actual) else {
                    met = false
                    continue
                }
            }
        }
        return met
    }

    /// The texts of a member that may be one or a list.
    private static func texts(_ value: Value) -> [String] { value.string.map { [$0] } ?? value.items.compactMap(\.string) }
}
