import CLinux

/// Signals that are read instead of handled. Source: signalfd(2).
package struct Signals: Sendable {
    /// Readable while a signal waits.
    package let descriptor: Int32

    /// Blocks the signals for the calling thread and those that it starts later, and takes them in.
    /// - Throws: `LinuxError`.
    package init(_ signals: [Int32]) throws(LinuxError) {
        descriptor = linux_signal_descriptor(signals, Int32(signals.count))
        if descriptor < 0 { throw LinuxError("signalfd") }
    }
    /// The next signal that waits; nil for none.
    package func next() -> Int32? {
        let signal = linux_next_signal(descriptor)
        return signal == 0 ? nil : signal
    }
}
