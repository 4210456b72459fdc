import CLinux

/// The C library's allocator, which all of the process shares.
package enum Allocator {
    /// Lets a server keep what it has had: without, memory that requests free goes back to the system and is fetched again page by page.
    package static func keepMemory() { linux_keep_memory() }
}
