import Documents
import KubeModel

/// Rules of definitions that the pipeline knows of. Source: apiextensions-apiserver, apihelpers.
enum DefinitionRules {
    /// The annotation by which Kubernetes' reviewers approve a definition in a group of theirs.
    static let approval = "api-approved.kubernetes.io"
    /// Whether a group is Kubernetes' own.
    static func isProtected(_ group: String) -> Bool {
        ["k8s.io", "kubernetes.io"].contains { group == $0 || group.hasSuffix(".\($0)") }
    }
}
