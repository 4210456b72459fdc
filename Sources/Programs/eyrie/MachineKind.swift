import Eksctl
import LinuxMachine

/// What this server's instances are.
enum MachineKind: Sendable {
    case real
    case simulated(reason: String)

    /// What `--machines` asks for, as far as this host has it.
    /// - Throws: `UsageError` for other words, and for real machines that cannot be had.
    ///
    /// Where several servers share a store a region's machines move with its leadership, which real ones cannot; they must be asked for there,
    /// by whoever runs one server.
    static func chosen(_ word: String, sharesStore: Bool = false) throws(UsageError) -> MachineKind {
        if word == "auto", sharesStore {
            return .simulated(reason: "the store may be shared; ask for --machines=real with a single server")
        }
        let obstacle = word == "simulated" ? nil : LinuxMachines.availability()
        switch word {
        case "simulated": return .simulated(reason: "asked for by --machines=simulated")
        case "real", "auto":
            guard let obstacle else { return .real }
            guard word == "auto" else { throw UsageError("real machines cannot be had: \(obstacle)") }
            return .simulated(reason: obstacle)
        default: throw UsageError("--machines must be auto, real or simulated, not \"\(word)\"")
        }
    }
}
