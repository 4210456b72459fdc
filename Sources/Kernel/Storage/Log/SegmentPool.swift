import Synchronization

/// Segment files that wait for use: written once with zeros so that later writes change no metadata of the file system.
final class SegmentPool: Sendable {
    private struct State {
        var free: [SegmentFile]
        var nextName: UInt64
    }
    private let disk: any Disk
    let segmentBytes: Int
    private let state: Mutex<State>
    /// Free files beyond this number are removed.
    private static let mostFree = 4

    init(disk: any Disk, segmentBytes: Int, used: [SegmentFile]) {
        (self.disk, self.segmentBytes) = (disk, segmentBytes)
        let next = used.compactMap { UInt64($0.name.dropFirst(4)) }.max().map { $0 + 1 } ?? 1
        state = Mutex(State(free: [], nextName: next))
    }

    /// A file; made now when none waits.
    func take() throws(DiskError) -> SegmentFile {
        if let file = state.withLock({ $0.free.popLast() }) { return file }
        return try make()
    }

    /// Makes a file ahead of need when none waits.
    func prepare() throws(DiskError) {
        guard state.withLock({ $0.free.isEmpty }) else { return }
        let file = try make()
        state.withLock { $0.free.append(file) }
    }

    /// Keeps a file whose segment is no longer needed for another; one of another size, or one too many, is removed. It need not be
    /// made blank: its frames say which segment they belong to.
    func release(_ file: SegmentFile) throws(DiskError) {
        let isKept = state.withLock { state in
            guard file.bytes == segmentBytes, state.free.count < SegmentPool.mostFree else { return false }
            state.free.append(file)
            return true
        }
        guard !isKept else { return }
        try disk.remove(file.name)
        try disk.syncDirectory()
    }

    private func make() throws(DiskError) -> SegmentFile {
        let number = state.withLock { state in
            defer { state.nextName += 1 }
            return state.nextName
        }
        let digits = String(number)
        let name = "log-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
        let file = try disk.open(name, create: true)
        do throws(DiskError) {
            try file.fill(segmentBytes)
            try file.sync()
            try disk.syncDirectory()
        } catch {
            // A partial file is no harm, but its space may be what is wanting.
            do throws(DiskError) { try disk.remove(name) } catch {}
            throw error
        }
        return SegmentFile(name: name, file: file, bytes: segmentBytes)
    }
}
