import AWSProtocol
import Control
import Documents
import Linux
import Network

/// The cloud by EC2's API, with the node role's credentials from the metadata service.
struct EC2Cloud: NodeCloud {
    let metadata: InstanceMetadataClient
    let transport: any HTTPTransport
    /// The Host field of requests.
    let host: String
    let region: String
    let clock: any WallClock

    func identity() async throws -> NodeIdentity {
        let document = try JSON.parse(try await metadata.required("dynamic/instance-identity/document"))
        let mac = try await metadata.required("meta-data/mac").lowercased()
        let folder = "meta-data/network/interfaces/macs/\(mac)"
        let blocks = try await metadata.required("\(folder)/vpc-ipv4-cidr-blocks")
        guard let instance = document["instanceId"].string, let type = document["instanceType"].string,
            let address = document["privateIp"].string.flatMap({ IPv4Address($0) }), let hardware = MACAddress(mac)
        else { throw CloudError("the identity document is incomplete") }
        return NodeIdentity(
            instance: instance, instanceType: type, region: document["region"].string ?? region, mac: hardware, primary: address,
            vpcBlocks: blocks.split(whereSeparator: \.isWhitespace).compactMap { IPv4Prefix($0)?.network })
    }

    func limits(_ instanceType: String) async throws -> AddressLimits {
        let answer = try await call("DescribeInstanceTypes", ["InstanceTypes": [.string(instanceType)]])
        let network = answer["InstanceTypes"][0]["NetworkInfo"]
        guard let interfaces = network["MaximumNetworkInterfaces"].int, let addresses = network["Ipv4AddressesPerInterface"].int else {
            throw CloudError("EC2 knows no limits of \(instanceType)")
        }
        return AddressLimits(interfaces: interfaces, addressesPerInterface: addresses - 1)
    }

    func interfaces(of instance: String) async throws -> [CloudInterface] {
        let filter: Value = ["Name": "attachment.instance-id", "Values": [.string(instance)]]
        let answer = try await call("DescribeNetworkInterfaces", ["Filters": [filter]])
        let subnets = Set(answer["NetworkInterfaces"].items.compactMap { $0["SubnetId"].string })
        let blocks = try await subnetBlocks(subnets)
        return answer["NetworkInterfaces"].items.compactMap { Self.interface($0, blocks) }
    }

    /// Where the subnet has fewer addresses left, as many as there are.
    func assign(_ count: Int, to interface: String) async throws -> [IPv4Address] {
        do {
            let answer = try await call(
                "AssignPrivateIpAddresses",
                ["NetworkInterfaceId": .string(interface), "SecondaryPrivateIpAddressCount": .int(Int64(count))])
            return answer["AssignedPrivateIpAddresses"].items.compactMap { $0["PrivateIpAddress"].string.flatMap { IPv4Address($0) } }
        } catch let error as AWSError where error.code == "InsufficientFreeAddressesInSubnet" && count > 1 {
            return try await assign(count / 2, to: interface)
        }
    }

    func unassign(_ addresses: [IPv4Address], from interface: String) async throws {
        _ = try await call(
            "UnassignPrivateIpAddresses",
            ["NetworkInterfaceId": .string(interface), "PrivateIpAddresses": .array(addresses.map { .string("\($0)") })])
    }

    func attach(deviceIndex: Int, count: Int, like first: CloudInterface, to instance: String) async throws {
        let tags: Value = [
            "ResourceType": "network-interface",
            "Tags": [["Key": "node.k8s.amazonaws.com/instance_id", "Value": .string(instance)]],
        ]
        let made = try await call(
            "CreateNetworkInterface",
            [
                "SubnetId": .string(first.subnetID), "Groups": .array(first.groupIDs.map { .string($0) }),
                "Description": .string("aws-K8S-\(instance)"), "SecondaryPrivateIpAddressCount": .int(Int64(count)),
                "TagSpecifications": [tags],
            ])
        guard let id = made["NetworkInterface"]["NetworkInterfaceId"].string else { throw CloudError("EC2 made no network interface") }
        do {
            let attached = try await call(
                "AttachNetworkInterface",
                ["DeviceIndex": .int(Int64(deviceIndex)), "InstanceId": .string(instance), "NetworkInterfaceId": .string(id)])
            _ = try await call(
                "ModifyNetworkInterfaceAttribute",
                [
                    "NetworkInterfaceId": .string(id),
                    "Attachment": ["AttachmentId": attached["AttachmentId"], "DeleteOnTermination": true],
                ])
        } catch {
            _ = try? await call("DeleteNetworkInterface", ["NetworkInterfaceId": .string(id)])
            throw error
        }
    }

    func detach(_ interface: CloudInterface) async throws {
        let id = interface.interface.id
        _ = try await call("DetachNetworkInterface", ["AttachmentId": .string(interface.interface.attachmentID)])
        for attempt in 1... {
            do {
                _ = try await call("DeleteNetworkInterface", ["NetworkInterfaceId": .string(id)])
                return
            } catch let error as AWSError where error.code == "InvalidNetworkInterfaceID.NotFound" {
                return
            } catch let error as AWSError where attempt < 20 && error.code != "UnauthorizedOperation" {
                try await clock.sleep(for: .milliseconds(500))
            }
        }
    }

    private func call(_ operation: String, _ input: Value) async throws -> Value {
        let credential = try await metadata.credentials()
        return try await AWSClient(transport: transport, credential: credential, region: region, clock: clock, host: host)
            .call("ec2", operation, input)
    }
    private func subnetBlocks(_ subnets: Set<String>) async throws -> [String: IPv4Prefix] {
        guard !subnets.isEmpty else { return [:] }
        let answer = try await call("DescribeSubnets", ["SubnetIds": .array(subnets.sorted().map { .string($0) })])
        var blocks: [String: IPv4Prefix] = [:]
        for subnet in answer["Subnets"].items {
            guard let id = subnet["SubnetId"].string, let block = subnet["CidrBlock"].string.flatMap({ IPv4Prefix($0) }) else { continue }
            blocks[id] = block.network
        }
        return blocks
    }
    private static func interface(_ value: Value, _ blocks: [String: IPv4Prefix]) -> CloudInterface? {
        guard let id = value["NetworkInterfaceId"].string, let mac = value["MacAddress"].string.flatMap({ MACAddress($0) }),
            let primary = value["PrivateIpAddress"].string.flatMap({ IPv4Address($0) }), let subnet = value["SubnetId"].string,
            let block = blocks[subnet]
        else { return nil }
        let attachment = value["Attachment"]
        var interface = AddressPool.Interface(
            id: id, deviceIndex: attachment["DeviceIndex"].int ?? 0, mac: mac, primary: primary, subnet: block)
        interface.attachmentID = attachment["AttachmentId"].string ?? ""
        let addresses = value["PrivateIpAddresses"].items.filter { $0["Primary"].bool != true }.compactMap {
            $0["PrivateIpAddress"].string.flatMap { IPv4Address($0) }
        }
        return CloudInterface(
            interface, addresses: addresses, subnetID: subnet, groupIDs: value["Groups"].items.compactMap { $0["GroupId"].string })
    }
}
