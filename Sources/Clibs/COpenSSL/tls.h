// OpenSSL's TLS macros as functions, for Swift.
#pragma once
#include <openssl/err.h>
#include <openssl/ssl.h>

// Modes and options that every context of ours shares: TLS 1.2 at least, partial writes, small idle connections.
static inline void tls_prepare(SSL_CTX *context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // The same security by fewer rounds first.
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

// Has no more read than what the handshake wants.
static inline void tls_read_exactly(SSL_CTX *context) { SSL_CTX_set_read_ahead(context, 0); }

// Takes the extra certificate's ownership only on success.
static inline long tls_add_chain(SSL_CTX *context, X509 *certificate) { return SSL_CTX_add1_chain_cert(context, certificate); }

static inline long tls_set_server_name(SSL *ssl, const char *name) { return SSL_set_tlsext_host_name(ssl, name); }

// Verifies a shown client certificate, and lets the handshake go on either way; the outcome is in SSL_get_verify_result.
static inline int tls_verify_and_go_on(X509_STORE_CTX *store, void *unused) {
    (void)unused;
    X509_verify_cert(store);
    return 1;
}

// Asks clients for a certificate without insisting on one.
static inline void tls_ask_for_certificate(SSL_CTX *context) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, tls_verify_and_go_on, NULL);
}
