import CLinux
import Glibc

/// What a connection carries: a protocol machine that is called on the connection's loop.
protocol ConnectionProtocol: AnyObject {
    /// Bytes have come. All of them must be used or kept.
    func received(_ bytes: UnsafeRawBufferPointer)
    /// The peer will send no more.
    func ended()
    /// There is room for output: put more into `connection.output`, up to `Connection.outputMark` bytes.
    func produce()
    /// All output has gone to the kernel.
    func sent()
    /// The deadline set on the connection has passed.
    func expired()
    /// The connection is over; nil when it was closed on purpose.
    func closed(_ error: HTTPError?)
}

/// A TCP or Unix socket, with or without TLS, read into and written from by callbacks.
final class Connection: Channel, Pokable, @unchecked Sendable {
    private enum Phase { case connecting, handshaking, open, lingering, closed }
    /// Output beyond which protocols hold back.
    static let outputMark = 65_536
    private static let turnBudget = 1 << 20

    private var phase: Phase
    let isSecure: Bool
    /// OpenSSL's part: the handshake, and all that follows where `records` does not take over.
    private var tls: TLSSession?
    private var records: TLSRecords?
    private var readable = true
    private var writable = true
    private var paused = false
    private var hungUp = false
    private var closeWhenSent = false
    private var shutWhenSent = false
    private var lingerMilliseconds: UInt64?
    /// What waits to be sent.
    var output = OutputQueue()
    /// Set once the connection is open.
    var machine: (any ConnectionProtocol)?
    /// Called once when connected and shaken hands, with what ALPN agreed on; sets `machine`.
    var opened: ((Connection, TLSSession?) -> Void)?
    /// Called when the connection fails before it is open.
    var failed: ((HTTPError) -> Void)?
    /// Called once when the connection is over.
    var released: ((Connection) -> Void)?
    /// Bytes that have come are kept for a slow reader after the peer has gone.
    var keepsUnread = false
    /// How long the peer may refuse to take output, in milliseconds.
    var writeTimeout: UInt64?
    private var machineDeadline = UInt64.max
    private var stallDeadline = UInt64.max
    private var endDeadline = UInt64.max

    /// - Parameter connecting: the socket's connect is still under way.
    init(loop: EventLoop, descriptor: Int32, tls: TLSSession?, connecting: Bool) {
        (self.tls, isSecure) = (tls, tls != nil)
        phase = connecting ? .connecting : .handshaking
        super.init(loop: loop, descriptor: descriptor)
    }

    var isClosed: Bool { phase == .closed }
    /// Whether all output has gone to the kernel.
    var isDrained: Bool { output.isEmpty && records?.isDrained ?? true }

    /// Starts up, on the loop, once `opened` and `failed` are set.
    func start() {
        guard register() else { return close(.connectionFailed("epoll: \(lastErrorText())")) }
        if phase == .handshaking { shakeHands() }
    }

    override func ready(_ events: UInt32) {
        if events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { hungUp = true }
        if events & EPOLLOUT.rawValue != 0, !writable {
            writable = true
            loop.markDirty(self)
        }
        switch phase {
        case .connecting: finishConnecting(events)
        case .handshaking: shakeHands()
        case .open, .lingering:
            guard events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 else { return }
            readable = true
            if paused, !keepsUnread, events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 {
                return close(.connectionLost("the peer went away"))
            }
            readAvailable()
        case .closed: break
        }
    }

    override func expired() {
        switch phase {
        case .connecting, .handshaking: close(.timedOut)
        case .open: deadlinePassed()
        case .lingering: close(nil)
        case .closed: break
        }
    }

    func poked() {
        if phase == .open || phase == .lingering { readAvailable() }
    }

    // MARK: Deadlines

    /// Has the machine's `expired` called after so many milliseconds; nil for never.
    func setMachineDeadline(_ milliseconds: UInt64?) {
        machineDeadline = milliseconds.map { loop.now + $0 } ?? .max
        updateDeadline()
    }

    /// Closes the connection after so many milliseconds, whatever it is doing.
    func endWithin(_ milliseconds: UInt64) {
        guard phase == .open else { return close(nil) }
        endDeadline = loop.now + milliseconds
        updateDeadline()
    }

    private func setStalled(_ stalled: Bool) {
        stallDeadline = stalled ? writeTimeout.map { loop.now + $0 } ?? .max : .max
        updateDeadline()
    }

    private func updateDeadline() {
        guard phase == .open else { return }
        let next = min(machineDeadline, stallDeadline, endDeadline)
        setDeadline(next == .max ? nil : next > loop.now ? next - loop.now : 0)
    }

    private func deadlinePassed() {
        if endDeadline <= loop.now || stallDeadline <= loop.now { return close(.timedOut) }
        guard machineDeadline <= loop.now else { return updateDeadline() }
        machineDeadline = .max
        updateDeadline()
        machine?.expired()
    }

    // MARK: Coming up

