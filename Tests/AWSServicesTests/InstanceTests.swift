import Control
import Documents
import Testing

@testable import AWSServices

/// Instances that change their ways while something is done to them.
@Suite struct InstanceTests {
    private func run(_ bed: RegionBed) async throws -> Value {
        let answer = try await bed.call(
            bed.ec2.table, "RunInstances",
            ["MinCount": 1, "MaxCount": 1, "ImageId": "ami-1", "InstanceType": "t3.medium", "SubnetId": .string(bed.defaultSubnets[0])])
        return answer["Instances"][0]["InstanceId"]
    }

    @Test func anInstanceThatIsEndedWhileItIsLaunchedStaysEnded() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            bed.cloud.delayLaunches {
                for _ in 0..<6_000 where bed.records.list(Instance.self).first?.status.state != "terminated" {
                    try await bed.clock.sleep(for: .milliseconds(10))
                }
            }
            let id = try await run(bed)
            try await bed.eventually("it is being launched") { bed.cloud.launches.begun == 1 }
            _ = try await bed.call(bed.ec2.table, "TerminateInstances", ["InstanceIds": [id]])
            try await bed.eventually("it is terminated") { bed.records.list(Instance.self).first?.status.state == "terminated" }
            try await bed.eventually("its machine comes after that") { bed.cloud.launches.ended == 1 }
            try await bed.clock.sleep(for: .milliseconds(200))
            #expect(bed.records.list(Instance.self).first?.status.state == "terminated")
            #expect(bed.cloud.launched.isEmpty && bed.records.list(NetworkInterface.self).isEmpty)
        }
    }

    @Test func aNodeStaysCordonedForAsLongAsItIsDrained() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            _ = try await bed.call(
                bed.eks.table, "CreateCluster",
                [
                    "name": "one", "roleArn": "arn:aws:iam::111122223333:role/cluster",
                    "resourcesVpcConfig": ["subnetIds": .array(bed.defaultSubnets.map(Value.string))],
                ])
            try await bed.eventually("the cluster is ACTIVE") { bed.records.get(EKSCluster.self, "one")?.status.status == "ACTIVE" }
            let group = try await bed.makeNodegroup("ng", in: "one", scaling: ["minSize": 0, "maxSize": 1, "desiredSize": 1])
            bed.cloud.setLastingPod(["metadata": ["name": "p", "namespace": "default"], "status": ["phase": "Running"]])
            var change = group
            change["scalingConfig"] = ["minSize": 0, "maxSize": 1, "desiredSize": 0]
            _ = try await bed.call(bed.eks.table, "UpdateNodegroupConfig", change)
            try await bed.eventually("the node is cordoned again and again") { bed.cloud.cordons > 2 }
            bed.cloud.setLastingPod(nil)
            try await bed.eventually("the instance is gone") { bed.cloud.launched.isEmpty }
        }
    }
}
