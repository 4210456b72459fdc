package import Documents

/// Pods that run to an end.
package typealias Job = View<JobFields>
/// The fields of that. Source: Job of Kubernetes 1.36.
package struct JobFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "batch", version: "v1", "Job", prefix: "batch/jobs/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<JobSpecFields>>("spec")
    package let status = Field<Self, View<JobStatusFields>>("status")
}

/// What a Job should do.
package typealias JobSpec = View<JobSpecFields>
/// The fields of that. Source: JobSpec of Kubernetes 1.36.
package struct JobSpecFields: Fields {
    package init() {}
    package let activeDeadlineSeconds = Field<Self, Int>("activeDeadlineSeconds"), backoffLimit = Field<Self, Int>("backoffLimit")
    package let backoffLimitPerIndex = Field<Self, Int>("backoffLimitPerIndex")
    package let completionMode = Field<Self, String>("completionMode"), completions = Field<Self, Int>("completions")
    package let managedBy = Field<Self, String>("managedBy"), manualSelector = Field<Self, Bool>("manualSelector")
    package let maxFailedIndexes = Field<Self, Int>("maxFailedIndexes"), parallelism = Field<Self, Int>("parallelism")
    package let podFailurePolicy = Field<Self, Value>("podFailurePolicy")
    package let podReplacementPolicy = Field<Self, String>("podReplacementPolicy")
    package let selector = Field<Self, View<LabelSelectorSpecFields>>("selector")
    package let successPolicy = Field<Self, Value>("successPolicy"), suspend = Field<Self, Bool>("suspend")
    package let template = Field<Self, View<PodTemplateSpecFields>>("template")
    package let ttlSecondsAfterFinished = Field<Self, Int>("ttlSecondsAfterFinished")
}

/// What a Job did.
package typealias JobStatus = View<JobStatusFields>
/// The fields of that. Source: JobStatus of Kubernetes 1.36.
package struct JobStatusFields: Fields {
    package init() {}
    package let active = Field<Self, Int>("active"), completedIndexes = Field<Self, String>("completedIndexes")
    package let completionTime = Field<Self, String>("completionTime")
    package let conditions = Field<Self, [View<JobConditionFields>]>("conditions"), failed = Field<Self, Int>("failed")
    package let failedIndexes = Field<Self, String>("failedIndexes"), ready = Field<Self, Int>("ready")
    package let startTime = Field<Self, String>("startTime"), succeeded = Field<Self, Int>("succeeded")
    package let terminating = Field<Self, Int>("terminating")
    package let uncountedTerminatedPods = Field<Self, Value>("uncountedTerminatedPods")
}

/// One condition of a Job.
package typealias JobCondition = View<JobConditionFields>
/// The fields of that. Source: JobCondition of Kubernetes 1.36.
package struct JobConditionFields: Fields {
    package init() {}
    package let lastProbeTime = Field<Self, String>("lastProbeTime")
    package let lastTransitionTime = Field<Self, String>("lastTransitionTime"), message = Field<Self, String>("message")
    package let reason = Field<Self, String>("reason"), status = Field<Self, String>("status"), type = Field<Self, String>("type")
}

/// Jobs at set times.
package typealias CronJob = View<CronJobFields>
/// The fields of that. Source: CronJob of Kubernetes 1.36.
package struct CronJobFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "batch", version: "v1", "CronJob", prefix: "batch/cronjobs/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<CronJobSpecFields>>("spec")
    package let status = Field<Self, View<CronJobStatusFields>>("status")
}

/// When which Jobs start.
package typealias CronJobSpec = View<CronJobSpecFields>
/// The fields of that. Source: CronJobSpec of Kubernetes 1.36.
package struct CronJobSpecFields: Fields {
    package init() {}
    package let concurrencyPolicy = Field<Self, String>("concurrencyPolicy")
    package let failedJobsHistoryLimit = Field<Self, Int>("failedJobsHistoryLimit")
    package let jobTemplate = Field<Self, View<JobTemplateSpecFields>>("jobTemplate"), schedule = Field<Self, String>("schedule")
    package let startingDeadlineSeconds = Field<Self, Int>("startingDeadlineSeconds")
    package let successfulJobsHistoryLimit = Field<Self, Int>("successfulJobsHistoryLimit")
    package let suspend = Field<Self, Bool>("suspend"), timeZone = Field<Self, String>("timeZone")
}

/// What the Jobs of a CronJob are made from.
package typealias JobTemplateSpec = View<JobTemplateSpecFields>
/// The fields of that. Source: JobTemplateSpec of Kubernetes 1.36.
package struct JobTemplateSpecFields: Fields {
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<JobSpecFields>>("spec")
}

/// What a CronJob did.
package typealias CronJobStatus = View<CronJobStatusFields>
/// The fields of that. Source: CronJobStatus of Kubernetes 1.36.
package struct CronJobStatusFields: Fields {
    package init() {}
    package let active = Field<Self, [View<ObjectReferenceFields>]>("active")
    package let lastScheduleTime = Field<Self, String>("lastScheduleTime")
    package let lastSuccessfulTime = Field<Self, String>("lastSuccessfulTime")
}
