import Synchronization

/// What an application keeps about the other end for as long as its connection lasts. Only that connection's requests reach it, so it
/// is never fought for.
package final class PeerMemory: Sendable {
    private let kept = Mutex<(any AnyObject & Sendable)?>(nil)
    package init() {}
    /// The object that was kept last.
    package var value: (any AnyObject & Sendable)? {
        get { kept.withLock { $0 } }
        set { kept.withLock { $0 = newValue } }
    }
}

/// A handler that answers some requests without having to wait for anything, which saves them a task.
package protocol PromptHandler: HTTPHandler {
    /// The answer to a request without a body; nil where `respond` has to give it. Must not block.
    func promptly(to request: HTTPRequest) -> HTTPResponse?
}
