import Network

/// A connection pool to the cluster over the network.
func makeTransport(_ access: Access) throws -> any HTTPTransport {
    try HTTPClient(endpoint: access.server, trust: access.trust, clientCertificate: access.certificate)
}
