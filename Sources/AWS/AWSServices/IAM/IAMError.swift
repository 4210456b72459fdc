import AWSProtocol

/// IAM's errors in its own words. Source: IAM API reference.
enum IAMError {
    static func missing(_ message: String) -> AWSError { AWSError("NoSuchEntity", message, status: 404) }
    static func exists(_ message: String) -> AWSError { AWSError("EntityAlreadyExists", message, status: 409) }
    static func conflict(_ message: String) -> AWSError { AWSError("DeleteConflict", message, status: 409) }
    static func quota(_ name: String, _ limit: Int) -> AWSError {
        AWSError("LimitExceeded", "Cannot exceed quota for \(name): \(limit)", status: 409)
    }
    static func invalid(_ message: String) -> AWSError { AWSError("InvalidInput", message) }
    static func validation(_ message: String) -> AWSError { AWSError("ValidationError", message) }
    static func malformedPolicy(_ message: String) -> AWSError { AWSError("MalformedPolicyDocument", message) }
    static func policyMissing(_ arn: String) -> AWSError { missing("Policy \(arn) was not found.") }
}
