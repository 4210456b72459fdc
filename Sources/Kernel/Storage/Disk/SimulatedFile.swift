import Glibc

/// An open file of a simulated disk.
final class SimulatedFile: DiskFile {
    private let disk: SimulatedDisk
    private let name: String
    init(disk: SimulatedDisk, name: String) { (self.disk, self.name) = (disk, name) }

    private func access<Result: Sendable>(
        _ operation: String, changes: Bool = true, _ body: (inout SimulatedDisk.State, SimulatedDisk.Content) throws(DiskError) -> Result
    ) throws(DiskError) -> Result {
        try disk.access { state throws(DiskError) in
            try state.begin(operation, name, changes: changes)
            guard let content = state.names[name] else { throw DiskError(operation, name, ENOENT) }
            return try body(&state, content)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DiskError) {
        try access("write") { state, content throws(DiskError) in
            if state.faults.failingWrites > 0 {
                state.faults.failingWrites -= 1
                throw DiskError("write", name, EIO)
            }
            let end = offset + bytes.count
            let growth = max(0, end - content.current.count)
            let used = state.names.values.reduce(0) { $0 + $1.current.count }
            guard growth == 0 || used + growth <= state.faults.capacity else { throw DiskError("write", name, ENOSPC) }
            content.current += [UInt8](repeating: 0, count: growth)
            content.current.replaceSubrange(offset..<end, with: bytes)
            content.unsynced.append(SimulatedDisk.Unsynced(offset: offset, bytes: Array(bytes)))
        }
    }

    func fill(_ count: Int) throws(DiskError) { try write(zeros: count) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(DiskError) -> Int {
        nonisolated(unsafe) let buffer = buffer
        return try access("read", changes: false) { _, content throws(DiskError) in
            let part = content.current.dropFirst(offset).prefix(buffer.count)
            buffer.copyBytes(from: part)
            return part.count
        }
    }

    func sync() throws(DiskError) {
        try access("sync") { state, content throws(DiskError) in
            if state.faults.failingSyncs > 0 {
                state.faults.failingSyncs -= 1
                // As Linux does: the pages count as clean although they were never written.
                content.unsynced = []
                throw DiskError("sync", name, EIO)
            }
            for write in content.unsynced { content.keep(write.bytes[...], at: write.offset) }
            content.unsynced = []
        }
    }

    func size() throws(DiskError) -> Int { try access("stat", changes: false) { _, content throws(DiskError) in content.current.count } }
}
