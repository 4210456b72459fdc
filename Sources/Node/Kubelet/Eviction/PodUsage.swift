/// What a pod uses of its node.
package struct PodUsage: Sendable, Hashable {
    /// What one container uses, in bytes.
    package struct Container: Sendable, Hashable {
        package var memoryBytes = 0
        /// Its writable layer and its logs.
        package var layerBytes = 0, logBytes = 0
        package init(memoryBytes: Int = 0, layerBytes: Int = 0, logBytes: Int = 0) {
            (self.memoryBytes, self.layerBytes, self.logBytes) = (memoryBytes, layerBytes, logBytes)
        }
        /// What it keeps on the node's disk.
        package var storageBytes: Int { layerBytes + logBytes }
    }
    /// By name.
    package var containers: [String: Container] = [:]
    /// Bytes of each volume that lives and dies with the pod, by name; those in memory too.
    package var volumeBytes: [String: Int] = [:]
    /// Files in those volumes.
    package var inodes = 0
    /// Working set of all its processes, in bytes.
    package var memoryBytes = 0
    package var processes = 0
    package init() {}
}

/// What was measured at one moment.
package struct NodeReadings: Sendable, Hashable {
    package var signals: [EvictionSignal: SignalReading] = [:]
    /// By uid.
    package var pods: [String: PodUsage] = [:]
    package init() {}
}
