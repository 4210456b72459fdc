package import Documents

/// What every part of a pod's configuration reads of it.
package struct PodText: Sendable {
    package let pod: Value

    package init(_ pod: Value) { self.pod = pod }

    /// Its name.
    package var name: String { pod["metadata"]["name"].string ?? "" }
    /// Its namespace.
    package var namespace: String { pod["metadata"]["namespace"].string ?? "" }
    /// Its uid.
    package var uid: String { pod["metadata"]["uid"].string ?? "" }
    /// What it should be.
    package var spec: Value { pod["spec"] }
    /// Whether it is on the node's network.
    package var isHostNetwork: Bool { spec["hostNetwork"].bool ?? false }
    /// Its ordinary containers.
    package var containers: [Value] { spec["containers"].items }
    /// Those that run before the others, and sidecars.
    package var initContainers: [Value] { spec["initContainers"].items }
    /// Those that were added for a look inside.
    package var ephemeralContainers: [Value] { spec["ephemeralContainers"].items }
    /// All its containers.
    package var allContainers: [Value] { initContainers + containers + ephemeralContainers }
    /// Its volumes.
    package var volumes: [Value] { spec["volumes"].items }

    /// As it stands in messages: `web_default(uid)`. Source: kubelet/util/format.
    package var label: String { "\(name)_\(namespace)(\(uid))" }
    /// The name of its log directory: `default_web_uid`.
    package var logDirectory: String { "\(namespace)_\(name)_\(uid)" }

    /// Whether it is of a priority that the node must keep. Source: kubelet/types, IsCriticalPod.
    package var isCritical: Bool { (spec["priority"].int ?? 0) >= 2_000_000_000 || isStatic }
    /// Whether it must run on this very node. Source: kubelet/types, IsNodeCriticalPod.
    package var isNodeCritical: Bool { isCritical && spec["priorityClassName"].string == "system-node-critical" }
    /// Whether it comes from a file of the node. Source: kubelet/types, IsStaticPod.
    package var isStatic: Bool {
        guard let source = pod["metadata"]["annotations"]["kubernetes.io/config.source"].string else { return false }
        return source != "api"
    }
}

extension Value {
    /// Whether an init container runs beside the others. Source: types, restartPolicy of init containers.
    package var isSidecar: Bool { self["restartPolicy"].string == "Always" }
}
