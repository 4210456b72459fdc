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
}
