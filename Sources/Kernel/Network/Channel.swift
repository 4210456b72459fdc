/// A descriptor watched by a loop. Everything here happens on the loop's thread.
class Channel: @unchecked Sendable {
    let loop: EventLoop
    /// -1 once closed.
    private(set) var descriptor: Int32
    /// Tells events of this channel from those of an earlier one with the same descriptor.
    fileprivate(set) var generation: UInt32 = 0
    /// When `expired` is due, in the loop's milliseconds.
    private(set) var deadline = UInt64.max
    /// The earliest entry of this channel in the loop's timers.
    var timerAt = UInt64.max
    /// In the loop's list of channels to flush.
    var dirty = false

    init(loop: EventLoop, descriptor: Int32) { (self.loop, self.descriptor) = (loop, descriptor) }

    /// Events have come, in epoll's bits.
    func ready(_ events: UInt32) {}
    /// The deadline has passed.
    func expired() {}
    /// The loop's turn ends: time to send what was gathered.
    func flush() {}

    /// Starts to watch the descriptor, edge-triggered, for both directions. False when the kernel refuses.
    final func register() -> Bool {
        guard loop.add(self, { generation = $0 }) else { return false }
        if deadline != .max { loop.arm(self) }
        return true
    }

    /// Asks for `expired` that many milliseconds from now; nil asks for nothing.
    final func setDeadline(_ milliseconds: UInt64?) {
        deadline = milliseconds.map { loop.now + $0 } ?? .max
        if deadline < timerAt { loop.arm(self) }
    }

    final func clearDeadline() { deadline = .max }

    /// Stops watching and gives the descriptor up, for the caller to close.
    final func unregister() -> Int32 {
        guard descriptor >= 0 else { return -1 }
        let released = descriptor
        loop.remove(self)
        descriptor = -1
        deadline = .max
        return released
    }
}
