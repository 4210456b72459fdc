import AWSProtocol
import Control
import Documents
import Reconcile

/// Claims of private and public addresses: whoever creates an address's document has it.
struct AddressClaims: Sendable {
    let region: String
    let records: Records

    /// Claims `count` free addresses of a subnet for an interface; the first four and the last of a subnet are AWS's.
    /// - Throws: `InsufficientFreeAddressesInSubnet`, with nothing claimed.
    func claim(_ count: Int, in subnet: Subnet, for interface: String) async throws -> [String] {
        guard count > 0, let name = subnet.metadata.name, let block = IPv4Network(subnet.spec.cidrBlock ?? "") else { return [] }
        let taken = records.names(PrivateAddressFields.kind, in: name)
        var claimed: [String] = []
        guard block.count - 5 - taken.count >= count else { throw Self.full(name) }
        let start = records.random.int(in: 0..<block.count)
        for step in 0..<block.count where claimed.count < count {
            let index = (start + step) % block.count
            let address = IPv4Network.text(block[index])
            guard (4..<block.count - 1).contains(index), !taken.contains(address) else { continue }
            if try await take(address, in: name, for: interface) { claimed.append(address) }
        }
        guard claimed.count == count else {
            try await release(claimed, in: name)
            throw Self.full(name)
        }
        return claimed
    }
    /// Claims an address that the caller chose.
    /// - Returns: false when another interface has it.
    /// - Throws: `InvalidParameterValue` for one that the subnet cannot give.
    func claim(_ address: String, in subnet: Subnet, for interface: String) async throws -> Bool {
        let name = subnet.metadata.name ?? ""
        guard let number = IPv4Network.address(address), let block = IPv4Network(subnet.spec.cidrBlock ?? ""), block.contains(number) else {
            throw AWSError("InvalidParameterValue", "Address does not fall within the subnet's address range")
        }
        guard (4..<UInt32(block.count) - 1).contains(number - block.address) else {
            throw AWSError("InvalidParameterValue", "Address is in subnet's reserved address range")
        }
        return try await take(address, in: name, for: interface)
    }
    private func take(_ address: String, in subnet: String, for interface: String) async throws -> Bool {
        var claim = PrivateAddress()
        (claim.metadata.name, claim.metadata.namespace, claim.spec.interfaceId) = (address, subnet, interface)
        do {
            _ = try await records.create(claim)
            return true
        } catch ChangeError.alreadyExists {
            return records.get(PrivateAddress.self, address, in: subnet)?.spec.interfaceId == interface
        }
    }
    /// Gives addresses of a subnet back.
    func release(_ addresses: [String], in subnet: String) async throws {
        for address in addresses { try await records.delete(PrivateAddress.self, address, in: subnet) }
    }
    private static func full(_ subnet: String) -> AWSError {
        AWSError(
            "InsufficientFreeAddressesInSubnet", "There are not enough free addresses in subnet '\(subnet)' to satisfy the request.")
    }

    /// Each region gives away its own 4,096 addresses of 198.18.0.0/15, the block for tests between networks. Source: RFC 2544.
    private var publicBlock: UInt32 { 0xC612_0000 + UInt32(Regions.names.firstIndex(of: region) ?? 0) << 12 }

    /// Claims a free public address; `owner` says who holds it.
    /// - Throws: `AddressLimitExceeded`.
    func claimPublic(_ owner: View<AddressOwnerFields>) async throws -> String {
        let taken = records.names(PublicAddressFields.kind)
        for index in 1..<UInt32(4095) {
            let address = IPv4Network.text(publicBlock + index)
            guard !taken.contains(address) else { continue }
            var claim = PublicAddress()
            (claim.metadata.name, claim.spec) = (address, owner)
            do {
                _ = try await records.create(claim)
                return address
            } catch ChangeError.alreadyExists { continue }
        }
        throw AWSError("AddressLimitExceeded", "The maximum number of addresses has been reached.")
    }
}
