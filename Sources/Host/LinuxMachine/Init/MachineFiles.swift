import Documents
import Glibc
import Linux

/// Files that tell a machine who it is.
struct MachineFiles {
    let plan: MachinePlan

    func write() throws(LinuxError) {
        let domain = plan.hostName.firstIndex(of: ".").map { String(plan.hostName[plan.hostName.index(after: $0)...]) }
        try put("/etc/hostname", "\(plan.hostName)\n")
        try put(
            "/etc/hosts",
            "127.0.0.1 localhost localhost.localdomain\n::1 localhost localhost.localdomain ip6-localhost ip6-loopback\n")
        try put("/etc/resolv.conf", (domain.map { "search \($0)\n" } ?? "") + "nameserver 169.254.169.253\noptions timeout:2 attempts:5\n")
        try put("/etc/machine-id", "\(machineID)\n")
        let document: Value = [
            "instanceID": .string(plan.instanceID), "hostName": .string(plan.hostName), "kubeletVersion": .string(plan.kubeletVersion),
        ]
        try put("/run/eyrie/machine.json", JSON.text(document))
    }
    /// 32 hex digits that follow from the instance's id, so that a machine keeps its own over restarts.
    private var machineID: String {
        let digits = plan.instanceID.filter(\.isHexDigit).lowercased()
        return String((digits + String(repeating: "0", count: 32)).prefix(32))
    }
    /// In place of whatever is there, a link to a file of the host's among it.
    private func put(_ path: String, _ text: String) throws(LinuxError) {
        unlink(path)
        try Files.replace(path, Array(text.utf8))
    }
}
