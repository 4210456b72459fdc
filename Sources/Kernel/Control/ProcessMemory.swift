import CLinux

/// The memory of this process.
package enum ProcessMemory {
    /// What the process has done so far.
    package static var usage: MemoryUsage {
        let usage = linux_usage()
        return MemoryUsage(processor: .nanoseconds(usage.processor), faults: Int(usage.faults))
    }
    /// Lets go of the pages of its program's files and of the heap's free pages.
    package static func trim() {
        linux_release_heap()
        linux_release_program()
    }
    /// Gives back what the calling thread keeps of the heap for itself.
    package static func trimThread() { linux_release_thread() }
}
