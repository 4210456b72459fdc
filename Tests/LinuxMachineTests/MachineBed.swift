import AWSServices
import Glibc
import Linux
import LinuxMachine
import Testing

/// Folders of their own for real machines, and the wish to leave nothing behind.
struct MachineBed {
    let instance: String
    private static let base = "/tmp/eyrie-machines-\(getpid())"
    /// One data directory for all tests, so that the disk that machines begin with is made once.
    let folders = MachineFolders(data: "\(base)/data", runRoot: "\(base)/run", cache: "\(base)/cache")

    /// The program that machines run: the one built beside the tests.
    static let program: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let folder = CommandLine.arguments.first.flatMap { $0.hasSuffix(".xctest") ? $0 : nil } ?? own
        return folder.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/eyrie"
    }()
    static var isPossible: Bool { LinuxMachines.availability() == nil && access(program, X_OK) == 0 }

    init() {
        instance = "i-\(String(UInt64.random(in: 0 ... .max), radix: 16))"
    }
    func machines() -> LinuxMachines { LinuxMachines(folders: folders, program: MachineBed.program) }
    func spec(_ type: String = "t3.small") -> MachineSpec {
        var spec = MachineSpec(
            instanceID: instance, instanceType: type, region: "us-west-2", availabilityZone: "us-west-2a", privateAddress: "192.168.3.4",
            privateDNSName: "ip-192-168-3-4.us-west-2.compute.internal", clusterID: nil, roleARN: "", labels: [:], taints: [],
            kubeletVersion: "v1.36.2")
        spec.diskGiB = 4
        return spec
    }
    /// Runs a shell script in the machine of a first process; what it wrote.
    func shell(_ process: Int32, _ script: String) async throws -> String {
        let arguments = ["-t", "\(process)", "-m", "-u", "-i", "-n", "-p", "-C", "/bin/sh", "-c", script]
        let (_, output) = try await Spawn.run(Program("/usr/bin/nsenter", arguments))
        return String(decoding: output, as: UTF8.self)
    }
    /// Ends what may still run.
    func clear(_ machines: LinuxMachines) async { await machines.sweep(keeping: []) }
    /// Removes the folders too.
    static func remove() {
        try? Cgroup(MachineBed().folders.cgroup).remove()
        try? Files.removeTree(base)
    }
}