    private func finishConnecting(_ events: UInt32) {
        guard events & (EPOLLOUT.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 else { return }
        if let reason = pendingSocketError(descriptor) { return close(.connectionFailed(reason)) }
        phase = .handshaking
        shakeHands()
    }

    private func shakeHands() {
        if let tls {
            switch tls.handshake() {
            case .done: break
            case .wouldBlock:
                if hungUp { close(.connectionFailed("the peer closed the connection")) }
                return
            case .failed(let error): return close(error)
            }
        }
        phase = .open
        clearDeadline()
        let opened = self.opened
        (self.opened, failed) = (nil, nil)
        records = tls?.takeOver()
        opened?(self, tls)
        if records != nil { tls = nil }
        readAvailable()
        if phase == .open { loop.markDirty(self) }
    }

    // MARK: Reading

    /// Stops reading, so that the peer is slowed down by its own window.
    func pause() { paused = true }

    /// Goes on reading.
    func resume() {
        guard paused else { return }
        paused = false
        loop.poke(self)
    }

    private func readAvailable() {
        var budget = Self.turnBudget
        while readable || records?.holdsRecords == true, isTaking {
            guard budget > 0 else { return loop.poke(self) }
            switch read() {
            case .moved(let count): budget -= count
            case .wouldBlock:
                readable = false
            case .end:
                readable = false
                if phase == .lingering { close(nil) } else { machine?.ended() }
                return
            case .failed(let reason):
                return close(phase == .lingering ? nil : .connectionLost(reason))
            }
        }
    }

    /// Whether what comes is wanted.
    private var isTaking: Bool { !paused && (phase == .open || phase == .lingering) }

    private func deliver(_ bytes: UnsafeRawBufferPointer) {
        if phase == .open { machine?.received(bytes) }
    }

    /// Reads once and hands on what has come.
    private func read() -> IOOutcome {
        if let records {
            let outcome = records.read(from: descriptor, by: loop.inputScratch) { bytes in
                deliver(bytes)
                return isTaking
            }
            if case .moved = outcome, records.tookAll, !hungUp { readable = false }
            if phase == .open, !records.isDrained { loop.markDirty(self) }
            return outcome
        }
        if let tls {
            let outcome = tls.read(into: loop.inputScratch)
            if case .moved(let count) = outcome { deliver(UnsafeRawBufferPointer(rebasing: loop.inputScratch[..<count])) }
            return outcome
        }
        let count = Glibc.recv(descriptor, loop.inputScratch.baseAddress, loop.inputScratch.count, 0)
        guard count > 0 else {
            if count == 0 { return .end }
            return errno == EAGAIN || errno == EINTR ? .wouldBlock : .failed(lastErrorText())
        }
        if count < loop.inputScratch.count, !hungUp { readable = false }
        deliver(UnsafeRawBufferPointer(rebasing: loop.inputScratch[..<count]))
        return .moved(count)
    }

    // MARK: Writing

    /// Output was queued or can be produced: it is sent at the end of the loop's turn.
    func wantsFlush() { loop.markDirty(self) }

    override func flush() {
        guard phase == .open else { return }
        output.borrow(&loop.spareOutput)
        send()
        if phase == .open { output.giveBack(&loop.spareOutput) }
    }

    private func send() {
        var budget = Self.turnBudget
        while writable, phase == .open {
            if output.count < Self.outputMark { machine?.produce() }
            guard phase == .open, !isDrained else { break }
            guard budget > 0 else { return loop.markDirty(self) }
            switch write() {
            case .moved(let count):
                budget -= count
                if stallDeadline != .max { setStalled(false) }
            case .wouldBlock:
                writable = false
                if stallDeadline == .max { setStalled(true) }
            case .end: return close(.connectionLost("the peer closed the connection"))
            case .failed(let reason): return close(.connectionLost(reason))
            }
        }
        guard phase == .open, isDrained else { return }
        if closeWhenSent { return finishClosing() }
        if shutWhenSent {
            shutWhenSent = false
            sayGoodbye()
            Glibc.shutdown(descriptor, Int32(SHUT_WR))
        }
        machine?.sent()
    }

    /// Writes once from the output and drops what has gone.
    private func write() -> IOOutcome {
        if let records { return records.write(&output, to: descriptor, by: loop.outputScratch) }
        let outcome = output.withNext(loop.outputScratch) { write($0) }
        if case .moved(let count) = outcome { output.discard(count) }
        return outcome
    }

    /// Tells the peer by TLS that no more will come.
    private func sayGoodbye() {
        tls?.shutdown()
        records?.shutdown(descriptor)
    }

    private func write(_ bytes: UnsafeRawBufferPointer) -> IOOutcome {
        if let tls { return tls.write(bytes) }
        let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        if count >= 0 { return .moved(count) }
        return errno == EAGAIN || errno == EINTR ? .wouldBlock : .failed(lastErrorText())
    }

    // MARK: Going down

    /// Closes once all output is sent. With `linger` the peer may first send what it was sending, and is ignored for so many milliseconds:
    /// otherwise the kernel would reset the connection and the peer might lose the answer.
    func closeAfterSending(linger milliseconds: UInt64? = nil) {
        guard phase == .open else { return close(nil) }
        closeWhenSent = true
        lingerMilliseconds = milliseconds
        loop.markDirty(self)
    }

    /// Tells the peer that no more will come, once all output is sent. Reading goes on.
    func finishWriting() {
        shutWhenSent = true
        loop.markDirty(self)
    }

    private func finishClosing() {
        guard let lingerMilliseconds, !hungUp else { return close(nil) }
        sayGoodbye()
        Glibc.shutdown(descriptor, Int32(SHUT_WR))
        phase = .lingering
        paused = false
        setDeadline(lingerMilliseconds)
        let machine = self.machine
        self.machine = nil
        machine?.closed(nil)
        readAvailable()
    }

    /// Closes now; `error` tells the protocol why.
    func close(_ error: HTTPError?) {
        guard phase != .closed else { return }
        if phase == .open, error == nil { sayGoodbye() }
        phase = .closed
        Glibc.close(unregister())
        let (machine, failed) = (self.machine, self.failed)
        self.machine = nil
        (opened, self.failed) = (nil, nil)
        output.removeAll()
        machine?.closed(error)
        failed?(error ?? .cancelled)
        let released = self.released
        self.released = nil
        released?(self)
    }
}
