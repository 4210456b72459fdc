package import Documents
import KubeModel

/// A volume as it stands on the node.
package struct MountedVolume: Sendable, Hashable {
    /// The directory, file or device.
    package var path: String
    /// Whether containers never write to it, whatever their mounts say.
    package var isReadOnly: Bool
    package init(path: String, isReadOnly: Bool = false) { (self.path, self.isReadOnly) = (path, isReadOnly) }
}

/// One mount of a volume in a container, before its sub-path is looked up.
package struct PlannedMount: Sendable, Hashable {
    package var volume: String
    /// Its number in the container's list.
    package var index: Int
    package var volumePath: String
    /// Relative to the volume; empty for the whole.
    package var subpath: String
    package var containerPath: String
    package var isReadOnly: Bool
    package var propagation: ContainerMount.Propagation
}

/// The mounts of a container. Source: kubelet_pods.go, makeMounts.
package enum MountPlan {
    /// - Throws: `PodHostError.config` with upstream's words.
    package static func plan(
        _ container: Value, volumes: [String: MountedVolume], environment: ContainerEnvironment, settings: PodHostSettings
    ) throws(PodHostError) -> [PlannedMount] {
        var mounts: [PlannedMount] = []
        for (index, mount) in container["volumeMounts"].items.enumerated() {
            let name = mount["name"].string ?? ""
            guard let volume = volumes[name] else {
                throw .config("cannot find volume \(name.quoted) to mount into container \((container["name"].string ?? "").quoted)")
            }
            try checkRecursiveReadOnly(mount, name, settings)
            let path = mount["mountPath"].string ?? ""
            mounts.append(
                PlannedMount(
                    volume: name, index: index, volumePath: volume.path, subpath: try subpath(mount, environment),
                    containerPath: path.hasPrefix("/") ? path : "/\(path)",
                    isReadOnly: (mount["readOnly"].bool ?? false) || volume.isReadOnly,
                    propagation: try propagation(mount)))
        }
        return mounts
    }

    /// Whether a container mounts something of its own over `path`.
    package static func covers(_ container: Value, _ path: String) -> Bool {
        container["volumeMounts"].items.contains { $0["mountPath"].string == path }
    }

    private static func subpath(_ mount: Value, _ environment: ContainerEnvironment) throws(PodHostError) -> String {
        var path = mount["subPath"].string ?? ""
        if let expression = mount["subPathExpr"].string, !expression.isEmpty {
            var missing: String?
            path = VariableExpansion.expand(expression) { name in
                if let value = environment.variables[name] { return value }
                missing = missing ?? name
                return nil
            }
            if let missing { throw .config("missing value for \(missing.quoted)") }
        }
        if path.hasPrefix("/") { throw .config("error SubPath `\(path)` must not be an absolute path") }
        if path.split(separator: "/").contains("..") { throw .config("unable to provision SubPath `\(path)`: must not contain '..'") }
        return path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    private static func propagation(_ mount: Value) throws(PodHostError) -> ContainerMount.Propagation {
        switch mount["mountPropagation"].string {
        case nil, "None": return .private
        case "HostToContainer": return .hostToContainer
        case "Bidirectional": return .bidirectional
        case .some(let other): throw .config("invalid MountPropagation mode: \(other.quoted)")
        }
    }

    private static func checkRecursiveReadOnly(_ mount: Value, _ name: String, _ settings: PodHostSettings) throws(PodHostError) {
        guard mount["recursiveReadOnly"].string == "Enabled" else { return }
        let wish = "volume \(name.quoted) requested recursive read-only mode, but it is not"
        guard mount["readOnly"].bool ?? false else { throw .config("\(wish) read-only") }
        if let propagation = mount["mountPropagation"].string, propagation != "None" {
            throw .config("\(wish) compatible with propagation \(propagation.quoted)")
        }
        guard settings.supportsRecursiveReadOnly else { throw .config("\(wish) supported by the runtime") }
    }
}
