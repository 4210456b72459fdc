import AWSServices
import Control

/// Starts the control planes of a region's clusters after a restart, again and again those that cannot start yet: one whose port another
/// process has keeps neither the region nor the other clusters down.
struct ClusterRevival: Service {
    private struct Incomplete: Error, CustomStringConvertible {
        let description: String
    }
    private let clusters: EKSEffects
    private let log: Log

    init(region: String, clusters: EKSEffects) { (self.clusters, log) = (clusters, Log("region/\(region)")) }

    /// Tries once, tells what does not start, and whether there was any.
    func isIncomplete() async -> Bool {
        let problems = await clusters.resume()
        for problem in problems { log.error(problem) }
        return !problems.isEmpty
    }
    /// Ends when all run.
    /// - Throws: what does not start, for another turn.
    func run() async throws {
        let problems = await clusters.resume()
        guard problems.isEmpty else { throw Incomplete(description: problems.joined(separator: "; ")) }
        log.info("all control planes run")
    }
}
