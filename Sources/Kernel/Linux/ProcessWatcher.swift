import CLinux
import Glibc
import Synchronization

/// One thread that waits for pidfds and pipes, so that no other has to.
final class ProcessWatcher: Sendable {
    static let shared = ProcessWatcher()
    private let poller: Int32
    private let waiting = Mutex<[Int32: [@Sendable () -> Void]]>([:])

    private init() {
        poller = epoll_create1(Int32(EPOLL_CLOEXEC))
        Blocking.start("processes") { [self] in run() }
    }

    /// Returns when the descriptor can be read.
    func ready(_ descriptor: Int32) async {
        await withCheckedContinuation { continuation in whenReady(descriptor) { continuation.resume() } }
    }
    /// Calls the handler once, on the watcher's thread, when the descriptor can be read.
    func whenReady(_ descriptor: Int32, _ handler: @escaping @Sendable () -> Void) {
        waiting.withLock { $0[descriptor, default: []].append(handler) }
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | EPOLLONESHOT.rawValue
        event.data.fd = descriptor
        if epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0 { return }
        if errno == EEXIST, epoll_ctl(poller, EPOLL_CTL_MOD, descriptor, &event) == 0 { return }
        finish(descriptor)
    }
    private func finish(_ descriptor: Int32) {
        for handler in waiting.withLock({ $0.removeValue(forKey: descriptor) }) ?? [] { handler() }
    }

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = epoll_wait(poller, &events, Int32(events.count), -1)
            guard count > 0 else {
                if errno == EINTR { continue }
                return
            }
            for event in events[..<Int(count)] {
                // A pidfd stays readable: it must not wake this thread again.
                epoll_ctl(poller, EPOLL_CTL_DEL, event.data.fd, nil)
                finish(event.data.fd)
            }
        }
    }
}
