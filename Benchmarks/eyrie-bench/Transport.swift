import Network

/// A connection pool to the cluster over the network.
func makeTransport(_ access: Access) throws -> any HTTPTransport {
    try HTTPClient(origin: access.server, trust: access.trust, certificate: access.certificate)
}
