/// The generated texts, one per service.
enum ModelTexts {}

/// The services whose models the program holds; each is parsed when it is first used.
package enum Models {
    private static let eks = ModelText.parse(ModelTexts.eks)
    private static let sts = ModelText.parse(ModelTexts.sts)
    private static let iam = ModelText.parse(ModelTexts.iam)
    private static let ec2 = ModelText.parse(ModelTexts.ec2)
    private static let autoScaling = ModelText.parse(ModelTexts.autoScaling)
    private static let ecr = ModelText.parse(ModelTexts.ecr)

    /// Names of all services, in the order in which a request that says nothing of its service is matched.
    package static let names = ["eks", "sts", "iam", "ec2", "autoscaling", "ecr"]

    /// The model of a service by its botocore name; nil when the program has none.
    package static func named(_ name: String) -> ServiceModel? {
        switch name {
        case "eks": eks
        case "sts": sts
        case "iam": iam
        case "ec2": ec2
        case "autoscaling": autoScaling
        case "ecr": ecr
        default: nil
        }
    }

    /// The model of the service that signs by that name.
    package static func signed(as name: String) -> ServiceModel? {
        named(name) ?? names.lazy.compactMap(named).first { $0.signingName == name }
    }
}
