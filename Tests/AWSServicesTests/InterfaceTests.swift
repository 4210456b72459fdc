import AWSProtocol
import Documents
import Testing

@testable import AWSServices

@Suite struct InterfaceTests {
    private func code(_ body: () async throws -> Value) async -> String? {
        do {
            _ = try await body()
            return nil
        } catch { return (error as? AWSError)?.code ?? "\(error)" }
    }
    /// An instance of a type that runs, in the first default subnet.
    private func instance(_ bed: RegionBed, type: String = "t3.medium", subnet: String? = nil) async throws -> String {
        let answer = try await bed.call(
            bed.ec2.table, "RunInstances",
            [
                "MinCount": 1, "MaxCount": 1, "ImageId": "ami-1", "InstanceType": .string(type),
                "SubnetId": .string(subnet ?? bed.defaultSubnets[0]),
            ])
        let id = answer["Instances"][0]["InstanceId"].string ?? ""
        try await bed.eventually("the instance runs") { bed.records.get(Instance.self, id)?.status.state == "running" }
        return id
    }
    private func describe(_ bed: RegionBed, _ filters: [String: String]) async throws -> [Value] {
        let filters = filters.map { ["Name": .string($0.key), "Values": [.string($0.value)]] as Value }
        return try await bed.call(bed.ec2.table, "DescribeNetworkInterfaces", ["Filters": .array(filters)])["NetworkInterfaces"].items
    }
    private func free(_ bed: RegionBed, _ subnet: String) async throws -> Int {
        let input: Value = ["SubnetIds": [.string(subnet)]]
        return try await bed.call(bed.ec2.table, "DescribeSubnets", input)["Subnets"][0]["AvailableIpAddressCount"].int ?? 0
    }

