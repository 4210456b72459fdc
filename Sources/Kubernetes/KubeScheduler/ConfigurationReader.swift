import Control
package import Documents
package import KubeModel

/// Reads a KubeSchedulerConfiguration, with upstream's defaults and messages.
struct ConfigurationReader {
    static let apiVersion = "kubescheduler.config.k8s.io/v1"
    private var errors: [FieldError] = []
    private var configuration = SchedulerConfiguration()

    static func read(_ document: Value) -> (SchedulerConfiguration, [FieldError]) {
        var reader = ConfigurationReader()
        reader.read(document)
        return (reader.configuration, reader.errors)
    }

    private mutating func read(_ document: Value) {
        if document["apiVersion"].string != Self.apiVersion {
            errors.append(.notSupported(FieldPath("apiVersion"), document["apiVersion"], [Self.apiVersion]))
        }
        if document["kind"].string != "KubeSchedulerConfiguration" {
            errors.append(.notSupported(FieldPath("kind"), document["kind"], ["KubeSchedulerConfiguration"]))
        }
        let known: Set = [
            "apiVersion", "kind", "parallelism", "leaderElection", "clientConnection", "enableProfiling", "enableContentionProfiling",
            "percentageOfNodesToScore", "podInitialBackoffSeconds", "podMaxBackoffSeconds", "profiles", "extenders",
            "delayCacheUntilActive",
        ]
        for member in document.object ?? [:] where !known.contains(member.key) {
            errors.append(.forbidden(FieldPath(member.key), "unknown field"))
        }
        if let parallelism = document["parallelism"].int, parallelism <= 0 {
            errors.append(.invalid(FieldPath("parallelism"), document["parallelism"], "should be an integer value greater than zero"))
        }
        configuration.percentageOfNodesToScore = percentage(document["percentageOfNodesToScore"], FieldPath("percentageOfNodesToScore"))
        let (first, most) = (document["podInitialBackoffSeconds"].int ?? 1, document["podMaxBackoffSeconds"].int ?? 10)
        if first <= 0 {
            errors.append(.invalid(FieldPath("podInitialBackoffSeconds"), document["podInitialBackoffSeconds"], "must be greater than 0"))
        }
        if most < first {
            errors.append(
                .invalid(
                    FieldPath("podMaxBackoffSeconds"), .int(Int64(most)), "must be greater than or equal to PodInitialBackoffSeconds"))
        }
        (configuration.firstBackoff, configuration.longestBackoff) = (.seconds(first), .seconds(most))
        if !document["extenders"].items.isEmpty {
            errors.append(.forbidden(FieldPath("extenders"), "extenders are not served here"))
        }
        readProfiles(document["profiles"])
    }
    private mutating func percentage(_ value: Value, _ path: FieldPath) -> Int {
        guard let percent = value.int else { return 0 }
        if !(0...100).contains(percent) { errors.append(.invalid(path, value, "not in valid range [0-100]")) }
        return percent
    }

    private mutating func readProfiles(_ profiles: Value) {
        guard !profiles.items.isEmpty else { return }
        configuration.profiles = []
        var names: [String: Int] = [:]
        for (index, document) in profiles.items.enumerated() {
            let path = FieldPath("profiles").index(index)
            // The only profile may leave its name out. Source: setDefaults_KubeSchedulerProfile.
            let name = document["schedulerName"].string ?? (profiles.items.count == 1 ? "default-scheduler" : "")
            if name.isEmpty { errors.append(.required(path.child("schedulerName"))) }
            if let other = names[name] {
                let first = FieldPath("profiles").index(other).child("schedulerName")
                errors.append(.duplicate(path.child("schedulerName"), .string("\(first)")))
            }
            names[name] = index
            var reader = ProfileReader(name, document, path)
            reader.profile.percentageOfNodesToScore = percentage(
                document["percentageOfNodesToScore"], path.child("percentageOfNodesToScore"))
            reader.read()
            errors += reader.errors
            configuration.profiles.append(reader.profile)
        }
        let sorts = profiles.items.map { $0["plugins"]["queueSort"] }
        for (index, sort) in sorts.enumerated() where sort != sorts[0] {
            let path = FieldPath("profiles").index(index).child("plugins").child("queueSort")
            errors.append(.invalid(path, sort, "must be the same for all profiles"))
        }
    }
}

/// What is wrong with a scheduler's configuration.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// Each fault with its field.
    package let errors: [FieldError]
    /// As upstream's aggregate of errors is printed.
    package var description: String {
        errors.count == 1 ? "\(errors[0])" : "[\(errors.map(\.description).joined(separator: ", "))]"
    }
}

extension SchedulerConfiguration {
    /// Reads a KubeSchedulerConfiguration of kubescheduler.config.k8s.io/v1.
    /// - Throws: `ConfigurationError` with all that is wrong.
    package init(_ document: Value) throws(ConfigurationError) {
        let (configuration, errors) = ConfigurationReader.read(document)
        guard errors.isEmpty else { throw ConfigurationError(errors: errors) }
        self = configuration
    }
    /// The configuration that EKS makes of a cluster's `kubeSchedulerConfig`. Source: KubeSchedulerConfigRequest of the EKS API.
    package init(eks config: Value) throws(ConfigurationError) {
        let strategy = config["nodeResourcesFit"]["scoringStrategy"]
        guard !strategy.isNull else {
            self.init()
            return
        }
        try self.init([
            "apiVersion": .string(ConfigurationReader.apiVersion), "kind": "KubeSchedulerConfiguration",
            "profiles": [["pluginConfig": [["name": "NodeResourcesFit", "args": ["scoringStrategy": strategy]]]]],
        ])
    }
}
