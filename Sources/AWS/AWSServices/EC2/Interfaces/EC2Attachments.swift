import AWSProtocol
import Control
import Documents

/// Interfaces and instances put together and taken apart.
extension EC2Service {
    func attachNetworkInterface(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseDryRun(input)
        let found = try interface(input["NetworkInterfaceId"].string)
        let id = input["InstanceId"].string ?? ""
        guard let instance = Instance(try resource(.instance, id)) else { throw EC2Type.instance.notFound(id) }
        guard ["pending", "running", "draining", "stopped"].contains(instance.status.state ?? "") else {
            throw AWSError("IncorrectState", "The instance '\(id)' is not in the 'running' or 'stopped' state.")
        }
        guard instance.spec.availabilityZone == found.spec.availabilityZone else {
            throw AWSError(
                "InvalidParameterCombination",
                "You may not attach a network interface to an instance if they are not in the same availability zone")
        }
        let index = input["DeviceIndex"].int ?? 1
        let standing = records.list(NetworkInterface.self).filter { $0.instanceID == id }
        guard !standing.contains(where: { $0.spec.attachment.deviceIndex == index }) else {
            throw AWSError(
                "InvalidParameterValue", "Instance '\(id)' already has an interface attached at device index '\(index)'.")
        }
        let type = InstanceTypes.find(instance.spec.instanceType ?? "")
        guard let type, standing.count < type.networkInterfaces, (1..<max(2, type.networkInterfaces)).contains(index) else {
            throw AWSError(
                "AttachmentLimitExceeded",
                "Interface count \(standing.count + 1) exceeds the limit for \(instance.spec.instanceType ?? "")")
        }
        try checkAddresses((found.spec.addresses ?? []).count, on: type)
        let attachment = "eni-attach-0" + records.random.hex(16)
        _ = try await records.update(NetworkInterface.self, found.id) { interface in
            guard interface.instanceID == nil else {
                throw AWSError("InvalidNetworkInterface.InUse", "Interface: [\(found.id)] in use.")
            }
            interface.spec.attachment.id = attachment
            (interface.spec.attachment.instanceId, interface.spec.attachment.deviceIndex) = (id, index)
            interface.spec.attachment.deleteOnTermination = false
            interface.spec.attachment.attachTime = context.now.text
        }
        await settle(vpc: found.spec.vpcId)
        return ["AttachmentId": .string(attachment), "NetworkCardIndex": 0]
    }
    func detachNetworkInterface(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseDryRun(input)
        let id = input["AttachmentId"].string ?? ""
        guard let found = records.list(NetworkInterface.self).first(where: { $0.spec.attachment.id == id }) else {
            throw Self.noAttachment(id)
        }
        guard found.spec.attachment.deviceIndex != 0 else {
            throw AWSError("OperationNotPermitted", "The network interface at device index 0 cannot be detached.")
        }
        _ = try await records.update(NetworkInterface.self, found.id) { interface in
            if interface.spec.attachment.id == id { interface.spec.value["Attachment"] = .null }
        }
        await settle(vpc: found.spec.vpcId)
        return [:]
    }

