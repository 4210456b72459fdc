import CLinux
import Glibc

/// A listening socket, which hands on its connections.
final class Listener: Channel, @unchecked Sendable {
    private let accepted: @Sendable (Int32, SocketAddress) -> Void

    /// - Parameter accepted: takes each new descriptor over, on the listener's loop.
    init(loop: EventLoop, descriptor: Int32, accepted: @escaping @Sendable (Int32, SocketAddress) -> Void) {
        self.accepted = accepted
        super.init(loop: loop, descriptor: descriptor)
    }

    func start() {
        if register() { accept() }
    }

    func stop() {
        if descriptor >= 0 { close(unregister()) }
    }

    override func ready(_ events: UInt32) { accept() }
    override func expired() { accept() }

    private func accept() {
        while descriptor >= 0 {
            if let (taken, address) = SocketAddress.accept(descriptor) {
                accepted(taken, address)
                continue
            }
            switch errno {
            case EAGAIN: return
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return setDeadline(100)  // Short of descriptors or memory: try again soon.
            default: continue  // That client has gone; the next may wait.
            }
        }
    }
}
