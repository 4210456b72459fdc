import Cryptography
import Linux

/// Where the machines of one data directory have their things on this host.
package struct MachineFolders: Sendable, Hashable {
    /// The server's data directory.
    package let data: String
    /// Eight hex digits that tell this data directory from others on the same host.
    package let mark: String
    /// `/run/eyrie/<mark>`
    package let run: String

    /// Disks that machines begin with, for all data directories of the host: what they hold follows from their names.
    let templates: String

    /// The folders that belong to a data directory; the others are the host's own but for tests.
    package init(data: String, runRoot: String = "/run/eyrie", cache: String = "/var/cache/eyrie") {
        (self.data, templates) = (data, "\(cache)/disks")
        mark = String(Hex.encode(SHA256.hash(data)).prefix(8))
        run = "\(runRoot)/\(mark)"
    }

    /// The file that keeps the machine's network namespace.
    package func network(of instance: String) -> String { "\(run)/netns/\(instance)" }
    /// The control group of all machines of this server, and of one.
    package var cgroup: String { "eyrie/\(mark)" }
    func cgroup(of instance: String) -> String { "\(cgroup)/\(instance)" }

    var machines: String { "\(run)/machines" }
    func machine(_ instance: String) -> String { "\(machines)/\(instance)" }
    func record(of instance: String) -> String { "\(machine(instance))/pid" }
    func plan(of instance: String) -> String { "\(machine(instance))/plan.json" }
    func console(of instance: String) -> String { "\(machine(instance))/console.log" }
    /// What the machine wrote before it ended last.
    func lastConsole(of instance: String) -> String { "\(diskFolder(of: instance))/console.log" }
    /// Where the machine's disk and its root are mounted while it boots, in its own mount namespace.
    func diskMount(of instance: String) -> String { "\(machine(instance))/disk" }
    func rootMount(of instance: String) -> String { "\(machine(instance))/root" }

    var disks: String { "\(data)/machines" }
    func diskFolder(of instance: String) -> String { "\(disks)/\(instance)" }
    func disk(of instance: String) -> String { "\(diskFolder(of: instance))/disk.img" }

    /// Every instance that has left something here.
    func instances() -> [String] {
        let found = Files.names(in: machines) + Files.names(in: disks) + Files.names(in: "\(run)/netns")
        return Set(found.filter { $0.hasPrefix("i-") }).sorted()
    }
}
