import Documents
import Linux

/// What PID 1 of a machine is told when it is started; the host writes it, `machine-init` reads it before it leaves the host's file tree.
struct MachinePlan: Sendable, Hashable {
    var instanceID: String
    var hostName: String
    /// Where this program lies on the host.
    var program: String
    /// The block device of the machine's disk.
    var disk: String
    /// Empty folders of the host on which the disk and the new root are mounted.
    var diskMount: String
    var rootMount: String
    /// Folders of the host that the machine does not see.
    var hidden: [String]
    /// `containerd` and `node`, or the first alone.
    var services: [String]
    /// `v1.36.2-eks-…`, what the node agent calls itself.
    var kubeletVersion: String
    /// Whether processes here may lower their out-of-memory score.
    var mayLowerScores: Bool

    func write(to path: String) throws(LinuxError) {
        let document: Value = [
            "instanceID": .string(instanceID), "hostName": .string(hostName), "program": .string(program), "disk": .string(disk),
            "diskMount": .string(diskMount),
            "rootMount": .string(rootMount), "hidden": .array(hidden.map(Value.string)), "mayLowerScores": .bool(mayLowerScores),
            "kubeletVersion": .string(kubeletVersion), "services": .array(services.map(Value.string)),
        ]
        try Files.replace(path, JSON.encode(document), mode: 0o600)
    }
    /// Reads it; nil when it is not there or not whole.
    init?(path: String) {
        guard let bytes = try? Files.read(path), let document = try? JSON.parse(bytes), let instanceID = document["instanceID"].string,
            let hostName = document["hostName"].string, let program = document["program"].string, let disk = document["disk"].string,
            let diskMount = document["diskMount"].string, let rootMount = document["rootMount"].string
        else { return nil }
        self.init(
            instanceID: instanceID, hostName: hostName, program: program, disk: disk, diskMount: diskMount, rootMount: rootMount,
            hidden: document["hidden"].items.compactMap(\.string),
            services: document["services"].items.compactMap(\.string), kubeletVersion: document["kubeletVersion"].string ?? "",
            mayLowerScores: document["mayLowerScores"].bool ?? false)
    }
    init(
        instanceID: String, hostName: String, program: String, disk: String, diskMount: String, rootMount: String, hidden: [String],
        services: [String],
        kubeletVersion: String,
        mayLowerScores: Bool
    ) {
        (self.instanceID, self.hostName, self.program, self.disk) = (instanceID, hostName, program, disk)
        (self.diskMount, self.rootMount, self.hidden) = (diskMount, rootMount, hidden)
        (self.services, self.kubeletVersion, self.mayLowerScores) = (services, kubeletVersion, mayLowerScores)
    }
}
