import Cryptography
import Documents
import KubeModel

/// What may not be told by a document's fields alone: what the server's own objects say, and what is in a certificate request.
enum MandatoryRules {
    /// What is wrong with a document of the few kinds that this concerns.
    static func errors(_ new: Value, _ old: Value?, _ target: Target) -> [FieldError] {
        guard target.subresource.isEmpty else { return [] }
        switch target.info.storage.prefix {
        case FlowBootstrap.schemaKind.prefix: return schema(new, target.name)
        case FlowBootstrap.levelKind.prefix: return level(new, target.name)
        case "certificates.k8s.io/certificatesigningrequests/": return old == nil ? request(new) : []
        default: return []
        }
    }

    /// The names whose objects the server cannot do without. Source: flowcontrol/internalbootstrap, MandatoryFlowSchemas.
    private static let mandatory: Set = ["exempt", "catch-all"]
    private static func fixed(_ prefix: String, _ name: String) -> Value? {
        guard mandatory.contains(name) else { return nil }
        return FlowBootstrap.documents.first { $0.kind.prefix == prefix && $0.document["metadata"]["name"].string == name }?.document[
            "spec"]
    }

    private static func schema(_ new: Value, _ name: String) -> [FieldError] {
        guard let wanted = fixed(FlowBootstrap.schemaKind.prefix, name), plain(new["spec"]) != plain(wanted) else { return [] }
        return [.invalid(FieldPath("spec"), new["spec"], "spec of '\(name)' must equal the fixed value")]
    }
    /// How much the exempt level lends may be changed, and nothing else.
    private static func level(_ new: Value, _ name: String) -> [FieldError] {
        guard var wanted = fixed(FlowBootstrap.levelKind.prefix, name) else { return [] }
        let isExempt = name == "exempt"
        if isExempt { wanted["exempt"] = new["spec"]["exempt"] }
        guard plain(new["spec"]) != plain(wanted) else { return [] }
        let part = isExempt ? " except the 'spec.exempt' field" : ""
        return [.invalid(FieldPath("spec"), new["spec"], "spec of '\(name)'\(part) must equal the fixed value")]
    }
    /// A value whose members are sorted and without those that are null, so that equal ones are equal.
    private static func plain(_ value: Value) -> Value {
        switch value {
        case .array(let items): return .array(items.map(plain))
        case .object(let object):
            let members = object.filter { !$0.value.isNull }.sorted { $0.key < $1.key }
            return .object(Object(members.map { Object.Member($0.key, plain($0.value)) }))
        default: return value
        }
    }

    /// Source: certificates/validation, validateCSR.
    private static func request(_ new: Value) -> [FieldError] {
        let (value, path) = (new["spec"]["request"], FieldPath("spec", "request"))
        guard let text = value.string, let bytes = Base64.decode(text) else { return [] }
        let pem = String(decoding: bytes, as: UTF8.self)
        guard pem.contains("-----BEGIN CERTIFICATE REQUEST-----"), pem.contains("-----END CERTIFICATE REQUEST-----") else {
            return [.invalid(path, value, "PEM block type must be CERTIFICATE REQUEST")]
        }
        guard CertificateRequest.isReadable(pem: pem) else { return [.invalid(path, value, "asn1: syntax error: data truncated")] }
        return []
    }
}
