/// What a listener shows to its clients, and whom it believes.
package struct TLSConfiguration: Sendable {
    package var certificateChainPEM: String
    package var privateKeyPEM: String
    package var clientCAPEM: String?

    /// - Parameters:
    ///   - certificateChainPEM: the listener's certificate, then intermediate ones.
    ///   - privateKeyPEM: its key.
    ///   - clientCAPEM: authorities for client certificates; nil asks clients for none.
    package init(certificateChainPEM: String, privateKeyPEM: String, clientCAPEM: String? = nil) {
        (self.certificateChainPEM, self.privateKeyPEM, self.clientCAPEM) = (certificateChainPEM, privateKeyPEM, clientCAPEM)
    }
}

/// Whose server certificates a client believes.
package enum Trust: Sendable, Hashable {
    /// The authorities that the system trusts.
    case system
    /// These authorities only, as PEM.
    case caPEM(String)
    /// Anybody: only for a user who asks for it.
    case insecure
}

/// The certificate by which a client identifies itself.
package struct ClientCertificate: Sendable, Hashable {
    package var chainPEM: String
    package var keyPEM: String
    package init(chainPEM: String, keyPEM: String) { (self.chainPEM, self.keyPEM) = (chainPEM, keyPEM) }
}
