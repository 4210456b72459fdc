import Control
import Glibc

/// The formats of strings that schemas may demand; any other format holds for every text.
/// Source: apiextensions-apiserver, supported formats; kube-openapi, strfmt.
enum CustomFormats {
    private static let patterns: [String: RegularExpression] = {
        let texts = [
            "bsonobjectid": "^[0-9a-fA-F]{24}$",
            "hostname":
                #"^([a-zA-Z0-9\p{L}_]([a-zA-Z0-9\p{L}_-]{0,62}[a-zA-Z0-9\p{L}])?\.)*[a-zA-Z0-9\p{L}]([a-zA-Z0-9\p{L}_-]{0,62}[a-zA-Z0-9\p{L}])?\.?$"#,
            "email": #"^(.*<)?[^@\s<>,;:"\[\]()]+@[^@\s<>,;:"()]+>?$"#,
            "mac": "^([0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}|[0-9a-fA-F]{4}(\\.[0-9a-fA-F]{4}){2}|[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){7})$",
            "uuid": "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$",
            "uuid3": "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$",
            "uuid4": "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$",
            "uuid5": "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$",
            "creditcard": "^[0-9]{12,19}$", "ssn": "^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$", "hexcolor": "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$",
            "rgbcolor":
                "^rgb\\(\\s*(\\d{1,2}|1\\d\\d|2[0-4]\\d|25[0-5])\\s*,\\s*(\\d{1,2}|1\\d\\d|2[0-4]\\d|25[0-5])\\s*,\\s*(\\d{1,2}|1\\d\\d|2[0-4]\\d|25[0-5])\\s*\\)$",
            "isbn10": "^([0-9]{9}X|[0-9]{10})$", "isbn13": "^[0-9]{13}$", "isbn": "^([0-9]{9}X|[0-9]{10}|[0-9]{13})$",
            "byte": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
            "date": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
            "duration":
                "^[-+]?0$|^[-+]?(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$|^\\s*[0-9]+\\s*(ns|us|ms|s|m|h|d|w|nanos?|nanoseconds?|micros?|microseconds?|millis?|milliseconds?|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|weeks?)\\s*$",
            "uri": "^([a-zA-Z][a-zA-Z0-9+.-]*:|/)[^\\s]*$",
        ]
        return texts.compactMapValues { try? RegularExpression($0) }
    }()

    /// Whether a text has a format.
    static func holds(_ format: String, _ text: String) -> Bool {
        switch format {
        case "date-time", "datetime": return Timestamp(text) != nil
        case "ipv4": return isAddress(text, AF_INET)
        case "ipv6": return isAddress(text, AF_INET6)
        case "cidr":
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let bits = Int(parts[1]), bits >= 0 else { return false }
            return isAddress(parts[0], AF_INET) ? bits <= 32 : isAddress(parts[0], AF_INET6) && bits <= 128
        case "k8s-short-name": return Names.label(text).isEmpty
        case "k8s-long-name": return Names.subdomain(text).isEmpty
        default: return patterns[format]?.matches(text) ?? true
        }
    }

    private static func isAddress(_ text: String, _ family: Int32) -> Bool {
        var buffer = in6_addr()
        return inet_pton(family, text, &buffer) == 1
    }
}
