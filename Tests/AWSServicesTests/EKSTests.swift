import AWSProtocol
import Control
import Documents
import Reconcile
import Testing

@testable import AWSServices

@Suite struct EKSTests {
    @Test func aClusterComesUpWithItsSecurityGroupAndItsCreatorsEntry() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            try await bed.makeCluster("one")
            let cluster = try await bed.call(bed.eks.table, "DescribeCluster", ["name": "one"])["cluster"]
            #expect(cluster["endpoint"].string == "https://127.0.0.1:1")
            let group = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"].string ?? ""
            #expect(bed.records.get(SecurityGroup.self, group) != nil)
            let entry = try #require(bed.records.list(AccessEntry.self, in: "one").first)
            #expect(entry.spec.principalArn == "arn:aws:iam::111122223333:user/ann")
            #expect(entry.spec.policies?.first?.policyArn?.hasSuffix("AmazonEKSClusterAdminPolicy") == true)
        }
    }

    @Test func aNodegroupThatIsDeletedShowsItWhateverAnEffectStillWrites() async throws {
        let bed = try await RegionBed()
        var cluster = EKSCluster()
        (cluster.metadata.name, cluster.status.status) = ("one", "ACTIVE")
        _ = try await bed.records.create(cluster)
        var nodegroup = Nodegroup()
        (nodegroup.metadata.namespace, nodegroup.metadata.name) = ("one", "ng")
        (nodegroup.metadata.finalizers, nodegroup.status.status) = ([NodegroupController.finalizer], "CREATING")
        _ = try await bed.records.create(nodegroup)
        let key: Value = ["clusterName": "one", "nodegroupName": "ng"]
        let answer = try await bed.call(bed.eks.table, "DeleteNodegroup", key)
        #expect(answer["nodegroup"]["status"] == "DELETING")
        _ = try await bed.records.update(Nodegroup.self, "ng", in: "one") { $0.status.status = "ACTIVE" }
        #expect(try await bed.call(bed.eks.table, "DescribeNodegroup", key)["nodegroup"]["status"] == "DELETING")
        var update = key
        update["scalingConfig"] = ["desiredSize": 1]
        await #expect(throws: AWSError.self) { try await bed.call(bed.eks.table, "UpdateNodegroupConfig", update) }
    }

    @Test func aNodegroupWhoseClusterWentMeanwhileGoesToo() async throws {
        let bed = try await RegionBed()
        var nodegroup = Nodegroup()
        (nodegroup.metadata.namespace, nodegroup.metadata.name) = ("gone", "ng")
        (nodegroup.metadata.finalizers, nodegroup.status.status) = ([NodegroupController.finalizer], "CREATING")
        nodegroup.status.autoScalingGroup = "eks-ng-1"
        _ = try await bed.records.create(nodegroup)
        try await bed.running {
            try await bed.eventually("it is gone") { bed.records.get(Nodegroup.self, "ng", in: "gone") == nil }
        }
    }

    @Test func aNodegroupBecomesActiveWhenItsNodesAreReadyAndGoesWithThem() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            try await bed.makeCluster("one")
            let group: Value = ["clusterName": "one", "nodegroupName": "ng"]
            var input = group
            input["nodeRole"] = "arn:aws:iam::111122223333:role/node"
            input["subnets"] = .array(bed.defaultSubnets.prefix(2).map(Value.string))
            input["scalingConfig"] = ["minSize": 1, "maxSize": 5, "desiredSize": 3]
            _ = try await bed.call(bed.eks.table, "CreateNodegroup", input)
            try await bed.eventually("the nodegroup is ACTIVE") {
                try await bed.call(bed.eks.table, "DescribeNodegroup", group)["nodegroup"]["status"].string == "ACTIVE"
            }
            let zones = bed.cloud.launched.map(\.availabilityZone)
            #expect(zones.count == 3 && Set(zones).count == 2)
            #expect(Set(bed.cloud.launched.map(\.privateAddress)).count == 3)
            #expect(bed.cloud.launched.allSatisfy { $0.roleARN == "arn:aws:iam::111122223333:role/node" })
            await #expect(throws: AWSError.self) { try await bed.call(bed.eks.table, "DeleteCluster", ["name": "one"]) }
            _ = try await bed.call(bed.eks.table, "DeleteNodegroup", group)
            try await bed.eventually("the nodegroup is gone") {
                bed.records.get(Nodegroup.self, "ng", in: "one") == nil && bed.cloud.launched.isEmpty
            }
            #expect(bed.records.list(PrivateAddress.self).count == 2)
            _ = try await bed.call(bed.eks.table, "DeleteCluster", ["name": "one"])
            try await bed.eventually("the cluster is gone") { bed.records.get(EKSCluster.self, "one") == nil }
            #expect(bed.cloud.clusters.isEmpty)
            #expect(bed.records.list(PrivateAddress.self).isEmpty)
            #expect(bed.records.list(AccessEntry.self).isEmpty)
        }
    }

    @Test func anUpdateScalesTheNodegroupAndIsFollowedToItsEnd() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            try await bed.makeCluster("one")
            let group = try await bed.makeNodegroup("ng", in: "one")
            #expect(bed.cloud.launched.count == 2)
            var change = group
            change["scalingConfig"] = ["minSize": 1, "maxSize": 4, "desiredSize": 1]
            let update = try await bed.call(bed.eks.table, "UpdateNodegroupConfig", change)["update"]
            #expect(update["status"].string == "InProgress")
            try await bed.eventually("the update is Successful") {
                try await bed.call(
                    bed.eks.table, "DescribeUpdate", ["name": "one", "nodegroupName": "ng", "updateId": update["id"]])["update"]["status"]
                    .string == "Successful"
            }
            #expect(bed.cloud.launched.count == 1)
        }
    }

    @Test func sizesGivenToTheAutoScalingGroupBecomeTheNodegroups() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            try await bed.makeCluster("one")
            let group = try await bed.makeNodegroup("ng", in: "one", scaling: ["minSize": 1, "maxSize": 5, "desiredSize": 1])
            let name: Value = .string(bed.records.get(Nodegroup.self, "ng", in: "one")?.status.autoScalingGroup ?? "")
            _ = try await bed.call(bed.scaling.table, "SetDesiredCapacity", ["AutoScalingGroupName": name, "DesiredCapacity": 3])
            try await bed.eventually("three nodes") { bed.cloud.launched.count == 3 }
            try await bed.eventually("the nodegroup says so") {
                let shape = try await bed.call(bed.eks.table, "DescribeNodegroup", group)["nodegroup"]
                return shape["scalingConfig"]["desiredSize"] == 3 && shape["status"] == "ACTIVE"
            }
            var change = group
            change["scalingConfig"] = ["desiredSize": 2]
            _ = try await bed.call(bed.eks.table, "UpdateNodegroupConfig", change)
            try await bed.eventually("two nodes") { bed.cloud.launched.count == 2 }
        }
    }

    /// Two servers may accept an update of one nodegroup each.
    @Test func updatesOfANodegroupTakeTurnsAndNoneIsWrittenTwice() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            try await bed.makeCluster("one")
            _ = try await bed.makeNodegroup("ng", in: "one")
            for size in [1, 3, 4] {
                var update = EKSUpdate()
                (update.metadata.namespace, update.metadata.name) = ("one", "update-\(size)")
                (update.spec.type, update.spec.nodegroupName, update.spec.params) = ("ConfigUpdate", "ng", [])
                update.spec.patch = ["scalingConfig": ["minSize": 1, "maxSize": 5, "desiredSize": .int(Int64(size))]]
                update.status.status = "InProgress"
                _ = try await bed.records.create(update)
            }
            func updates() -> [EKSUpdate] {
                bed.records.list(EKSUpdate.self).sorted { ($0.metadata.name ?? "") < ($1.metadata.name ?? "") }
            }
            try await bed.eventually("all are Successful") { updates().allSatisfy { $0.status.status == "Successful" } }
            try await bed.eventually("the last one holds") { bed.cloud.launched.count == 4 }
            // Each moved the nodegroup on by one.
            let generations = updates().compactMap(\.status.startedGeneration)
            let first = try #require(generations.first)
            #expect(generations == [first, first + 1, first + 2])
        }
    }
    @Test func anUpdateInProgressDoesNotTakeBackWhatOthersChangeMeanwhile() throws {
        var nodegroup = Nodegroup()
        (nodegroup.metadata.namespace, nodegroup.metadata.name, nodegroup.metadata.generation) = ("one", "ng", 5)
        (nodegroup.spec.scalingConfig.desiredSize, nodegroup.status.status) = (3, "UPDATING")
        var update = EKSUpdate()
        (update.metadata.namespace, update.metadata.name, update.spec.nodegroupName) = ("one", "u", "ng")
        (update.spec.patch, update.status.status) = (["scalingConfig": ["desiredSize": 2]], "InProgress")
        func plan(_ update: EKSUpdate) -> Plan {
            let world = World([(NodegroupFields.kind, nodegroup.value), (EKSUpdateFields.kind, update.value)], now: Timestamp(seconds: 0))
            return EKSUpdateController().reconcile(update, in: world)
        }
        #expect(plan(update).changes.count == 2)
        update.status.startedGeneration = 4
        #expect(plan(update) == Plan())
    }

    @Test func theSameNameTwiceIsRefusedAndTheSameTokenTwiceIsNot() async throws {
        let bed = try await RegionBed()
        let input: Value = [
            "name": "one", "roleArn": "arn:aws:iam::111122223333:role/cluster", "clientRequestToken": "t",
            "resourcesVpcConfig": ["subnetIds": .array(bed.defaultSubnets.map(Value.string))],
        ]
        let first = try await bed.call(bed.eks.table, "CreateCluster", input)["cluster"]
        #expect(try await bed.call(bed.eks.table, "CreateCluster", input)["cluster"]["createdAt"] == first["createdAt"])
        var other = input
        other["clientRequestToken"] = "u"
        await #expect(
            throws: AWSError(
                "ResourceInUseException", "Cluster already exists with name: one", status: 409, members: ["clusterName": "one"])
        ) {
            try await bed.call(bed.eks.table, "CreateCluster", other)
        }
    }

    @Test func aClusterDoesNotStayUpdatingWithoutAnUpdateInProgress() {
        var cluster = EKSCluster()
        cluster.metadata.name = "one"
        cluster.status.status = "UPDATING"
        var update = EKSUpdate()
        (update.metadata.name, update.metadata.namespace, update.status.status) = ("u", "one", "InProgress")
        func plan(_ update: EKSUpdate) -> Plan {
            let world = World([(EKSClusterFields.kind, cluster.value), (EKSUpdateFields.kind, update.value)], now: Timestamp(seconds: 0))
            return ClusterController(account: "111122223333").reconcile(cluster, in: world)
        }
        #expect(plan(update) == Plan())
        update.status.status = "Successful"
        guard case .updateStatus(_, let settled)? = plan(update).changes.first else {
            Issue.record("the cluster stays UPDATING")
            return
        }
        #expect(settled["status"]["status"].string == "ACTIVE")
    }

    @Test func aNodegroupWhoseNodesDoNotJoinInTimeFails() throws {
        var cluster = EKSCluster()
        cluster.metadata.name = "one"
        cluster.status.endpoint = "https://127.0.0.1:1"
        cluster.spec.accessConfig.authenticationMode = "CONFIG_MAP"
        var nodegroup = Nodegroup()
        (nodegroup.metadata.name, nodegroup.metadata.namespace) = ("ng", "one")
        nodegroup.metadata.creationTimestamp = "2026-11-21T05:00:00Z"
        nodegroup.status.status = "CREATING"
        nodegroup.status.autoScalingGroup = "asg"
        func failures(at text: String) throws -> [Change] {
            let now = try #require(Timestamp(text))
            let world = World([(EKSClusterFields.kind, cluster.value), (NodegroupFields.kind, nodegroup.value)], now: now)
            return NodegroupController().reconcile(nodegroup, in: world).changes.filter {
                if case .updateStatus = $0 { true } else { false }
            }
        }
        #expect(try failures(at: "2026-11-21T05:24:00Z").isEmpty)
        guard case .updateStatus(_, let failed)? = try failures(at: "2026-11-21T05:26:00Z").first else {
            Issue.record("the nodegroup did not fail")
            return
        }
        #expect(failed["status"]["status"].string == "CREATE_FAILED")
        #expect(failed["status"]["issues"][0]["code"].string == "NodeCreationFailure")
    }

    @Test func userDataNamesTheClusterInEitherForm() throws {
        let script =
            "#!/bin/bash\n/etc/eks/bootstrap.sh my-cluster --kubelet-extra-args '--node-labels=a=b,c=d --register-with-taints=k=v:NoSchedule'\n"
        let data = try #require(NodeUserData(script))
        #expect(data.cluster == "my-cluster" && data.labels == ["a": "b", "c": "d"] && data.taints == ["k=v:NoSchedule"])
        let config = """
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="//"

            --//
            Content-Type: application/node.eks.aws

            apiVersion: node.eks.aws/v1alpha1
            kind: NodeConfig
            spec:
              cluster: {name: other}
              kubelet:
                flags: ["--node-labels=x=y"]
            --//--
            """
        let parsed = try #require(NodeUserData(config))
        #expect(parsed.cluster == "other" && parsed.labels == ["x": "y"])
        #expect(NodeUserData("#!/bin/sh\necho hello") == nil)
    }
}
