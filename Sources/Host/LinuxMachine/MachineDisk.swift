import Glibc
import Linux

/// A machine's root volume: a sparse file with an ext4 file system.
struct MachineDisk: Sendable {
    let path: String
    let gibibytes: Int

    /// Makes an empty file system, of which the tables are written when they are needed. - Throws: `LinuxError`, `MachineFailure`.
    func format() throws {
        let beside = "\(path).new"
        try SparseFile.make(beside, bytes: max(1, gibibytes) << 30)
        let arguments = [
            "-q", "-F", "-m", "0", "-J", "size=16", "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard,assume_storage_prezeroed=1",
            beside,
        ]
        guard let program = HostPrograms.find("mkfs.ext4") else { throw MachineFailure("mkfs.ext4 was not found") }
        let status = try Spawn.runHere(Program(program, arguments))
        guard status == .exited(0), rename(beside, path) == 0 else {
            unlink(beside)
            throw MachineFailure("mkfs.ext4 ended with \(status.code)")
        }
    }
}
