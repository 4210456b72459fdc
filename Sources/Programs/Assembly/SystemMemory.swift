import Control
import Storage

/// The memory of a system that has the process to itself.
struct SystemMemory: TrimmableMemory {
    let hosting: Hosting

    var usage: MemoryUsage { ProcessMemory.usage }
    func trim() async {
        TreeCache.shared.clear()
        await hosting.visitThreads { ProcessMemory.trimThread() }
        ProcessMemory.trim()
    }
}
