import AWSProtocol
import Documents

/// What add-ons there are and how they are configured.
extension EKSService {
    func describeAddonVersions(_ input: Value, _ context: OperationContext) async throws -> Value {
        if let name = input["addonName"].string, AddonTable.named(name) == nil {
            throw EKSError.invalidParameter("Addon specified is not supported")
        }
        func wanted(_ member: String, _ value: String) -> Bool {
            input[member].items.isEmpty || input[member].items.contains(.string(value))
        }
        let offers = AddonTable.all.filter { offer in
            (input["addonName"].string.map { $0 == offer.name } ?? true) && wanted("types", offer.type) && wanted("owners", offer.owner)
                && wanted("publishers", "eks")
        }
        let shapes = offers.compactMap { describe($0, kubernetes: input["kubernetesVersion"].string) }
        return try Page(shapes, input: input).output("addons")
    }
    private func describe(_ offer: AddonOffer, kubernetes: String?) -> Value? {
        let versions = offer.versions.filter { kubernetes == nil || $0.cluster == kubernetes }
        guard !versions.isEmpty else { return nil }
        var order: [String] = []
        for version in versions where !order.contains(version.name) { order.append(version.name) }
        let shapes = order.map { name -> Value in
            let fits = versions.filter { $0.name == name }.map { version -> Value in
                ["clusterVersion": .string(version.cluster), "platformVersions": ["*"], "defaultVersion": .bool(version.isDefault)]
            }
            return [
                "addonVersion": .string(name), "architecture": ["amd64", "arm64"], "computeTypes": ["ec2"],
                "compatibilities": .array(fits), "requiresConfiguration": false,
                "requiresIamPermissions": .bool(!offer.permissions.isEmpty),
            ]
        }
        return [
            "addonName": .string(offer.name), "type": .string(offer.type), "publisher": "eks", "owner": .string(offer.owner),
            "defaultNamespace": "kube-system", "addonVersions": .array(shapes),
        ]
    }

    func describeAddonConfiguration(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["addonName"].string ?? ""
        guard let offer = AddonTable.named(name) else { throw EKSError.invalidParameter("Addon specified is not supported") }
        let version = input["addonVersion"].string ?? ""
        guard offer.versions.contains(where: { $0.name == version }) else {
            throw EKSError.invalidParameter("Addon version specified is not supported")
        }
        let identities = offer.permissions.map { permission -> Value in
            [
                "serviceAccount": .string(permission.account),
                "recommendedManagedPolicies": [.string("arn:aws:iam::aws:policy/\(permission.policy)")],
            ]
        }
        return [
            "addonName": .string(name), "addonVersion": .string(version),
            "configurationSchema": .string(JSON.text(AddonConfiguration.schema(of: name))),
            "podIdentityConfiguration": .array(identities),
        ]
    }
}
