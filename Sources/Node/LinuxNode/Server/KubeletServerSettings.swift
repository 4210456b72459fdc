package import Documents

/// What the kubelet API is told about its node.
package struct KubeletServerSettings: Sendable {
    /// The Node's name.
    package var nodeName: String
    /// Host names and addresses that the serving certificate is for, as in the Node's status.
    package var names: [String], addresses: [String]
    /// Whose client certificates are believed, PEM.
    package var authorityPEM: String
    package var host = "0.0.0.0", port = 10250
    /// Where the serving certificate is kept.
    package var certificateFolder = "/var/lib/kubelet/pki"
    /// What `/logs/` shows.
    package var logFolder = "/var/log"
    /// Where pods' container logs lie.
    package var podLogFolder = "/var/log/pods"
    /// Where links to containers' logs lie.
    package var containerLogFolder = "/var/log/containers"
    /// A container's log is rotated at this size in bytes, and so many files of it are kept, the open one included.
    package var logFileSize = 10 << 20, logFiles = 5
    /// The kubelet's file system.
    package var rootFolder = "/var/lib/kubelet"
    /// The kubelet's configuration for `/configz`.
    package var configuration: Value = [:]
    package init(nodeName: String, names: [String], addresses: [String], authorityPEM: String) {
        (self.nodeName, self.names, self.addresses, self.authorityPEM) = (nodeName, names, addresses, authorityPEM)
    }
}
