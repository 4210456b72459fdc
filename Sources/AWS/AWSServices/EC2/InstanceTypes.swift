/// An EC2 instance type.
package struct InstanceType: Sendable, Hashable {
    package let name: String
    package let vcpus: Int
    package let memoryMiB: Int
    /// `x86_64` or `arm64`, as nodes of EKS use it.
    package let arch: String
    package let networkInterfaces: Int
    /// IPv4 addresses of each interface.
    package let addressesPerInterface: Int
    /// How many pods a node of EKS takes: interfaces × (addresses − 1) + 2. Source: EKS user guide, max-pods.
    package let maxPods: Int
    package let burstable: Bool
    package let currentGeneration: Bool
    package let hypervisor: String
    /// On-demand price in us-east-1, in USD an hour, as AWS writes it.
    package let price: String?
}

/// Every instance type that the region offers.
package enum InstanceTypes {
    private static let byName: [String: InstanceType] = {
        var types: [String: InstanceType] = [:]
        for line in "\(InstanceTypeTable.text)".split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 12, let vcpus = Int(words[1]), let memory = Int(words[2]) else { continue }
            types[words[0]] = InstanceType(
                name: words[0], vcpus: vcpus, memoryMiB: memory, arch: words[3].split(separator: "|").last.map(String.init) ?? "x86_64",
                networkInterfaces: Int(words[4]) ?? 2, addressesPerInterface: Int(words[5]) ?? 4, maxPods: Int(words[6]) ?? 110,
                burstable: words[7] == "y", currentGeneration: words[8] == "y", hypervisor: words[9],
                price: words[11] == "-" ? nil : words[11])
        }
        return types
    }()
    /// The type of that name, nil when there is none.
    package static func find(_ name: String) -> InstanceType? { byName[name] }
    /// All types by name.
    package static var all: [InstanceType] { byName.values.sorted { $0.name < $1.name } }
}
