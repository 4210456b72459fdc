import Glibc
import Synchronization

/// A disk in memory that fails as disks do, repeatably from a seed: what was not synced may be lost, whole or by sectors and out of
/// order; space runs out; operations fail.
package final class SimulatedDisk: Disk {
    package static let sectorBytes = 512

    /// What goes wrong.
    package struct Faults: Sendable {
        /// Bytes that all files may have together.
        package var capacity = Int.max
        /// Every change fails with `EROFS`.
        package var readOnly = false
        /// The number of syncs that fail with `EIO`, losing what they should have made durable.
        package var failingSyncs = 0
        /// The number of writes that fail with `EIO`.
        package var failingWrites = 0
        /// The number of operations after which power fails: they and all that follow do nothing and fail. Nil means never.
        package var operationsUntilCrash: Int?
        package init() {}
    }

    /// A write that may or may not survive.
    struct Unsynced {
        let offset: Int
        let bytes: [UInt8]
    }
    final class Content {
        var current: [UInt8] = []
        var durable: [UInt8] = []
        var unsynced: [Unsynced] = []

        /// Makes bytes durable at an offset.
        func keep(_ bytes: ArraySlice<UInt8>, at offset: Int) {
            let end = offset + bytes.count
            if durable.count < end { durable += [UInt8](repeating: 0, count: end - durable.count) }
            durable.replaceSubrange(offset..<end, with: bytes)
        }
    }
    struct State {
        var names: [String: Content] = [:]
        var durableNames: [String: Content] = [:]
        var faults = Faults()
        var random: UInt64
        var locked = false

        /// The next number of the seeded sequence (SplitMix64).
        mutating func next() -> UInt64 {
            random &+= 0x9e37_79b9_7f4a_7c15
            var z = random
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
        /// Counts an operation down to the crash.
        mutating func begin(_ operation: String, _ name: String, changes: Bool = true) throws(DiskError) {
            if let left = faults.operationsUntilCrash {
                guard left > 0 else { throw DiskError(operation, name, EIO) }
                faults.operationsUntilCrash = left - 1
            }
            if changes, faults.readOnly { throw DiskError(operation, name, EROFS) }
        }
    }
    // The contents are only touched inside the lock.
    private let state: Mutex<Guarded>
    struct Guarded: @unchecked Sendable { var state: State }

    /// An empty disk.
    package init(seed: UInt64) { state = Mutex(Guarded(state: State(random: seed))) }

    func access<Result: Sendable>(_ body: (inout State) throws(DiskError) -> Result) throws(DiskError) -> Result {
        try state.withLock { guarded throws(DiskError) in try body(&guarded.state) }
    }

    /// What goes wrong from now on.
    package var faults: Faults {
        get { state.withLock { $0.state.faults } }
        set { state.withLock { $0.state.faults = newValue } }
    }

    /// The bytes that all files have together.
    package var usedBytes: Int { state.withLock { $0.state.names.values.reduce(0) { $0 + $1.current.count } } }

    /// Flips a bit of what is durable, as a decaying disk does.
    package func flipBit(of name: String, at offset: Int) {
        state.withLock { guarded in
            guard let content = guarded.state.names[name], offset < content.current.count else { return }
            content.current[offset] ^= 0x10
            content.keep(content.current[offset...offset], at: offset)
        }
    }

    /// The process that had the disk is gone and power stayed: what it wrote is there, synced or not.
    package func abandon() { state.withLock { $0.state.locked = false } }

    /// Power fails and comes back: each sector that was not synced is as it was or as it was written, by chance; so is each unsynced
    /// change of the directory. Faults end.
    package func crash() {
        state.withLock { guarded in
            for name in guarded.state.names.keys.sorted() {
                if let content = guarded.state.names[name] { guarded.state.settle(content) }
            }
            for name in Set(guarded.state.names.keys).union(guarded.state.durableNames.keys).sorted() {
                guard guarded.state.names[name] !== guarded.state.durableNames[name], guarded.state.next() % 2 == 0 else { continue }
                guarded.state.durableNames[name] = guarded.state.names[name]
            }
            guarded.state.names = guarded.state.durableNames
            guarded.state.faults = Faults()
            guarded.state.locked = false
        }
    }
}

extension SimulatedDisk.State {
    /// Decides which unsynced sectors of the file survive.
    mutating func settle(_ content: SimulatedDisk.Content) {
        let sector = SimulatedDisk.sectorBytes
        // Most crashes tear something; some lose everything, some nothing.
        let style = next() % 4
        for write in content.unsynced {
            var position = write.offset
            while position < write.offset + write.bytes.count {
                let end = min((position / sector + 1) * sector, write.offset + write.bytes.count)
                if style == 0 || (style > 1 && next() % 2 == 0) {
                    content.keep(write.bytes[(position - write.offset)..<(end - write.offset)], at: position)
                }
                position = end
            }
        }
        content.current = content.durable
        content.unsynced = []
    }
}

// The operations of the directory.
extension SimulatedDisk {
    package func open(_ name: String, create: Bool) throws(DiskError) -> any DiskFile {
        try access { state throws(DiskError) in
            if state.names[name] == nil {
                guard create else { throw DiskError("open", name, ENOENT) }
                try state.begin("open", name)
                state.names[name] = Content()
            }
        }
        return SimulatedFile(disk: self, name: name)
    }
    package func list() throws(DiskError) -> [String] {
        try access { state throws(DiskError) in
            try state.begin("list", "", changes: false)
            return state.names.keys.sorted()
        }
    }
    package func remove(_ name: String) throws(DiskError) {
        try access { state throws(DiskError) in
            try state.begin("remove", name)
            guard state.names.removeValue(forKey: name) != nil else { throw DiskError("remove", name, ENOENT) }
        }
    }
    package func syncDirectory() throws(DiskError) {
        try access { state throws(DiskError) in
            try state.begin("sync", "")
            state.durableNames = state.names
        }
    }
    package func lock() throws(DiskError) -> any Sendable {
        try access { state throws(DiskError) in
            guard !state.locked else { throw DiskError("lock", "", EWOULDBLOCK) }
            state.locked = true
        }
        return SimulatedLock(disk: self)
    }
}

private final class SimulatedLock: Sendable {
    let disk: SimulatedDisk
    init(disk: SimulatedDisk) { self.disk = disk }
    deinit { _ = try? disk.access { state in state.locked = false } }
}
