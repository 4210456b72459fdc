/// The name by which mounts, processes and control groups throw it.
package typealias SystemError = LinuxError
