package import Documents

/// Resources of a node that run short.
package struct NodePressure: Sendable, Hashable {
    package var memory = false, disk = false, pid = false
    /// None of them unless named.
    package init(memory: Bool = false, disk: Bool = false, pid: Bool = false) {
        (self.memory, self.disk, self.pid) = (memory, disk, pid)
    }
}

/// The conditions in a node's status, without times. Source: kubelet, pkg/kubelet/nodestatus (types, reasons and messages).
package enum NodeConditions {
    /// - Parameter problem: why the node is not ready; nil when it is.
    package static func list(problem: String?, pressure: NodePressure = NodePressure()) -> [Value] {
        [
            pressure.memory
                ? condition("MemoryPressure", true, "KubeletHasInsufficientMemory", "kubelet has insufficient memory available")
                : condition("MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            pressure.disk
                ? condition("DiskPressure", true, "KubeletHasDiskPressure", "kubelet has disk pressure")
                : condition("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            pressure.pid
                ? condition("PIDPressure", true, "KubeletHasInsufficientPID", "kubelet has insufficient PID available")
                : condition("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            problem.map { condition("Ready", false, "KubeletNotReady", $0) }
                ?? condition("Ready", true, "KubeletReady", "kubelet is posting ready status"),
        ]
    }

    private static func condition(_ type: String, _ status: Bool, _ reason: String, _ message: String) -> Value {
        ["type": .string(type), "status": status ? "True" : "False", "reason": .string(reason), "message": .string(message)]
    }
}
