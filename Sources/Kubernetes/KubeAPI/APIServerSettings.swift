import Control
package import Documents
package import Storage

/// What a cluster says of its API server: a document beside its objects that no API serves, so that every server finds it.
package enum APIServerSettings {
    private static let key = "eyrie/apiserver/settings"

    /// Keeps the `kubeApiServerConfig` of the EKS API; null for the defaults. Writes nothing when it is kept already.
    /// - Throws: `StorageError` when it could not be written.
    package static func store(_ config: Value, in realm: Realm) async throws(StorageError) {
        guard present(realm) != config else { return }
        _ = try await realm.commit(Write(key, .put(Encoded(document: ["eks": config])), if: .none))
    }

    /// How long events stay, for all of them; upstream keeps for each what held when it was written.
    static func eventLifetime(_ realm: Realm) -> Duration? { present(realm)["eventTtl"].string.flatMap(duration) }
    /// The numbers that Services' node ports come from; nil where nothing is said.
    static func nodePorts(_ realm: Realm) -> ClosedRange<Int>? {
        let range = present(realm)["serviceNodePortRange"]
        guard let least = range["minPort"].int, let most = range["maxPort"].int, least <= most else { return nil }
        return least...most
    }
    /// A length of time in one unit, as in `30m`; nil for other texts.
    package static func duration(_ text: String) -> Duration? {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()), (0...1_000_000).contains(count) else {
            return nil
        }
        return .seconds(count * unit)
    }
    private static func present(_ realm: Realm) -> Value { realm.get(key)?.value["eks"] ?? .null }
}
