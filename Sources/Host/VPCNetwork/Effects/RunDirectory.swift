import Glibc
import Linux

/// Names on the host that belong to one server, so that several can share it.
struct RunDirectory: Sendable {
    let path: String
    /// Eight hex digits: the directory's own name where it is that, else made of the path.
    let id: String

    init(_ path: String) {
        self.path = path
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let isID = name.utf8.count == 8 && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        id = isID ? name : Self.digest(path)
    }

    /// The mount of the namespace of a VPC or an instance.
    func namespace(_ id: String) -> String { "\(path)/netns/\(id)" }
    /// Ids of all namespaces that are there.
    func namespaces() -> [String] {
        guard let directory = opendir("\(path)/netns") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
    /// What the names of this server's links on the host begin with.
    var uplinkPrefix: String { "e" + id }
    /// The host's end of a VPC's way out.
    func uplink(_ vpcID: String) -> String { uplinkPrefix + vpcID.suffix(6) }
    /// The host's nft table.
    var table: String { "eyrie_" + id }

    /// Removes the namespaces of machines that have neither an interface nor a process: their instances are no more.
    func removeDesertedMachines() {
        let machines = namespaces().filter { $0.hasPrefix("i-") }
        if machines.isEmpty { return }
        let inhabited = NetworkNamespaces.inhabited()
        for machine in machines {
            let path = namespace(machine)
            if NetworkNamespaces.identity(path).map(inhabited.contains) ?? false { continue }
            let links = try? Netlink(namespace: path).links()
            if !(links ?? []).contains(where: { $0.kind == "veth" && $0.name.hasPrefix("eth") }) { NetworkNamespaces.remove(path) }
        }
    }

    /// FNV-1a, in hex.
    private static func digest(_ text: String) -> String {
        let hash = text.utf8.reduce(UInt32(0x811c_9dc5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let hex = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - hex.count) + hex
    }
}
