import Control
import Documents
import KubeModel

/// How a cluster's scheduler works. Source: KubeSchedulerConfiguration, kubescheduler.config.k8s.io/v1.
package struct SchedulerConfiguration: Sendable {
    /// One for each scheduler's name that pods may give.
    var profiles = [SchedulingProfile()]
    /// How many percent of the nodes are looked at; 0 lets the number of nodes decide.
    var percentageOfNodesToScore = 0
    /// How long a pod rests after its first failure, and at most.
    var firstBackoff = Duration.seconds(1)
    var longestBackoff = Duration.seconds(10)

    /// Upstream's defaults.
    package init() {}

    /// Reads a KubeSchedulerConfiguration file's text, YAML or JSON.
    /// - Throws: `DocumentError` with line and column, or `ConfigurationError` with all that is wrong.
    package init(text: String) throws {
        let documents = try YAML.parse(text)
        guard documents.count == 1 else {
            throw ConfigurationError(
                errors: [.invalid(FieldPath(""), .int(Int64(documents.count)), "a file has one KubeSchedulerConfiguration")])
        }
        try self.init(documents[0])
    }
}
