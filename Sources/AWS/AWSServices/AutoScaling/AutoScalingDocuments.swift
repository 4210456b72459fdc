package import Documents

/// An Auto Scaling group.
package struct AutoScalingGroupFields: KindFields {
    package static let kind = Kind(group: "autoscaling", "AutoScalingGroup", prefix: "autoscaling/groups/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let spec = Field<Self, View<AutoScalingGroupSpecFields>>("spec")
    package let status = Field<Self, View<AutoScalingGroupStatusFields>>("status")
}
/// An Auto Scaling group as a document.
package typealias AutoScalingGroup = View<AutoScalingGroupFields>
/// The desired part of an Auto Scaling group.
package struct AutoScalingGroupSpecFields: Fields {
    package init() {}
    package let minSize = Field<Self, Int>("minSize"), maxSize = Field<Self, Int>("maxSize")
    package let desiredCapacity = Field<Self, Int>("desiredCapacity")
    /// The launch template's id, and the version to launch (`1`, `$Latest` or `$Default`).
    package let launchTemplateId = Field<Self, String>("launchTemplateId"), version = Field<Self, String>("launchTemplateVersion")
    /// What a managed nodegroup launches, in place of a launch template: members as in a template's data.
    package let launch = Field<Self, Value>("launch")
    package let subnetIds = Field<Self, [String]>("subnetIds"), tags = Field<Self, [View<GroupTagFields>]>("tags")
    package let defaultCooldown = Field<Self, Int>("defaultCooldown"), healthCheckType = Field<Self, String>("healthCheckType")
    package let healthCheckGracePeriod = Field<Self, Int>("healthCheckGracePeriod")
    package let terminationPolicies = Field<Self, [String]>("terminationPolicies")
    package let protectedFromScaleIn = Field<Self, Bool>("newInstancesProtectedFromScaleIn")
    /// Instances that a caller wants ended, whatever the desired capacity.
    package let terminating = Field<Self, [String]>("terminating")
}
/// The members of a group tag.
package struct GroupTagFields: Fields {
    package init() {}
    package let key = Field<Self, String>("key"), content = Field<Self, String>("value"), propagate = Field<Self, Bool>("propagateAtLaunch")
}
/// The reported part of an Auto Scaling group.
package struct AutoScalingGroupStatusFields: Fields {
    package init() {}
    /// How many instances the group has launched since it was made: the next one's number.
    package let launched = Field<Self, Int>("launched")
}

/// One launch or termination of an instance, kept under its group's name; its own name is the activity id.
package struct ScalingActivityFields: KindFields {
    package static let kind = Kind(group: "autoscaling", "ScalingActivity", prefix: "autoscaling/activities/")
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<ScalingActivitySpecFields>>("spec")
}
/// A scaling activity as a document.
package typealias ScalingActivity = View<ScalingActivityFields>
/// The desired part of a scaling activity.
package struct ScalingActivitySpecFields: Fields {
    package init() {}
    package let description = Field<Self, String>("description"), cause = Field<Self, String>("cause")
    package let startTime = Field<Self, String>("startTime"), endTime = Field<Self, String>("endTime")
    package let instanceId = Field<Self, String>("instanceId"), subnetId = Field<Self, String>("subnetId")
    package let availabilityZone = Field<Self, String>("availabilityZone")
    /// `InProgress` or `Successful`.
    package let statusCode = Field<Self, String>("statusCode")
}
