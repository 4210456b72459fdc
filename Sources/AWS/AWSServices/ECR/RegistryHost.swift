package import Network

/// A registry that speaks the OCI distribution protocol and knows no permissions; the region puts its own before it.
package protocol RegistryHost: Sendable {
    /// A way to the registry, started when it does not run.
    /// - Throws: why there can be none.
    func transport() async throws -> any HTTPTransport
}
