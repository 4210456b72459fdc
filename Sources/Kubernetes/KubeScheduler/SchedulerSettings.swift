package import Documents
package import Storage

/// Where a cluster keeps how its scheduler is to work: a document beside its objects that no API serves. The scheduler follows it.
package enum SchedulerSettings {
    static let prefix = "eyrie/scheduler/"
    private static let key = prefix + "settings"

    /// Keeps the `kubeSchedulerConfig` of the EKS API; null for the defaults. Writes nothing when it is kept already.
    /// - Throws: `StorageError` when it could not be written.
    package static func store(_ config: Value, in realm: Realm) async throws(StorageError) {
        let present = realm.get(key)?.value["eks"] ?? .null
        guard present != config else { return }
        _ = try await realm.commit(Write(key, .put(Encoded(document: ["eks": config])), if: .none))
    }
    /// The configuration that a settings document asks for, the server's where it asks for nothing; nil for one that cannot be carried out.
    static func configuration(_ document: Value, else standard: SchedulerConfiguration) -> SchedulerConfiguration? {
        document["eks"]["nodeResourcesFit"]["scoringStrategy"].isNull ? standard : try? SchedulerConfiguration(eks: document["eks"])
    }
}