    func assignPrivateAddresses(_ input: Value, _ context: OperationContext) async throws -> Value {
        let found = try interface(input["NetworkInterfaceId"].string)
        guard let subnet = records.get(Subnet.self, found.spec.subnetId ?? "") else { throw EC2Type.subnet.notFound(found.id) }
        let chosen = input["PrivateIpAddresses"].items.compactMap(\.string)
        let count = input["SecondaryPrivateIpAddressCount"].int ?? 0
        guard chosen.isEmpty || count == 0 else {
            throw AWSError(
                "InvalidParameterCombination",
                "secondaryPrivateIpAddressCount and privateIpAddresses cannot be specified in the same request")
        }
        guard !chosen.isEmpty || count > 0 else {
            throw AWSError("MissingParameter", "Either secondaryPrivateIpAddressCount or privateIpAddresses must be specified.")
        }
        let type = found.instanceID.flatMap { records.get(Instance.self, $0)?.spec.instanceType }.flatMap(InstanceTypes.find)
        let fresh = chosen.filter { found.spec.addresses?.contains($0) != true }
        try checkAddresses((found.spec.addresses ?? []).count + fresh.count + count, on: type)
        var claimed: [String] = []
        do {
            for address in fresh { claimed.append(try await take(address, in: subnet, for: found, input)) }
            claimed += try await interfaces.claims.claim(count, in: subnet, for: found.id)
            let updated = try await records.update(NetworkInterface.self, found.id) { interface in
                let all = (interface.spec.addresses ?? []) + claimed.filter { interface.spec.addresses?.contains($0) != true }
                try checkAddresses(all.count, on: type)
                interface.spec.addresses = all
            }
            guard updated != nil else { throw EC2Type.networkInterface.notFound(found.id) }
        } catch {
            try await interfaces.claims.release(claimed, in: found.spec.subnetId ?? "")
            throw error
        }
        await settle(vpc: found.spec.vpcId)
        return [
            "NetworkInterfaceId": .string(found.id),
            "AssignedPrivateIpAddresses": .array((chosen.isEmpty ? claimed : chosen).map { ["PrivateIpAddress": .string($0)] }),
        ]
    }
    /// Claims an address that the caller chose, from another interface when that is allowed.
    private func take(_ address: String, in subnet: Subnet, for interface: NetworkInterface, _ input: Value) async throws -> String {
        if try await interfaces.claims.claim(address, in: subnet, for: interface.id) { return address }
        let name = subnet.metadata.name ?? ""
        let holder = records.get(PrivateAddress.self, address, in: name)?.spec.interfaceId ?? ""
        let other = records.get(NetworkInterface.self, holder)
        guard input["AllowReassignment"].bool == true, let other, other.spec.requester == nil, other.spec.addresses?.first != address else {
            throw AWSError("InvalidParameterValue", "[\(address)] assigned, but move is not allowed.")
        }
        _ = try await records.update(NetworkInterface.self, other.id) { $0.spec.addresses?.removeAll { $0 == address } }
        _ = try await records.update(PrivateAddress.self, address, in: name) { $0.spec.interfaceId = interface.id }
        return address
    }
    func unassignPrivateAddresses(_ input: Value, _ context: OperationContext) async throws -> Value {
        let found = try interface(input["NetworkInterfaceId"].string)
        let gone = input["PrivateIpAddresses"].items.compactMap(\.string)
        guard !gone.isEmpty else { throw AWSError("MissingParameter", "The request must contain the parameter privateIpAddresses") }
        _ = try await records.update(NetworkInterface.self, found.id) { interface in
            let standing = interface.spec.addresses ?? []
            guard !gone.contains(standing.first ?? "") else {
                throw AWSError("InvalidParameterValue", "The primary private IP address cannot be unassigned from interface \(found.id)")
            }
            guard gone.allSatisfy(standing.contains) else {
                throw AWSError("InvalidParameterValue", "Some of the specified addresses are not assigned to interface \(found.id)")
            }
            interface.spec.addresses = standing.filter { !gone.contains($0) }
        }
        for address in records.list(PublicAddress.self)
        where address.spec.interfaceId == found.id && gone.contains(address.spec.privateAddress ?? "") {
            try await interfaces.free(address)
        }
        await settle(vpc: found.spec.vpcId)
        try await interfaces.claims.release(gone, in: found.spec.subnetId ?? "")
        return [:]
    }
    /// Source: EC2 user guide, "Maximum IP addresses per network interface"; an interface that is attached to nothing has 50.
    private func checkAddresses(_ count: Int, on type: InstanceType?) throws {
        guard count <= type?.addressesPerInterface ?? 50 else {
            throw AWSError("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.")
        }
    }
}
