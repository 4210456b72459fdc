/// A volume of a driver as nodes call it in `volumesAttached` and `volumesInUse`.
package enum AttachedVolume {
    /// The volume's name on every node. Source: kubernetes, pkg/volume/csi, GetVolumeName; pkg/volume/util, GetUniqueVolumeName.
    package static func name(driver: String, handle: String) -> String { "kubernetes.io/csi/\(driver)^\(handle)" }
}
