/// Resources that are not Kubernetes' own.
package enum ExtendedResources {
    /// Whether a text names one: a name with a domain that is not Kubernetes' and no quota's. Source: v1helper, IsExtendedResourceName.
    package static func isName(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "/")), !isNative(text), !text.hasPrefix("requests.") else { return false }
        return Names.qualifiedName("requests.\(text)").isEmpty
    }
    /// Whether devices may stand for it: also the resources that name classes of devices. Source: IsDRAExtendedResourceName.
    package static func mayBeDevices(_ text: String) -> Bool { text.hasPrefix(classPrefix) || isName(text) }
    /// What stands before a device class' name in the resource that means its devices. Source: ResourceDeviceClassPrefix.
    package static let classPrefix = "deviceclass.resource.kubernetes.io/"
    private static func isNative(_ text: String) -> Bool { text.contains("kubernetes.io/") }
}
