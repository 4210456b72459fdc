import CLinux
import Glibc

/// A process by its pidfd, which never names another one.
package final class ChildProcess: Sendable {
    /// Its number.
    package let process: Int32
    private let pidfd: Int32

    /// Takes over a process and its pidfd.
    package init(process: Int32, pidfd: Int32) { (self.process, self.pidfd) = (process, pidfd) }
    /// A process that need not be a child; nil when there is none of that number.
    package init?(adopting process: Int32) {
        pidfd = linux_pidfd_open(process)
        self.process = process
        if pidfd < 0 { return nil }
        _ = fcntl(pidfd, F_SETFD, FD_CLOEXEC)
    }
    deinit { close(pidfd) }

    /// Sends a signal; nothing happens when it has ended.
    package func signal(_ signal: Int32) { _ = linux_pidfd_signal(pidfd, signal) }
    /// Whether it has ended, reaped or not.
    package var hasEnded: Bool {
        var descriptor = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) > 0
    }
    /// Waits for its end without holding a thread, and reaps it if it is a child. How another's process ended cannot be known: 0.
    package func wait() async -> ExitStatus {
        while true {
            await ProcessWatcher.shared.ready(pidfd)
            if let status = reap() { return status }
        }
    }
    /// Calls the handler when it has ended, on a thread that must not be held; reaps it if it is a child.
    package func whenEnded(_ handler: @escaping @Sendable (ExitStatus) -> Void) {
        ProcessWatcher.shared.whenReady(pidfd) { [self] in
            if let status = reap() { handler(status) } else { whenEnded(handler) }
        }
    }
    /// Holds the thread until it has ended, for so long at most. - Returns: whether it has.
    package func waitHere(milliseconds: Int) -> Bool {
        var descriptor = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, Int32(clamping: milliseconds)) > 0
    }
    private func reap() -> ExitStatus? {
        var status: Int32 = 0
        return switch linux_pidfd_reap(pidfd, &status) {
        case 0: nil
        case 1: ExitStatus(wait: status)
        default: .exited(0)
        }
    }
}
