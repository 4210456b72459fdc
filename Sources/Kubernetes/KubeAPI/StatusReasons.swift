import KubeModel
import Storage

extension KubeStatus {
    /// 504 for a revision that is not there yet. Source: apiserver, storage.NewTooLargeResourceVersionError.
    static func tooLargeResourceVersion(_ asked: Revision, current: Revision) -> KubeStatus {
        var details = Details()
        details.causes = [.init(reason: "ResourceVersionTooLarge", message: "Too large resource version")]
        details.retryAfterSeconds = 1
        return KubeStatus(504, .timeout, "Timeout: Too large resource version: \(asked), current: \(current)", details: details)
    }
}
