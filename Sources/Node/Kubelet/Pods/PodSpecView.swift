import Documents

/// One container of a pod's specification with its place there.
struct ContainerSlot: Sendable {
    enum Place: Sendable { case initial, main, ephemeral }
    let name: String
    let place: Place
    let spec: Value
    /// A restartable init container: it starts in order and runs beside the others.
    var isSidecar: Bool { place == .initial && spec["restartPolicy"] == "Always" }

    /// The path by which events name it: `spec.containers{web}`.
    var fieldPath: String {
        switch place {
        case .initial: "spec.initContainers{\(name)}"
        case .main: "spec.containers{\(name)}"
        case .ephemeral: "spec.ephemeralContainers{\(name)}"
        }
    }
    var image: String { spec["image"].string ?? "" }
    /// What a change of calls for a new container. Source: kubelet, kuberuntime's HashContainer (name and image).
    var hash: String {
        let seed = "\(name)\u{0}\(image)".utf8.reduce(UInt32(0x811c_9dc5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return String(seed, radix: 16)
    }
}

/// What a pod's document says, in the words of its life.
struct PodSpecView: Sendable {
    let pod: Value
    let initial: [ContainerSlot], main: [ContainerSlot], ephemeral: [ContainerSlot]

    init(_ pod: Value) {
        self.pod = pod
        func slots(_ list: String, _ place: ContainerSlot.Place) -> [ContainerSlot] {
            pod["spec"][list].items.map { ContainerSlot(name: $0["name"].string ?? "", place: place, spec: $0) }
        }
        initial = slots("initContainers", .initial)
        main = slots("containers", .main)
        ephemeral = slots("ephemeralContainers", .ephemeral)
    }

    var all: [ContainerSlot] { initial + main + ephemeral }
    func slot(_ name: String) -> ContainerSlot? { all.first { $0.name == name } }
    var namespace: String { pod["metadata"]["namespace"].string ?? "default" }
    var name: String { pod["metadata"]["name"].string ?? "" }
    var uid: String { pod["metadata"]["uid"].string ?? "" }
    /// `web_default(uid)`, as messages name a pod.
    var label: String { "\(name)_\(namespace)(\(uid))" }
    var isOnHostNetwork: Bool { pod["spec"]["hostNetwork"].bool ?? false }
    var restartPolicy: String { pod["spec"]["restartPolicy"].string ?? "Always" }
    var isDeleted: Bool { !pod["metadata"]["deletionTimestamp"].isNull }
    var phase: String { pod["status"]["phase"].string ?? "" }
    var hasEnded: Bool { phase == "Succeeded" || phase == "Failed" }
    /// Seconds that the containers get to end in. Source: kubelet, calculateEffectiveGracePeriod.
    var grace: Int { max(1, pod["metadata"]["deletionGracePeriodSeconds"].int ?? pod["spec"]["terminationGracePeriodSeconds"].int ?? 30) }
    /// Whether it comes from a file of the node.
    var isStatic: Bool { pod["metadata"]["annotations"]["kubernetes.io/config.source"].string.map { $0 != "api" } ?? false }
    /// Whether it may displace others. Source: kubelet, types.IsCriticalPod.
    var isCritical: Bool { isStatic || (pod["spec"]["priority"].int ?? 0) >= 2_000_000_000 }
    var generation: Int? { pod["metadata"]["generation"].int }

    /// An object reference to the pod, or to one of its containers, for events.
    func reference(_ fieldPath: String = "") -> Value {
        let metadata = pod["metadata"]
        var subject: Value = [
            "kind": "Pod", "apiVersion": "v1", "namespace": .string(namespace), "name": .string(name), "uid": .string(uid),
        ]
        if !metadata["resourceVersion"].isNull { subject["resourceVersion"] = metadata["resourceVersion"] }
        if !fieldPath.isEmpty { subject["fieldPath"] = .string(fieldPath) }
        return subject
    }
}