    @Test func anInstanceHasAPrimaryInterfaceAndAPublicAddressThatGoWithIt() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            let before = try await free(bed, bed.defaultSubnets[0])
            let id = try await instance(bed)
            let found = try await describe(bed, ["attachment.instance-id": id])
            #expect(found.count == 1 && found[0]["NetworkInterfaceId"].string == "eni-" + id.dropFirst(2))
            #expect(found[0]["Attachment"]["DeviceIndex"] == 0 && found[0]["Status"] == "in-use")
            #expect(found[0]["Groups"][0]["GroupName"] == "default")
            let open = found[0]["Association"]["PublicIp"].string ?? ""
            #expect(open.hasPrefix("198.19."))
            let shape = try await bed.call(bed.ec2.table, "DescribeInstances", ["InstanceIds": [.string(id)]])["Reservations"][0]
            #expect(shape["Instances"][0]["PublicIpAddress"].string == open)
            #expect(try await free(bed, bed.defaultSubnets[0]) == before - 1)
            _ = try await bed.call(bed.ec2.table, "TerminateInstances", ["InstanceIds": [.string(id)]])
            try await bed.eventually("it is terminated") { bed.records.get(Instance.self, id)?.status.state == "terminated" }
            #expect(bed.records.list(NetworkInterface.self).isEmpty && bed.records.list(PublicAddress.self).isEmpty)
            #expect(try await free(bed, bed.defaultSubnets[0]) == before)
        }
    }

    @Test func secondaryAddressesComeAndGoWithinTheTypesLimit() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            let subnet = bed.defaultSubnets[0]
            let id = try await instance(bed)
            let interface: Value = .string(NetworkInterfaces.primaryID(of: id))
            let before = try await free(bed, subnet)
            let input: Value = ["NetworkInterfaceId": interface, "SecondaryPrivateIpAddressCount": 5]
            let assigned = try await bed.call(bed.ec2.table, "AssignPrivateIpAddresses", input)["AssignedPrivateIpAddresses"].items
                .compactMap { $0["PrivateIpAddress"].string }
            #expect(Set(assigned).count == 5)
            #expect(try await free(bed, subnet) == before - 5)
            let vpc = bed.records.get(Instance.self, id)?.spec.vpcId ?? ""
            #expect(Set(bed.fabric.networks[vpc]?.interfaces.first?.addresses.dropFirst() ?? []) == Set(assigned))
            #expect(
                await code {
                    try await bed.call(bed.ec2.table, "AssignPrivateIpAddresses", input.merged(["SecondaryPrivateIpAddressCount": 1]))
                }
                    == "PrivateIpAddressLimitExceeded")
            var back: Value = ["NetworkInterfaceId": interface, "PrivateIpAddresses": .array(assigned.prefix(2).map(Value.string))]
            _ = try await bed.call(bed.ec2.table, "UnassignPrivateIpAddresses", back)
            #expect(try await free(bed, subnet) == before - 3)
            #expect(await code { try await bed.call(bed.ec2.table, "UnassignPrivateIpAddresses", back) } == "InvalidParameterValue")
            back["PrivateIpAddresses"] = [.string(bed.records.get(Instance.self, id)?.spec.privateAddress ?? "")]
            #expect(await code { try await bed.call(bed.ec2.table, "UnassignPrivateIpAddresses", back) } == "InvalidParameterValue")
        }
    }

    @Test func interfacesAreAttachedWithinTheTypesLimitAndDetached() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            let subnet = bed.defaultSubnets[0]
            let id = try await instance(bed, type: "t3.small")
            var attachments: [Value] = []
            for index in 1...3 {
                let made = try await bed.call(
                    bed.ec2.table, "CreateNetworkInterface", ["SubnetId": .string(subnet), "Description": "mine"])
                let input: Value = [
                    "NetworkInterfaceId": made["NetworkInterface"]["NetworkInterfaceId"], "InstanceId": .string(id),
                    "DeviceIndex": .int(Int64(index)),
                ]
                guard index < 3 else {
                    #expect(await code { try await bed.call(bed.ec2.table, "AttachNetworkInterface", input) } == "AttachmentLimitExceeded")
                    break
                }
                attachments.append(try await bed.call(bed.ec2.table, "AttachNetworkInterface", input)["AttachmentId"])
                let again = await code { try await bed.call(bed.ec2.table, "AttachNetworkInterface", input) }
                #expect(again == "InvalidParameterValue" || again == "InvalidNetworkInterface.InUse")
            }
            let vpc = bed.records.get(Instance.self, id)?.spec.vpcId ?? ""
            let owners = bed.fabric.networks[vpc]?.interfaces.map(\.owner) ?? []
            #expect(owners.contains(.instance(id, deviceIndex: 2)))
            let attached = try await describe(bed, ["attachment.instance-id": id, "description": "mine"])
            #expect(attached.count == 2)
            let gone: Value = ["NetworkInterfaceId": attached[0]["NetworkInterfaceId"]]
            #expect(await code { try await bed.call(bed.ec2.table, "DeleteNetworkInterface", gone) } == "InvalidParameterValue")
            _ = try await bed.call(bed.ec2.table, "DetachNetworkInterface", ["AttachmentId": attached[0]["Attachment"]["AttachmentId"]])
            _ = try await bed.call(bed.ec2.table, "DeleteNetworkInterface", gone)
            #expect(
                await code { try await bed.call(bed.ec2.table, "DeleteNetworkInterface", gone) } == "InvalidNetworkInterfaceID.NotFound")
            _ = try await bed.call(bed.ec2.table, "TerminateInstances", ["InstanceIds": [.string(id)]])
            try await bed.eventually("it is terminated") { bed.records.get(Instance.self, id)?.status.state == "terminated" }
            let left = try await describe(bed, ["description": "mine"])
            #expect(left.count == 2 && left.allSatisfy { $0["Status"] == "available" })
        }
    }

    @Test func anInstancesGroupsAreItsPrimaryInterfaces() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            let id = try await instance(bed)
            let vpc = bed.records.get(Instance.self, id)?.spec.vpcId ?? ""
            let input: Value = ["GroupName": "mine", "Description": "d", "VpcId": .string(vpc)]
            let group = try await bed.call(bed.ec2.table, "CreateSecurityGroup", input)["GroupId"]
            let change: Value = ["InstanceId": .string(id), "Groups": [group]]
            _ = try await bed.call(bed.ec2.table, "ModifyInstanceAttribute", change)
            _ = try await bed.call(
                bed.ec2.table, "ModifyInstanceAttribute", ["InstanceId": .string(id), "SourceDestCheck": ["Value": false]])
            let state = bed.fabric.networks[vpc]?.interfaces.first
            #expect(state?.groupIDs == [group.string ?? ""] && state?.checksSourceAndDestination == false)
            #expect(await code { try await bed.call(bed.ec2.table, "DeleteSecurityGroup", ["GroupId": group]) } == "DependencyViolation")
            let other = await code {
                try await bed.call(bed.ec2.table, "ModifyInstanceAttribute", ["InstanceId": .string(id), "UserData": ["Value": "x"]])
            }
            #expect(other == "InvalidParameterCombination")
        }
    }

    @Test func aFullSubnetRefusesWithEC2sError() async throws {
        let bed = try await RegionBed()
        let vpc = try await bed.call(bed.ec2.table, "CreateVpc", ["CidrBlock": "10.9.0.0/16"])["Vpc"]["VpcId"]
        let subnet = try await bed.call(bed.ec2.table, "CreateSubnet", ["VpcId": vpc, "CidrBlock": "10.9.0.0/28"])["Subnet"]["SubnetId"]
        let input: Value = ["SubnetId": subnet, "SecondaryPrivateIpAddressCount": 10]
        let made = try await bed.call(bed.ec2.table, "CreateNetworkInterface", input)["NetworkInterface"]
        #expect(made["PrivateIpAddresses"].items.count == 11)
        #expect(
            await code { try await bed.call(bed.ec2.table, "CreateNetworkInterface", ["SubnetId": subnet]) }
                == "InsufficientFreeAddressesInSubnet")
        #expect(
            await code {
                try await bed.call(
                    bed.ec2.table, "RunInstances",
                    ["MinCount": 1, "MaxCount": 1, "ImageId": "ami-1", "InstanceType": "t3.nano", "SubnetId": subnet])
            } == "InsufficientFreeAddressesInSubnet")
        #expect(bed.records.list(Instance.self).isEmpty)
        _ = try await bed.call(bed.ec2.table, "DeleteNetworkInterface", ["NetworkInterfaceId": made["NetworkInterfaceId"]])
        #expect(bed.records.list(PrivateAddress.self).isEmpty)
    }

    @Test func aClusterHasTwoInterfacesOfItsOwnThatUsersMayNotTouch() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            try await bed.makeCluster("one")
            let found = try await describe(bed, ["description": "Amazon EKS one"])
            #expect(found.count == 2 && Set(found.map { $0["AvailabilityZone"] }).count == 2)
            let cluster = try #require(bed.records.get(EKSCluster.self, "one"))
            #expect(
                cluster.status.privateEndpoints
                    == found.map { $0["PrivateIpAddress"].string ?? "" }.sorted { a, b in
                        cluster.status.privateEndpoints?.first == a
                    })
            #expect(found[0]["Groups"][0]["GroupId"].string == cluster.spec.resourcesVpcConfig.clusterSecurityGroupId)
            let state = try #require(bed.fabric.networks[cluster.spec.resourcesVpcConfig.vpcId ?? ""])
            #expect(state.interfaces.count == 2 && state.interfaces.allSatisfy { $0.owner == .region })
            #expect(
                await code {
                    try await bed.call(bed.ec2.table, "DeleteNetworkInterface", ["NetworkInterfaceId": found[0]["NetworkInterfaceId"]])
                } == "AuthFailure")
            _ = try await bed.call(bed.eks.table, "DeleteCluster", ["name": "one"])
            try await bed.eventually("the interfaces are gone") { bed.records.list(NetworkInterface.self).isEmpty }
            try await bed.eventually("the network is gone") { bed.fabric.networks.isEmpty }
        }
    }

    @Test func anElasticAddressMovesBetweenInterfaces() async throws {
        let bed = try await RegionBed()
        let address = try await bed.call(bed.ec2.table, "AllocateAddress", ["Domain": "vpc"])
        var ids: [Value] = []
        for _ in 0..<2 {
            let input: Value = ["SubnetId": .string(bed.defaultSubnets[0])]
            ids.append(try await bed.call(bed.ec2.table, "CreateNetworkInterface", input)["NetworkInterface"]["NetworkInterfaceId"])
        }
        for id in ids {
            let input: Value = ["AllocationId": address["AllocationId"], "NetworkInterfaceId": id]
            let association = try await bed.call(bed.ec2.table, "AssociateAddress", input)["AssociationId"]
            let shape = try await bed.call(bed.ec2.table, "DescribeAddresses", [:])["Addresses"][0]
            #expect(shape["NetworkInterfaceId"] == id && shape["AssociationId"] == association)
        }
        let state = bed.fabric.networks.values.first
        let holders = state?.interfaces.filter { !$0.publicAddresses.isEmpty }.map(\.id) ?? []
        #expect(holders == [ids[1].string ?? ""])
        #expect(await code { try await bed.call(bed.ec2.table, "ReleaseAddress", ["AllocationId": address["AllocationId"]]) } != nil)
    }
}

extension Value {
    /// This object with other members over its own.
    func merged(_ other: Value) -> Value { MergePatch.apply(other, to: self) }
}
