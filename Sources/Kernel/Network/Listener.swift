import CLinux
import Glibc

/// A listening socket, which spreads its connections over the loops.
final class Listener: Channel, @unchecked Sendable {
    private let context: ServerContext

    init(loop: EventLoop, descriptor: Int32, context: ServerContext) {
        self.context = context
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
            if let (accepted, address) = SocketAddress.accept(descriptor) {
                context.accepted(accepted, from: address)
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
