import AWSProtocol
import Control
import Documents
import Reconcile
import Testing

@testable import AWSServices

@Suite struct AddonTests {
    private func cluster(_ version: String = "1.36") -> EKSCluster {
        var cluster = EKSCluster()
        cluster.metadata.name = "one"
        cluster.spec.version = version
        cluster.spec.kubernetesNetworkConfig = ["serviceIpv4Cidr": "172.20.0.0/16"]
        cluster.spec.resourcesVpcConfig.vpcId = "vpc-1"
        cluster.status.privateEndpoints = ["10.0.0.9", "10.0.1.9"]
        return cluster
    }
    private func objects(_ addon: String, _ configuration: Value = .null, cluster version: String = "1.36") throws -> [Value] {
        let offer = try #require(AddonTable.named(addon)?.standard(for: version))
        var objects = AddonObjects(addon: addon, version: offer, region: "eu-west-1", cluster: cluster(version))
        objects.configuration = configuration
        return try objects.all()
    }
    private func one(_ kind: String, _ name: String? = nil, in objects: [Value]) throws -> Value {
        try #require(objects.first { $0["kind"].string == kind && (name == nil || $0["metadata"]["name"].string == name) })
    }

    @Test(arguments: ["vpc-cni", "kube-proxy", "coredns", "metrics-server"]) func everyManifestIsWholeAndFilledIn(addon: String) throws {
        let objects = try objects(addon)
        for object in objects {
            #expect(object["metadata"]["name"].string != nil && object["apiVersion"].string != nil)
            #expect(!JSON.text(object).contains("%{"))
            #expect(AddonClient.kind(of: object) != nil)
        }
        let workload = AddonObjects.workloads(of: addon)[0]
        let container = try one(workload.kind, workload.name, in: objects)["spec"]["template"]["spec"]["containers"][0]
        let names = SystemImages.names(region: "eu-west-1", version: "1.36")
        #expect(names.contains(container["image"].string ?? ""))
        #expect(container["command"][0].string != nil)
    }

    @Test func theStorageDriverHasAControllerAndPodsOnNodes() throws {
        let driver = try objects(
            "aws-ebs-csi-driver", ["controller": ["replicaCount": 1], "node": ["tolerations": [["key": "a", "operator": "Exists"]]]])
        for object in driver {
            #expect(!JSON.text(object).contains("%{") && AddonClient.kind(of: object) != nil)
        }
        #expect(try one("CSIDriver", in: driver)["spec"]["attachRequired"] == true)
        #expect(try one("Deployment", "ebs-csi-controller", in: driver)["spec"]["replicas"] == 1)
        let pods = try one("DaemonSet", "ebs-csi-node", in: driver)["spec"]["template"]["spec"]
        #expect(pods["tolerations"] == [["key": "a", "operator": "Exists"]])
        #expect(pods["containers"].items.map { $0["name"] } == ["ebs-plugin", "node-driver-registrar"])
        let schema = AddonConfiguration.schema(of: "aws-ebs-csi-driver")
        #expect(JSONSchema.faults(["controller": ["replicaCount": 1]], schema).isEmpty)
        #expect(!JSONSchema.faults(["replicaCount": 1], schema).isEmpty)
    }

    /// Figures of DescribeInstanceTypes.
    @Test(
        arguments: [
            ("t2.small", 39, false, 38), ("t3.medium", 27, true, 25), ("m5.large", 27, true, 25), ("m5d.24xlarge", 23, true, 21),
            ("c5.metal", 31, true, 29), ("m7i.large", 32, false, 31), ("r7iz.metal-32xl", 79, false, 78),
            ("c8gn.48xlarge", 64, false, 63), ("d3en.12xlarge", 3, true, 1), ("p5.4xlarge", 32, false, 31),
            ("hpc7a.96xlarge", 27, false, 26),
        ])
    func blockVolumesAreLimitedByTheInstanceType(type: String, count: Int, isShared: Bool, withTwoInterfaces: Int) {
        let limit = BlockVolumeLimit(type)
        #expect(limit.count == count && limit.isShared == isShared && limit.allocatable(interfaces: 2) == withTwoInterfaces)
    }

    @Test func clusterDNSIsTheTenthServiceAddressAndTheProxyUsesTheEndpointInTheVPC() throws {
        #expect(try one("Service", in: objects("coredns"))["spec"]["clusterIP"] == "172.20.0.10")
        let kubeconfig = try one("ConfigMap", "kube-proxy", in: objects("kube-proxy"))["data"]["kubeconfig"].string ?? ""
        #expect(kubeconfig.contains("server: https://10.0.0.9\n"))
    }

    @Test func configurationReachesTheObjects() throws {
        let dns = try objects(
            "coredns",
            [
                "replicaCount": 4, "corefile": ".:53 {}", "podDisruptionBudget": ["enabled": false], "podLabels": ["a": "b"],
                "resources": ["limits": ["memory": "1Gi"]],
            ])
        let deployment = try one("Deployment", in: dns)
        #expect(deployment["spec"]["replicas"] == 4 && deployment["spec"]["template"]["metadata"]["labels"]["a"] == "b")
        #expect(deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"] == "1Gi")
        #expect(try one("ConfigMap", in: dns)["data"]["Corefile"] == ".:53 {}")
        #expect(!dns.contains { $0["kind"] == "PodDisruptionBudget" })
        let cni = try one("DaemonSet", in: objects("vpc-cni", ["env": ["WARM_ENI_TARGET": "2", "MORE": 1]]))
        let env = cni["spec"]["template"]["spec"]["containers"][0]["env"].items
        #expect(env.filter { $0["name"] == "WARM_ENI_TARGET" }.map { $0["value"] } == ["2"])
        #expect(env.contains { $0["name"] == "MORE" && $0["value"] == "1" })
    }

