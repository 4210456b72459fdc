import Control
import Documents
import KubeModel
import Reconcile

/// Names that Jobs and their pods use.
enum JobMark {
    /// Holds a pod until its end is counted.
    static let tracking = "batch.kubernetes.io/job-tracking"
    static let index = "batch.kubernetes.io/job-completion-index"
    static let failures = "batch.kubernetes.io/job-index-failure-count"
    static let ignored = "batch.kubernetes.io/job-index-ignored-failure-count"
}

extension View where F == PodFields {
    /// Whether a Job has yet to count it.
    var isTracked: Bool { value["metadata"]["finalizers"].items.contains(.string(JobMark.tracking)) }
    /// Lets it go, as far as its Job is concerned.
    var untracking: Change {
        let rest = value["metadata"]["finalizers"].items.filter { $0.string != JobMark.tracking }
        return guardedPatch(["finalizers": rest.isEmpty ? .null : .array(rest)])
    }
    /// Which part of an indexed Job it does.
    var completionIndex: Int? { value["metadata"]["annotations"][JobMark.index].string.flatMap { Int($0) } }
    /// A count that an annotation holds, within what counts can be.
    func annotatedNumber(_ name: String) -> Int {
        let number = value["metadata"]["annotations"][name].string.flatMap { Int($0) } ?? 0
        return max(0, min(number, Int(Int32.max)))
    }
}

extension View where F == JobFields {
    var selector: LabelSelector { LabelSelector(value["spec"]["selector"]) }
    var isIndexed: Bool { self.spec.completionMode == "Indexed" }
    var isSuspended: Bool { self.spec.suspend == true }
    var limitsEachIndex: Bool { isIndexed && self.spec.backoffLimitPerIndex != nil }
    /// Whether a pod is replaced only once it has failed for good, not when it begins to end.
    var replacesFailedPodsOnly: Bool { self.spec.podReplacementPolicy == "Failed" || self.spec.podFailurePolicy != nil }
    func condition(_ type: String) -> JobCondition? { self.status.conditions?.first { $0.type == type && $0.status == "True" } }
    var finish: JobCondition? { condition("Complete") ?? condition("Failed") }

    /// Whether a pod's end counts as a failure; one that is deleted before its end does unless the Job waits for its end.
    func failed(_ pod: Pod) -> Bool {
        pod.phase == "Failed" || (!replacesFailedPodsOnly && pod.isDeleting && pod.phase != "Succeeded")
    }

    /// A pod of the Job, for one index when it has indexes. Source: manageJob, addCompletionIndexEnvVariables.
    func pod(index: Int?, failures: (counted: Int, ignored: Int)?, suffix: String) -> Pod {
        var template = self.spec.template
        var finalizers = template.value["metadata"]["finalizers"].items
        finalizers.append(.string(JobMark.tracking))
        template.value["metadata"]["finalizers"] = .array(finalizers)
        guard let index else { return PodTemplate.pod(of: self, template, suffix: suffix) }
        let number = Value.string(String(index))
        template.value["metadata"]["annotations"][JobMark.index] = number
        template.value["metadata"]["labels"][JobMark.index] = number
        if let failures {
            template.value["metadata"]["annotations"][JobMark.failures] = .string(String(failures.counted))
            if failures.ignored > 0 { template.value["metadata"]["annotations"][JobMark.ignored] = .string(String(failures.ignored)) }
        }
        template.value["spec"]["hostname"] = .string("\(name)-\(index)")
        for list in ["containers", "initContainers"] {
            guard let containers = template.value["spec"][list].array else { continue }
            template.value["spec"][list] = .array(containers.map(Self.indexed))
        }
        // Of a long name so much that the index stays. Source: podGenerateNameWithIndex.
        let ending = "-\(index)-"
        return PodTemplate.pod(of: self, template, suffix: suffix, prefix: name.prefix(58 - ending.utf8.count) + ending)
    }
    private static func indexed(_ container: Value) -> Value {
        let variable = "JOB_COMPLETION_INDEX"
        guard !container["env"].items.contains(where: { $0["name"].string == variable }) else { return container }
        var container = container
        let source: Value = ["fieldRef": ["fieldPath": "metadata.labels['\(JobMark.index)']"]]
        container["env"] = .array(container["env"].items + [["name": .string(variable), "valueFrom": source]])
        return container
    }
}
