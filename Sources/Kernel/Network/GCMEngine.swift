import COpenSSL

/// The library that seals and opens TLS records where the processor has vector forms of AES.
struct GCMEngine: @unchecked Sendable {
    #if arch(x86_64)
        let pointer: UnsafePointer<tls_gcm_engine>
    #else
        let pointer: OpaquePointer
    #endif

    /// That of this process, of which nothing changes any more; nil where there is none.
    static let shared: GCMEngine? = tls_gcm_start().map { GCMEngine(pointer: .init($0)) }
}
