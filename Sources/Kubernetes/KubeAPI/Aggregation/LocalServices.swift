import Control
import Documents
import KubeModel
import Storage

/// The APIServices of what this server serves itself, which tell clients that no other does. Source: kube-aggregator, autoregister.
enum LocalServices {
    /// `onstart` for built-in groups, `true` for those of definitions, which go with them.
    static let label = "kube-aggregator.kubernetes.io/automanaged"
    /// How groups rank among each other, and versions within them. Source: controlplane/apiserver, API service priorities.
    private static let ranks: [String: (group: Int, version: Int)] = [
        "v1.": (18000, 1), "v1.apps": (17800, 15), "v1.events.k8s.io": (17750, 15), "v1.authentication.k8s.io": (17700, 15),
        "v1.authorization.k8s.io": (17600, 15), "v1.autoscaling": (17500, 15), "v2.autoscaling": (17500, 30), "v1.batch": (17400, 15),
        "v1.certificates.k8s.io": (17300, 15), "v1.networking.k8s.io": (17200, 15), "v1.policy": (17100, 15),
        "v1.rbac.authorization.k8s.io": (17000, 15), "v1.storage.k8s.io": (16800, 15), "v1.apiextensions.k8s.io": (16700, 15),
        "v1.admissionregistration.k8s.io": (16700, 15), "v1.scheduling.k8s.io": (16600, 15), "v1.coordination.k8s.io": (16500, 15),
        "v1.node.k8s.io": (16300, 15), "v1.discovery.k8s.io": (16200, 15), "v1.flowcontrol.apiserver.k8s.io": (16100, 21),
        "v1.resource.k8s.io": (15900, 15),
    ]

    /// The document of a version that this server serves.
    static func document(group: String, version: String, isCustom: Bool) -> Value {
        let name = "\(version).\(group)"
        let rank = ranks[name] ?? (1000, 100)
        var spec: Value = [
            "version": .string(version), "groupPriorityMinimum": .int(Int64(rank.group)), "versionPriority": .int(Int64(rank.version)),
        ]
        if !group.isEmpty { spec["group"] = .string(group) }
        return ["metadata": ["name": .string(name), "labels": [label: isCustom ? "true" : "onstart"]], "spec": spec]
    }

    /// What nobody else serves is available at once. Source: registry/apiservice, PrepareForCreate.
    static func prepareCreate(_ service: inout Value, _ preparation: Preparation) {
        guard service["spec"]["service"].isNull else { return }
        service["status"]["conditions"] = [
            [
                "type": "Available", "status": "True", "lastTransitionTime": .string(preparation.now.text), "reason": "Local",
                "message": "Local APIServices are always available",
            ]
        ]
    }
}

extension APIServer {
    /// Lists what this server serves among the APIServices, and takes out the groups of definitions that are gone. May be repeated.
    func registerLocalServices() async {
        let table = kinds
        guard let info = table.find(apiVersion: "apiregistration.k8s.io/v1", plural: "apiservices") else { return }
        let snapshot = realm.snapshot()
        var wanted: Set<String> = []
        for (group, versions) in table.groups where group != info.group {
            for version in versions {
                let target = Target(info, name: "\(version).\(group)")
                wanted.insert(target.key)
                guard snapshot.get(target.key) == nil else { continue }
                let isCustom = table.resources(group: group, version: version).allSatisfy { $0.custom != nil }
                var document = LocalServices.document(group: group, version: version, isCustom: isCustom)
                document["apiVersion"] = .string(info.apiVersion)
                document["kind"] = .string(info.kind)
                applyDefaults(&document, info)
                _ = try? await create(target, document, Self.keeper, Warnings())
            }
        }
        for entry in snapshot.range(prefix: info.storage.prefix) where !wanted.contains(entry.key) {
            let metadata = entry.value["metadata"]
            guard metadata["labels"][LocalServices.label] == "true" else { continue }
            let target = Target(info, name: metadata["name"].string ?? "")
            _ = try? await delete(target, DeleteOptions(), user: Self.keeper.user, Warnings())
        }
    }
}
