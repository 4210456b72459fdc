import COpenSSL
import Glibc

/// What came of an attempt to read or write without blocking.
enum IOOutcome {
    case moved(Int)
    case wouldBlock
    case end
    case failed(String)
}

/// One TLS connection over a descriptor.
final class TLSSession {
    enum Step {
        case done, wouldBlock
        case failed(HTTPError)
    }
    private let context: TLSContext
    private let ssl: OpaquePointer
    private var secrets = TLSSecrets()

    /// A server's side.
    init?(server context: TLSContext, descriptor: Int32) {
        guard let ssl = SSL_new(context.pointer) else { return nil }
        (self.context, self.ssl) = (context, ssl)
        SSL_set_fd(ssl, descriptor)
        SSL_set_accept_state(ssl)
        SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
    }

    /// A client's side, which expects a certificate for `host` (a name or an address).
    init?(client context: TLSContext, descriptor: Int32, host: String, onlyHTTP1: Bool = false) {
        guard let ssl = SSL_new(context.pointer) else { return nil }
        (self.context, self.ssl) = (context, ssl)
        SSL_set_fd(ssl, descriptor)
        SSL_set_connect_state(ssl)
        if onlyHTTP1 {
            let offered = [UInt8]("\u{8}http/1.1".utf8)
            SSL_set_alpn_protos(ssl, offered, UInt32(offered.count))
        }
        if X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1 { return }
        tls_set_server_name(ssl, host)
        if context.verifiesPeer, SSL_set1_host(ssl, host) != 1 { return nil }
    }

    deinit { SSL_free(ssl) }

    func handshake() -> Step {
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        if result == 1 { return .done }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
        default:
            let verdict = SSL_get_verify_result(ssl)
            if context.verifiesPeer, verdict != Int(X509_V_OK) {
                return .failed(.untrusted(String(cString: X509_verify_cert_error_string(verdict))))
            }
            return .failed(.connectionFailed("TLS handshake: \(Self.errorText())"))
        }
    }

    /// A line of the handshake's key log, which servers' contexts keep for this.
    static func note(_ line: UnsafePointer<CChar>, of ssl: OpaquePointer) {
        guard let session = SSL_get_ex_data(ssl, 0) else { return }
        Unmanaged<TLSSession>.fromOpaque(session)._withUnsafeGuaranteedRef { $0.secrets.note(String(cString: line)) }
    }

    /// What goes on with the connection in OpenSSL's place after a handshake; nil where OpenSSL has to. The session is not used again then.
    func takeOver() -> TLSRecords? {
        guard SSL_is_server(ssl) == 1, SSL_version(ssl) == TLS1_3_VERSION, SSL_has_pending(ssl) == 0,
            let suite = SSL_get_current_cipher(ssl),
            let records = TLSRecords(suite: suite, sending: secrets.server, receiving: secrets.client)
        else {
            SSL_set_read_ahead(ssl, 1)
            return nil
        }
        return records
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> IOOutcome {
        ERR_clear_error()
        return outcome(SSL_read(ssl, buffer.baseAddress, Int32(buffer.count)))
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> IOOutcome {
        ERR_clear_error()
        return outcome(SSL_write(ssl, bytes.baseAddress, Int32(min(bytes.count, 1 << 30))))
    }

    /// Tells the peer that no more will come.
    func shutdown() {
        ERR_clear_error()
        SSL_shutdown(ssl)
    }

    private func outcome(_ result: Int32) -> IOOutcome {
        if result > 0 { return .moved(Int(result)) }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
        case SSL_ERROR_ZERO_RETURN: return .end
        case SSL_ERROR_SYSCALL: return .failed(errno == 0 ? "the peer closed the connection" : lastErrorText())
        default: return .failed(Self.errorText())
        }
    }

    /// What ALPN agreed on; empty without it.
    var applicationProtocol: String {
        var (name, length): (UnsafePointer<UInt8>?, UInt32) = (nil, 0)
        SSL_get0_alpn_selected(ssl, &name, &length)
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// Enters what the client's certificate says into `peer`.
    func identify(_ peer: inout Peer) {
        guard let certificate = SSL_get0_peer_certificate(ssl) else { return }
        guard SSL_get_verify_result(ssl) == Int(X509_V_OK) else {
            peer.certificateRefused = true
            return
        }
        let subject = X509_get_subject_name(certificate)
        peer.certificate = PeerCertificate(
            commonName: Self.entries(subject, NID_commonName).last ?? "", organizations: Self.entries(subject, NID_organizationName))
    }

    private static func entries(_ name: OpaquePointer?, _ kind: Int32) -> [String] {
        var (values, index): ([String], Int32) = ([], -1)
        while true {
            index = X509_NAME_get_index_by_NID(name, kind, index)
            guard index >= 0 else { return values }
            let data = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index))
            var text: UnsafeMutablePointer<UInt8>?
            let length = ASN1_STRING_to_UTF8(&text, data)
            guard length >= 0, let text else { continue }
            values.append(String(decoding: UnsafeBufferPointer(start: text, count: Int(length)), as: UTF8.self))
            CRYPTO_free(text, nil, 0)
        }
    }

    /// The latest entry of OpenSSL's error queue.
    static func errorText() -> String {
        let code = ERR_peek_last_error()
        guard code != 0 else { return "the peer closed the connection" }
        guard let reason = ERR_reason_error_string(code) else { return "error \(code)" }
        return String(cString: reason)
    }
}