    @Test(
        arguments: [
            (#"{"replicaCount": 3}"#, nil), ("replicaCount: 3", nil), ("", nil),
            (#"{"replicas": 3}"#, "$.replicas: is not defined in the schema and the schema does not allow additional properties"),
            (#"{"replicaCount": "3"}"#, "$.replicaCount: string found, integer expected"),
            (#"{"replicaCount": -1}"#, "$.replicaCount: must have a minimum value of 0"),
            (#"{"resources": {"limits": {"gpu": 1}}}"#, "$.resources.limits.gpu: is not defined"),
        ] as [(String, String?)])
    func configurationIsCheckedAgainstTheSchema(text: String, fault: String?) throws {
        let document = try #require(AddonConfiguration.document(text))
        let faults = document.isNull ? [] : JSONSchema.faults(document, AddonConfiguration.schema(of: "coredns"))
        if let fault { #expect(faults.count == 1 && faults[0].hasPrefix(fault)) } else { #expect(faults.isEmpty) }
    }

    @Test func aConflictingFieldIsTakenOutOfTheAppliedObject() throws {
        let object: Value = [
            "spec": ["replicas": 2, "template": ["spec": ["containers": [["name": "a", "image": "x", "args": ["1"]], ["name": "b"]]]]]
        ]
        let left = FieldPathText(#".spec.template.spec.containers[name="a"].image"#).removed(from: object)
        #expect(left["spec"]["template"]["spec"]["containers"][0] == ["name": "a", "args": ["1"]])
        #expect(left["spec"]["template"]["spec"]["containers"][1] == ["name": "b"])
        #expect(FieldPathText(".spec.replicas").removed(from: object)["spec"]["replicas"].isNull)
        #expect(FieldPathText(".spec.nothing[x=1].here").removed(from: object) == object)
    }

    @Test func anAddonIsCreatedUpdatedAndDeletedByTheAPI() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            try await bed.makeCluster("one")
            let key: Value = ["clusterName": "one", "addonName": "kube-proxy"]
            #expect(try await bed.call(bed.eks.table, "CreateAddon", key)["addon"]["status"] == "CREATING")
            func status() async throws -> Value { try await bed.call(bed.eks.table, "DescribeAddon", key)["addon"] }
            bed.cloud.setWorkload(ready: true)
            try await bed.eventually("it is ACTIVE") { try await status()["status"] == "ACTIVE" }
            #expect(try await status()["addonVersion"] == "v1.36.0-eksbuild.14")
            #expect(try await bed.call(bed.eks.table, "ListAddons", ["clusterName": "one"])["addons"] == ["kube-proxy"])
            await #expect(throws: AWSError.self) { try await bed.call(bed.eks.table, "CreateAddon", key) }
            let change = key.merged(["addonVersion": "v1.36.0-eksbuild.2", "resolveConflicts": "OVERWRITE"])
            let update = try await bed.call(bed.eks.table, "UpdateAddon", change)["update"]
            #expect(update["type"] == "AddonUpdate" && update["status"] == "InProgress")
            try await bed.eventually("the update is successful") {
                let input: Value = ["name": "one", "addonName": "kube-proxy", "updateId": update["id"]]
                return try await bed.call(bed.eks.table, "DescribeUpdate", input)["update"]["status"] == "Successful"
            }
            #expect(try await status()["addonVersion"] == "v1.36.0-eksbuild.2")
            _ = try await bed.call(bed.eks.table, "DeleteAddon", key)
            try await bed.eventually("it is gone") { bed.records.get(Addon.self, "kube-proxy", in: "one") == nil }
        }
    }

    @Test func whatEKSDoesNotOfferIsRefused() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            try await bed.makeCluster("one")
            func message(_ input: Value) async -> String? {
                do {
                    _ = try await bed.call(bed.eks.table, "CreateAddon", input.merged(["clusterName": "one"]))
                    return nil
                } catch { return (error as? AWSError)?.message }
            }
            #expect(await message(["addonName": "tea"]) == "Addon specified is not supported")
            #expect(await message(["addonName": "coredns", "addonVersion": "v1"]) == "Addon version specified is not supported")
            #expect(await message(["addonName": "coredns", "configurationValues": "{\"x\":1}"])?.contains("$.x") == true)
            let versions = try await bed.call(
                bed.eks.table, "DescribeAddonVersions", ["kubernetesVersion": "1.35", "addonName": "coredns"])
            let offered = versions["addons"][0]["addonVersions"].items
            #expect(offered.count == 2 && offered[0]["compatibilities"][0]["defaultVersion"] == true)
        }
    }

    @Test func anActiveAddonIsLookedAfterAndAFailedOneIsNot() throws {
        var addon = Addon()
        (addon.metadata.name, addon.metadata.namespace, addon.metadata.generation) = ("coredns", "one", 1)
        (addon.status.status, addon.status.appliedGeneration) = ("ACTIVE", 1)
        var standing = cluster()
        standing.status.endpoint = "https://127.0.0.1:1"
        let world = World([(EKSClusterFields.kind, standing.value), (AddonFields.kind, addon.value)], now: Timestamp(seconds: 0))
        let plan = AddonController().reconcile(addon, in: world)
        #expect(plan.effects.map(\.name) == [AddonEffects.settle] && plan.revisit == .seconds(30))
        addon.status.status = "CREATE_FAILED"
        #expect(AddonController().reconcile(addon, in: world).isEmpty)
    }
}
