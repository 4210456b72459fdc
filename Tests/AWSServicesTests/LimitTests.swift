import AWSProtocol
import Documents
import Testing

@testable import AWSServices

@Suite struct LimitTests {
    @Test(arguments: [0, 2, Int.max, Int.min]) func aWindowTakesAnyPositionAndSize(number: Int) {
        let all: [Value] = [1, 2, 3]
        let window = Window(all, from: number, size: number)
        #expect(window.items == (number == 0 || number == Int.min ? [1] : number == 2 ? [3] : []))
        #expect(Window(all, from: 1, size: number).items.count == (number > 1 ? 2 : 1))
        #expect(Window(all, from: 0, size: 3).next == nil && Window(all, from: 0, size: 2).next == 2)
    }

    @Test func tokensBeyondTheEndAreAnEmptyPage() async throws {
        let bed = try await RegionBed()
        let token: Value = ["NextToken": "9223372036854775807"]
        let page = try await bed.call(bed.ec2.table, "DescribeSubnets", token)
        #expect(page["Subnets"] == [] && page["NextToken"].isNull)
        await #expect(throws: AWSError.self) { try await bed.call(bed.ec2.table, "DescribeSubnets", ["NextToken": "99999999999999999999"]) }
    }

    @Test func moreInstancesThanARegionTakesAreRefused() async throws {
        let bed = try await RegionBed()
        await #expect {
            let input: Value = ["MinCount": 1, "MaxCount": 2_147_483_647, "ImageId": "ami-1", "InstanceType": "t3.small"]
            return try await bed.call(bed.ec2.table, "RunInstances", input)
        } throws: { ($0 as? AWSError)?.code == "InstanceLimitExceeded" }
        #expect(bed.records.list(Instance.self).isEmpty)
    }

    @Test func aNameThatNoDocumentCanHaveIsRefused() async throws {
        let bed = try await RegionBed()
        await #expect {
            try await bed.call(bed.ec2.table, "CreateKeyPair", ["KeyName": "a/b"])
        } throws: { ($0 as? AWSError)?.code == "InvalidParameterValue" }
    }

    @Test func aDeletionGoesOnWhenOthersWriteMeanwhile() async throws {
        let bed = try await RegionBed()
        let subnet = try #require(bed.defaultSubnets.first)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    _ = try await bed.records.update(Subnet.self, subnet) { $0.spec.value["Note"] = .int(Int64(number)) }
                }
            }
            group.addTask { try await bed.records.delete(Subnet.self, subnet) }
            try await group.waitForAll()
        }
        #expect(bed.records.get(Subnet.self, subnet) == nil)
    }

    @Test func anAddressIsInUseForAsLongAsItsGatewayIsThere() async throws {
        let bed = try await RegionBed()
        let subnet = try #require(bed.defaultSubnets.first)
        let address = try await bed.call(bed.ec2.table, "AllocateAddress", ["Domain": "vpc"])["AllocationId"]
        let input: Value = ["SubnetId": .string(subnet), "AllocationId": address]
        let gateway = try await bed.call(bed.ec2.table, "CreateNatGateway", input)["NatGateway"]["NatGatewayId"]
        #expect(try await bed.call(bed.ec2.table, "DescribeAddresses", [:])["Addresses"][0]["AssociationId"].string != nil)
        await #expect(throws: AWSError.self) { try await bed.call(bed.ec2.table, "ReleaseAddress", ["AllocationId": address]) }
        _ = try await bed.call(bed.ec2.table, "DeleteNatGateway", ["NatGatewayId": gateway])
        _ = try await bed.call(bed.ec2.table, "ReleaseAddress", ["AllocationId": address])
        #expect(try await bed.call(bed.ec2.table, "DescribeAddresses", [:])["Addresses"] == [])
    }
}
