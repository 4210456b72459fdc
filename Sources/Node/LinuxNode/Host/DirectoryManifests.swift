package import Kubelet
import Linux

/// Static pods' manifests in a folder: every file whose name does not begin with a dot.
package struct DirectoryManifests: ManifestSource {
    private let folder: String
    /// The manifests below that folder; none when there is no such folder.
    package init(folder: String = "/etc/kubernetes/manifests") { self.folder = folder }

    package func manifests() async -> [Manifest] {
        Files.names(in: folder).filter { !$0.hasPrefix(".") }.compactMap { name in
            Files.text("\(folder)/\(name)").map { Manifest(path: "\(folder)/\(name)", text: $0) }
        }
    }
}
