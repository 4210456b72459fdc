import CLinux
import Glibc
import Synchronization

/// Told on its loop that another thread has left it something to do.
protocol Pokable: AnyObject, Sendable {
    func poked()
}

/// One thread around one epoll descriptor: sockets call back, and Swift tasks that prefer it run on it.
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    private enum Work {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
        case poke(any Pokable)
    }
    private struct Inbox {
        var work: [Work] = []
        var sleeping = false
    }
    static let scratchSize = 65_536

    private let inbox = Mutex(Inbox())
    private let thread = Atomic<UInt>(0)
    private let epoll: Int32
    private let wake: Int32
    // What follows belongs to the loop's thread.
    private var local: [Work] = []
    private var channels: [Channel?] = []
    private var generation: UInt32 = 1
    private var dirty: [Channel] = []
    private var timers = TimerHeap<ChannelDue>()
    private var calls = TimerHeap<LoopTimer.Entry>()
    /// Monotonic time of this turn in milliseconds.
    private(set) var now: UInt64 = 0
    /// For bytes that are read and used up at once.
    let inputScratch = UnsafeMutableRawBufferPointer.allocate(byteCount: scratchSize, alignment: 64)
    /// For what goes out together: small pieces, or sealed records.
    let outputScratch = UnsafeMutableRawBufferPointer.allocate(
        byteCount: scratchSize + scratchSize / TLSRecords.contentLimit * TLSRecords.overhead, alignment: 64)
    /// Room for the output of the connection that is being flushed, so that each need not make its own.
    var spareOutput: [UInt8] = []
    var dateCache = HTTPDateCache()

    /// - Throws: `HTTPError.connectionFailed` when the kernel has no descriptors or threads left.
    init(name: String) throws(HTTPError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wake = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        now = Self.clock()
        var event = epoll_event(events: EPOLLIN.rawValue | EPOLLET.rawValue, data: epoll_data_t(u64: UInt64.max))
        guard epoll >= 0, wake >= 0, epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) == 0 else { throw .connectionFailed(lastErrorText()) }
        let box = Unmanaged.passRetained(ThreadStart(loop: self, name: name))
        var handle = pthread_t()
        let failure = pthread_create(
            &handle, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
                linux_name_thread(start.name)
                start.loop.run()
                return nil
            }, box.toOpaque())
        guard failure == 0 else {
            box.release()
            throw .connectionFailed("cannot start a thread: \(String(cString: strerror(failure)))")
        }
        pthread_detach(handle)
    }

    /// Whether the caller is on this loop's thread.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    package func enqueue(_ job: consuming ExecutorJob) { push(.job(UnownedJob(job))) }
    package func checkIsolated() { precondition(isCurrent, "not on the event loop") }

    /// Runs `body` on the loop, behind what waits already.
    func execute(_ body: @escaping @Sendable () -> Void) { push(.call(body)) }
    /// Calls `poked` on the loop; cheaper than `execute`.
    func poke(_ target: any Pokable) { push(.poke(target)) }

    private func push(_ work: Work) {
        if isCurrent {
            local.append(work)
            return
        }
        let sleeping = inbox.withLock { inbox in
            inbox.work.append(work)
            defer { inbox.sleeping = false }
            return inbox.sleeping
        }
        if sleeping { _ = eventfd_write(wake, 1) }
    }

    /// Has `flush` called at the end of this turn.
    func markDirty(_ channel: Channel) {
        guard !channel.dirty else { return }
        channel.dirty = true
        dirty.append(channel)
    }

    // MARK: Channels and their deadlines

    func add(_ channel: Channel, _ assign: (UInt32) -> Void) -> Bool {
        let descriptor = channel.descriptor
        generation &+= 1
        let mask = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        var event = epoll_event(events: mask, data: epoll_data_t(u64: UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else { return false }
        while channels.count <= Int(descriptor) { channels.append(nil) }
        channels[Int(descriptor)] = channel
        assign(generation)
        return true
    }

    func remove(_ channel: Channel) {
        let descriptor = Int(channel.descriptor)
        guard descriptor < channels.count, channels[descriptor] === channel else { return }
        channels[descriptor] = nil
        var event = epoll_event()
        epoll_ctl(epoll, EPOLL_CTL_DEL, channel.descriptor, &event)
    }

    func arm(_ channel: Channel) {
        channel.timerAt = channel.deadline
        timers.insert(.init(deadline: channel.deadline, descriptor: channel.descriptor, generation: channel.generation))
    }

    func add(_ call: LoopTimer.Entry) { calls.insert(call) }

    private func find(_ descriptor: Int32, _ generation: UInt32) -> Channel? {
        guard descriptor >= 0, Int(descriptor) < channels.count, let channel = channels[Int(descriptor)], channel.generation == generation
        else { return nil }
        return channel
    }

    // MARK: The turn

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 256) { events in
            while true { turn(events) }
        }
    }

    private func turn(_ events: UnsafeMutableBufferPointer<epoll_event>) {
        let count = epoll_wait(epoll, events.baseAddress, Int32(events.count), patience())
        now = Self.clock()
        for index in 0..<max(0, Int(count)) {
            let id = events[index].data.u64
            if id == .max {
                var value: UInt64 = 0
                _ = eventfd_read(wake, &value)
            } else {
                find(Int32(truncatingIfNeeded: id), UInt32(truncatingIfNeeded: id >> 32))?.ready(events[index].events)
            }
        }
        work()
        fireTimers()
        var flushed = 0
        while flushed < dirty.count {
            let channel = dirty[flushed]
            flushed += 1
            channel.dirty = false
            channel.flush()
        }
        dirty.removeAll(keepingCapacity: true)
    }

    /// How long to wait for events in milliseconds; declares the loop asleep when that is not zero.
    private func patience() -> Int32 {
        if !local.isEmpty || !dirty.isEmpty { return 0 }
        let ready = inbox.withLock { inbox in
            inbox.sleeping = inbox.work.isEmpty
            return !inbox.sleeping
        }
        if ready { return 0 }
        let next = min(timers.next ?? .max, calls.next ?? .max)
        if next == .max { return -1 }
        return next <= now ? 0 : Int32(min(next - now, 60_000))
    }

    /// Runs what waits, and what that brings up, for some rounds.
    private func work() {
        for _ in 0..<16 {
            var batch = inbox.withLock { inbox in
                inbox.sleeping = false
                var taken: [Work] = []
                swap(&taken, &inbox.work)
                return taken
            }
            if batch.isEmpty { swap(&batch, &local) } else { (batch, local) = (local + batch, []) }
            if batch.isEmpty { return }
            for item in batch {
                switch item {
                case .job(let job): job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
                case .call(let body): body()
                case .poke(let target): target.poked()
                }
            }
        }
    }

    private func fireTimers() {
        while let entry = timers.popDue(now) {
            guard let channel = find(entry.descriptor, entry.generation), channel.timerAt == entry.deadline else { continue }
            channel.timerAt = .max
            if channel.deadline <= now {
                channel.clearDeadline()
                channel.expired()
            } else if channel.deadline != .max {
                arm(channel)
            }
        }
        while let call = calls.popDue(now) { call.fire() }
    }

    private static func clock() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    }
}

/// What a new thread is told.
private final class ThreadStart: Sendable {
    let loop: EventLoop
    let name: String
    init(loop: EventLoop, name: String) { (self.loop, self.name) = (loop, name) }
}

/// The text of errno.
func lastErrorText() -> String { String(cString: strerror(errno)) }
