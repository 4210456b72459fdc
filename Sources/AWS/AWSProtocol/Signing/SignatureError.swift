/// Why a request's signature was refused.
package enum SignatureError: Error, Sendable, Hashable {
    /// The request has no signature.
    case missing
    /// The signature's parts are not all there, or malformed.
    case incomplete(String)
    /// Another algorithm than AWS4-HMAC-SHA256.
    case unsupported
    /// An unknown or inactive access key, or a session token that does not go with it.
    case unknownKey
    /// Temporary credentials past their end.
    case expiredKey
    /// The signature is not the one that the secret makes.
    case mismatch
    /// The request's time is too far from ours, in AWS's words.
    case skewed(String)
    /// A presigned request past its end.
    case expired(String)
    /// The credential scope is not for this place, in AWS's words.
    case scope(String)
    /// The URL is not one that may be verified here, in our words.
    case refused(String)

    /// The error in the vocabulary of a service's protocol. Source: AWS General Reference, common errors; EC2 API error codes.
    func awsError(_ wire: WireProtocol) -> AWSError {
        if wire == .ec2, let error = ec2 { return error }
        let json = wire == .restJSON || wire == .json
        func error(_ query: String, _ other: String, _ message: String) -> AWSError { AWSError(json ? other : query, message, status: 403) }
        switch self {
        case .missing:
            return error(
                "MissingAuthenticationToken", "MissingAuthenticationTokenException",
                json ? "Missing Authentication Token" : "Request is missing Authentication Token")
        case .incomplete(let message): return error("IncompleteSignature", "IncompleteSignatureException", message)
        case .unsupported:
            return error("IncompleteSignature", "IncompleteSignatureException", "Unsupported AWS 'algorithm': use '\(SigV4.algorithm)'.")
        case .unknownKey:
            return error("InvalidClientTokenId", "UnrecognizedClientException", "The security token included in the request is invalid.")
        case .expiredKey: return error("ExpiredToken", "ExpiredTokenException", "The security token included in the request is expired")
        case .mismatch: return error("SignatureDoesNotMatch", "InvalidSignatureException", Self.mismatchText)
        case .skewed(let message), .expired(let message), .scope(let message):
            return error("SignatureDoesNotMatch", "InvalidSignatureException", message)
        case .refused(let message): return error("AccessDenied", "AccessDeniedException", message)
        }
    }

    private var ec2: AWSError? {
        switch self {
        case .missing: AWSError("MissingParameter", "The request must contain the parameter AWSAccessKeyId")
        case .skewed, .expired, .expiredKey: AWSError("RequestExpired", "Request has expired.")
        case .unknownKey, .mismatch:
            AWSError("AuthFailure", "AWS was not able to validate the provided access credentials", status: 401)
        case .incomplete, .unsupported, .scope, .refused: nil
        }
    }

    private static let mismatchText =
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
        + "signing method. Consult the service documentation for details."
}
