import CLinux
import Glibc
import Synchronization

/// The loops of a process, one for each core. They run as long as the process does.
package final class EventLoopGroup: Sendable {
    /// The loops that servers and clients share unless told otherwise.
    package static let shared = EventLoopGroup()
    private let loops: [EventLoop]
    private let turn = Atomic<Int>(0)

    /// - Parameters:
    ///   - count: number of loops (threads); nil takes one for each core.
    ///   - name: what their threads are called.
    package init(count: Int? = nil, name: String = "loop") {
        signal(SIGPIPE, SIG_IGN)
        linux_raise_descriptor_limit()
        let wanted = max(1, count ?? sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        loops = (0..<wanted).compactMap { try? EventLoop(name: "\(name)-\($0)") }
        precondition(!loops.isEmpty, "no event loop can be made: \(lastErrorText())")
    }

    /// How many loops there are.
    package var count: Int { loops.count }

    /// The loops take turns.
    package func next() -> EventLoop {
        loops[(turn.wrappingAdd(1, ordering: .relaxed).newValue & Int.max) % loops.count]
    }

    /// Calls `body` on the thread of each loop, one after another.
    package func visit(_ body: @escaping @Sendable () -> Void) async {
        for loop in loops {
            await withCheckedContinuation { continuation in
                loop.execute {
                    body()
                    continuation.resume()
                }
            }
        }
    }
}
