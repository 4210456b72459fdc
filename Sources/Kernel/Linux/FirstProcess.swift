import CLinux
import Glibc

/// A process to be started as PID 1 in namespaces of its own: processes, mounts, host name, IPC and control groups.
package struct FirstProcess {
    package var path: String
    /// Without the program's own name.
    package var arguments: [String]
    package var hostName: String?
    /// The file of the network namespace to enter.
    package var network: String?
    /// `cgroup.procs` files of the cgroups that it enters.
    package var cgroups: [String] = []
    /// A descriptor for standard output and error, and one that comes as 3.
    package var console: Int32 = -1, inherited: Int32 = -1

    package init(path: String, arguments: [String]) { (self.path, self.arguments) = (path, arguments) }

    /// Starts it; it must be waited for. - Throws: `LinuxError` with the step that failed.
    package func start() throws(LinuxError) -> ChildProcess {
        var opened: [Int32] = []
        defer { for descriptor in opened { close(descriptor) } }
        for file in cgroups {
            let descriptor = open(file, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw LinuxError("open", file) }
            opened.append(descriptor)
        }
        let groups = opened
        var namespace: Int32 = -1
        if let network {
            namespace = open(network, O_RDONLY | O_CLOEXEC)
            guard namespace >= 0 else { throw LinuxError("open", network) }
            opened.append(namespace)
        }
        var pidfd: Int32 = -1
        var step: UnsafePointer<CChar>?
        var code: Int32 = 0
        let environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]
        let process = Spawn.withStrings([path] + arguments) { words in
            Spawn.withStrings(environment) { variables in
                Spawn.withStrings([path, hostName ?? ""]) { names in
                    groups.withUnsafeBufferPointer { groups in
                        words.withUnsafeBufferPointer { words in
                            variables.withUnsafeBufferPointer { variables in
                                var machine = linux_machine()
                                machine.path = UnsafePointer(names[0])
                                machine.arguments = words.baseAddress
                                machine.environment = variables.baseAddress
                                machine.host_name = hostName == nil ? nil : UnsafePointer(names[1])
                                machine.network = namespace
                                machine.cgroups = groups.baseAddress
                                machine.cgroup_count = Int32(groups.count)
                                (machine.console, machine.inherited) = (console, inherited)
                                let process = linux_start_machine(&machine, &pidfd, &step)
                                code = errno
                                return process
                            }
                        }
                    }
                }
            }
        }
        guard process > 0 else { throw LinuxError(step.map { String(cString: $0) } ?? "clone", path, code: code) }
        return ChildProcess(process: process, pidfd: pidfd)
    }
}
