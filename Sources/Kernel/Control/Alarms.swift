import CLinux
import Glibc
import Synchronization

/// What the clock does at a moment, until it is cancelled.
package final class Alarm: Sendable {
    private let stop: @Sendable () -> Void
    /// An alarm that `stop` ends.
    package init(stop: @escaping @Sendable () -> Void) { self.stop = stop }
    /// Ends it; nothing happens when it has gone off or is just doing so.
    package func cancel() { stop() }
}

/// The alarms of all that sleep on the machine's clock, on one thread: an alarm costs a place in a heap, and those that are due at about
/// the same time go off together. Source: docs/decisions/alarms.md.
final class Alarms: Sendable {
    /// Those of the process.
    static let shared = Alarms()

    fileprivate struct State {
        /// A binary heap; an alarm that is not in `rings` is void.
        var heap: [(deadline: Int64, id: UInt64)] = []
        var rings: [UInt64: @Sendable () -> Void] = [:]
        var lastID: UInt64 = 0
        var isRunning = false
        /// Until when the thread sleeps.
        var wake = Int64.max
    }
    private let state = Mutex(State())
    /// Wakes the thread before its time.
    private let bell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    /// The longest that an alarm may be late in order to go off with others, and the part of its time that it may be late.
    private static let latest: Int64 = 8_000_000, share: Int64 = 256

    /// Calls `ring` once on the alarms' thread, after that many nanoseconds and never earlier. It must be quick.
    /// - Returns: the number by which it is cancelled.
    func set(after nanoseconds: Int64, _ ring: @escaping @Sendable () -> Void) -> UInt64 {
        let now = Self.now
        let grain = max(1, min(Self.latest, nanoseconds / Self.share))
        let deadline = (now + nanoseconds + grain - 1) / grain * grain
        let (id, starts, wakes) = state.withLock { state in
            state.lastID += 1
            state.rings[state.lastID] = ring
            state.add(deadline, state.lastID)
            let (starts, wakes) = (!state.isRunning, deadline < state.wake)
            state.isRunning = true
            if wakes { state.wake = deadline }
            return (state.lastID, starts, wakes)
        }
        if starts { start() } else if wakes { eventfd_write(bell, 1) }
        return id
    }

    /// Forgets an alarm; tells whether it had not gone off.
    @discardableResult func cancel(_ id: UInt64) -> Bool {
        state.withLock { state in
            guard state.rings.removeValue(forKey: id) != nil else { return false }
            state.tidy()
            return true
        }
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private func start() {
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { _ in
                _ = linux_name_thread("alarms")
                Alarms.shared.run()
            }, nil)
        guard failure == 0 else { fatalError("no thread for the clock: \(String(cString: strerror(failure)))") }
        pthread_detach(thread)
    }

    private func run() -> Never {
        while true {
            let now = Self.now
            let (due, wake) = state.withLock { state in
                let due = state.takeDue(now)
                state.wake = state.heap.first?.deadline ?? .max
                return (due, state.wake)
            }
            for ring in due { ring() }
            if due.isEmpty { sleep(until: wake) }
        }
    }

    private func sleep(until wake: Int64) {
        let left = wake == .max ? 3_600_000_000_000 : max(0, wake - Self.now)
        guard linux_wait_readable(bell, left) > 0 else { return }
        var count: eventfd_t = 0
        eventfd_read(bell, &count)
    }
}

extension Alarms.State {
    fileprivate mutating func add(_ deadline: Int64, _ id: UInt64) {
        heap.append((deadline, id))
        var index = heap.count - 1
        while index > 0, heap[index].deadline < heap[(index - 1) / 2].deadline {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }
    /// What is due, in the order of its deadlines.
    fileprivate mutating func takeDue(_ now: Int64) -> [@Sendable () -> Void] {
        var due: [@Sendable () -> Void] = []
        while let first = heap.first, first.deadline <= now {
            removeFirst()
            if let ring = rings.removeValue(forKey: first.id) { due.append(ring) }
        }
        return due
    }
    /// Drops void alarms when they are most of the heap.
    fileprivate mutating func tidy() {
        guard heap.count > 256, heap.count > 3 * rings.count else { return }
        let live = heap.filter { rings[$0.id] != nil }
        heap = live.sorted { $0.deadline < $1.deadline }
    }
    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while case let left = 2 * index + 1, left < heap.count {
            let right = left + 1
            let least = right < heap.count && heap[right].deadline < heap[left].deadline ? right : left
            guard heap[least].deadline < heap[index].deadline else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
