import AWSProtocol
import Documents

/// Regions, zones and instance types: what EC2 tells without documents.
extension EC2Service {
    var regionOperations: [String: OperationHandler] {
        [
            "DescribeRegions": describeRegions, "DescribeAvailabilityZones": describeAvailabilityZones,
            "DescribeInstanceTypes": describeInstanceTypes, "DescribeInstanceTypeOfferings": describeOfferings,
            "DescribeAccountAttributes": describeAccountAttributes, "CreateTags": createTags, "DeleteTags": deleteTags,
            "DescribeTags": describeTags,
        ]
    }

    func describeRegions(_ input: Value, _ context: OperationContext) async throws -> Value {
        let wanted = input["RegionNames"].items.compactMap(\.string)
        if let unknown = wanted.first(where: { !Regions.names.contains($0) }) {
            throw AWSError("InvalidParameterValue", "Invalid region provided: \(unknown)")
        }
        let regions = Regions.names.filter { wanted.isEmpty || wanted.contains($0) }
        return [
            "Regions": .array(
                regions.map {
                    ["RegionName": .string($0), "Endpoint": .string("ec2.\($0).amazonaws.com"), "OptInStatus": "opt-in-not-required"]
                })
        ]
    }
    func describeAvailabilityZones(_ input: Value, _ context: OperationContext) async throws -> Value {
        let wanted = input["ZoneNames"].items.compactMap(\.string)
        let zones = Regions.zones(of: region)
        if let unknown = wanted.first(where: { !zones.contains($0) }) {
            throw AWSError("InvalidParameterValue", "Invalid availability zone: [\(unknown)]")
        }
        let filters: [String: String] = [
            "zone-name": "ZoneName", "zone-id": "ZoneId", "state": "State", "region-name": "RegionName", "zone-type": "ZoneType",
            "opt-in-status": "OptInStatus", "group-name": "GroupName",
        ]
        let shapes = zones.filter { wanted.isEmpty || wanted.contains($0) }.map { zone -> Value in
            [
                "State": "available", "OptInStatus": "opt-in-not-required", "Messages": [], "RegionName": .string(region),
                "ZoneName": .string(zone),
                "ZoneId": .string(Regions.zoneID(zone, in: region)), "GroupName": .string(region), "NetworkBorderGroup": .string(region),
                "ZoneType": "availability-zone",
            ]
        }
        return ["AvailabilityZones": .array(shapes.filter { Self.matches($0, input["Filters"].items, filters) })]
    }
    /// Whether a flat shape has one of the values of every filter.
    private static func matches(_ shape: Value, _ filters: [Value], _ members: [String: String]) -> Bool {
        filters.allSatisfy { filter in
            guard let member = members[filter["Name"].string ?? ""] else { return true }
            return filter["Values"].items.contains(shape[member])
        }
    }

    func describeInstanceTypes(_ input: Value, _ context: OperationContext) async throws -> Value {
        let names = input["InstanceTypes"].items.compactMap(\.string)
        let unknown = names.filter { InstanceTypes.find($0) == nil }
        guard unknown.isEmpty else {
            throw AWSError(
                "InvalidInstanceType", "The following supplied instance types do not exist: [\(unknown.joined(separator: ", "))]")
        }
        let types = names.isEmpty ? InstanceTypes.all : names.compactMap(InstanceTypes.find)
        let members = ["instance-type": "InstanceType", "current-generation": "CurrentGeneration", "hypervisor": "Hypervisor"]
        let shapes = types.map(describe).filter { shape in
            input["Filters"].items.allSatisfy { filter in
                guard let member = members[filter["Name"].string ?? ""] else { return true }
                let text = shape[member].string ?? shape[member].bool.map { "\($0)" } ?? ""
                return filter["Values"].items.contains(.string(text))
            }
        }
        var paged = input
        if paged["MaxResults"].isNull { paged["MaxResults"] = 100 }
        return try Self.page(shapes, paged, "InstanceTypes")
    }
    private func describe(_ type: InstanceType) -> Value {
        let volumes = BlockVolumeLimit(type.name)
        return [
            "InstanceType": .string(type.name), "CurrentGeneration": .bool(type.currentGeneration),
            "FreeTierEligible": .bool(type.name == "t2.micro"),
            "SupportedUsageClasses": ["on-demand", "spot"], "SupportedRootDeviceTypes": ["ebs"], "SupportedVirtualizationTypes": ["hvm"],
            "BareMetal": .bool(type.name.hasSuffix(".metal")), "Hypervisor": .string(type.hypervisor),
            "ProcessorInfo": ["SupportedArchitectures": [.string(type.arch)]],
            "VCpuInfo": ["DefaultVCpus": .int(Int64(type.vcpus))], "MemoryInfo": ["SizeInMiB": .int(Int64(type.memoryMiB))],
            "BurstablePerformanceSupported": .bool(type.burstable),
            "EbsInfo": [
                "MaximumEbsAttachments": .int(Int64(volumes.count)), "AttachmentLimitType": volumes.isShared ? "shared" : "dedicated",
                "EncryptionSupport": "supported",
            ],
            "NetworkInfo": [
                "MaximumNetworkInterfaces": .int(Int64(type.networkInterfaces)),
                "Ipv4AddressesPerInterface": .int(Int64(type.addressesPerInterface)),
            ],
        ]
    }
    func describeOfferings(_ input: Value, _ context: OperationContext) async throws -> Value {
        let locations: [String]
        switch input["LocationType"].string ?? "region" {
        case "availability-zone": locations = Regions.zones(of: region)
        case "availability-zone-id": locations = Regions.zones(of: region).map { Regions.zoneID($0, in: region) }
        default: locations = [region]
        }
        let wanted = input["Filters"].items.filter { $0["Name"].string == "instance-type" }.flatMap {
            $0["Values"].items.compactMap(\.string)
        }
        let places = input["Filters"].items.filter { $0["Name"].string == "location" }.flatMap { $0["Values"].items.compactMap(\.string) }
        let offerings = InstanceTypes.all.filter { wanted.isEmpty || wanted.contains($0.name) }.flatMap { type in
            locations.filter { places.isEmpty || places.contains($0) }.map { location -> Value in
                [
                    "InstanceType": .string(type.name), "LocationType": .string(input["LocationType"].string ?? "region"),
                    "Location": .string(location),
                ]
            }
        }
        return try Self.page(offerings, input, "InstanceTypeOfferings")
    }
    func describeAccountAttributes(_ input: Value, _ context: OperationContext) async throws -> Value {
        let vpc = records.list(EC2Type.vpc.kind).first { $0["spec"]["IsDefault"].bool == true }?["spec"]["VpcId"].string ?? "none"
        let attributes = ["supported-platforms": "VPC", "default-vpc": vpc, "max-instances": "20"]
        let wanted = input["AttributeNames"].items.compactMap(\.string)
        return [
            "AccountAttributes": .array(
                attributes.sorted { $0.key < $1.key }.filter { wanted.isEmpty || wanted.contains($0.key) }.map {
                    ["AttributeName": .string($0.key), "AttributeValues": [["AttributeValue": .string($0.value)]]]
                })
        ]
    }
}
