import Eksctl
import LinuxMachine

/// What this server's instances are.
enum MachineKind: Sendable {
    case real
    case simulated(reason: String)

    /// What `--machines` asks for, as far as this host has it.
    /// - Throws: `UsageError` for other words, and for real machines that cannot be had.
    static func chosen(_ word: String) throws(UsageError) -> MachineKind {
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
