/// A zone or region in which a volume can be used, as one of its labels says. Source: VolumeZone, getPVTopologies.
struct VolumePlace: Sendable, Equatable {
    let key: String
    /// The key that has taken its place.
    let modernKey: String
    let values: Set<String>

    static let keys = ["failure-domain.beta.kubernetes.io", "topology.kubernetes.io"].flatMap { ["\($0)/zone", "\($0)/region"] }

    /// The places that labels name; several values are joined by `__`.
    static func places(_ labels: [String: String]) -> [VolumePlace] {
        keys.compactMap { key in
            guard let value = labels[key] else { return nil }
            let modern = key.hasPrefix("failure-domain") ? "topology.kubernetes.io" + key.drop { $0 != "/" } : key
            return VolumePlace(key: key, modernKey: modern, values: Set(value.split(separator: "__").map(String.init)))
        }
    }
}
