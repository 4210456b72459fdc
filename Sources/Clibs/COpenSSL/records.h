// The keys of one direction of a TLS 1.3 connection after its handshake, and single records by them. Source: RFC 8446, sections 5.2, 5.3
// and 7.
#pragma once
#include "gcm.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <string.h>

#define TLS_RECORD_HEAD 5
#define TLS_RECORD_TAG 16
#define TLS_NONCE 12

struct tls_direction {
    // One of them is set.
    EVP_CIPHER_CTX *context;
    struct tls_gcm *gcm;
    const EVP_MD *digest;
    size_t key_length;
    uint64_t number; // of the next record
    unsigned char secret[EVP_MAX_MD_SIZE];
    unsigned char iv[TLS_NONCE];
};

// HKDF-Expand-Label without a context, for at most one block of the digest.
static inline int tls_expand(const EVP_MD *digest, const unsigned char *secret, const char *label, unsigned char *out, size_t length) {
    unsigned char info[40], block[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    const size_t name = strlen(label);
    info[0] = (unsigned char)(length >> 8);
    info[1] = (unsigned char)length;
    info[2] = (unsigned char)(6 + name);
    memcpy(info + 3, "tls13 ", 6);
    memcpy(info + 9, label, name);
    info[9 + name] = 0;
    info[10 + name] = 1;
    if (!HMAC(digest, secret, EVP_MD_get_size(digest), info, 11 + name, block, &size) || size < length) return 0;
    memcpy(out, block, length);
    OPENSSL_cleanse(block, sizeof block);
    return 1;
}

// Makes key and nonce out of the secret; the next record is number 0. `sealing` is -1 when the direction is as before.
static inline int tls_direction_rekey(struct tls_direction *direction, const EVP_CIPHER *cipher, int sealing) {
    unsigned char key[EVP_MAX_KEY_LENGTH];
    int made = tls_expand(direction->digest, direction->secret, "key", key, direction->key_length)
        && tls_expand(direction->digest, direction->secret, "iv", direction->iv, TLS_NONCE);
    if (made && direction->gcm) tls_gcm_key(direction->gcm, key);
    else if (made) made = EVP_CipherInit_ex(direction->context, cipher, NULL, key, NULL, sealing) == 1;
    OPENSSL_cleanse(key, sizeof key);
    direction->number = 0;
    return made;
}

// 1, or 0 when the secret does not fit the suite or there is no memory; `tls_direction_end` follows either way. AES-GCM goes by the
// engine where there is one.
static inline int tls_direction_begin(
    struct tls_direction *direction, const SSL_CIPHER *suite, const unsigned char *secret, size_t length, int sealing,
    const tls_gcm_engine *engine) {
    memset(direction, 0, sizeof *direction);
    const EVP_CIPHER *cipher = EVP_get_cipherbynid(SSL_CIPHER_get_cipher_nid(suite));
    direction->digest = SSL_CIPHER_get_handshake_digest(suite);
    if (!cipher || !direction->digest || length != (size_t)EVP_MD_get_size(direction->digest)) return 0;
    if (EVP_CIPHER_get_iv_length(cipher) != TLS_NONCE || !(EVP_CIPHER_get_flags(cipher) & EVP_CIPH_FLAG_AEAD_CIPHER)) return 0;
    memcpy(direction->secret, secret, length);
    direction->key_length = (size_t)EVP_CIPHER_get_key_length(cipher);
    if (engine && EVP_CIPHER_get_mode(cipher) == EVP_CIPH_GCM_MODE) {
        direction->gcm = tls_gcm_new(engine, direction->key_length == 32, sealing);
    } else {
        direction->context = EVP_CIPHER_CTX_new();
    }
    return (direction->gcm || direction->context) && tls_direction_rekey(direction, cipher, sealing);
}

static inline void tls_direction_end(struct tls_direction *direction) {
    EVP_CIPHER_CTX_free(direction->context);
    tls_gcm_free(direction->gcm);
    OPENSSL_cleanse(direction, sizeof *direction);
}

// Goes on to the next generation of keys.
static inline int tls_direction_update(struct tls_direction *direction) {
    unsigned char next[EVP_MAX_MD_SIZE];
    const size_t length = (size_t)EVP_MD_get_size(direction->digest);
    if (!tls_expand(direction->digest, direction->secret, "traffic upd", next, length)) return 0;
    memcpy(direction->secret, next, length);
    OPENSSL_cleanse(next, sizeof next);
    return tls_direction_rekey(direction, NULL, -1);
}

// Begins the next record, whose head is authenticated with it.
static inline int tls_record_begin(struct tls_direction *direction, const unsigned char *head) {
    unsigned char nonce[TLS_NONCE];
    memcpy(nonce, direction->iv, TLS_NONCE);
    for (int index = 0; index < 8; index++) nonce[TLS_NONCE - 1 - index] ^= (unsigned char)(direction->number >> (8 * index));
    direction->number++;
    if (direction->gcm) {
        tls_gcm_begin(direction->gcm, nonce, head, TLS_RECORD_HEAD);
        return 1;
    }
    int unused = 0;
    return EVP_CipherInit_ex(direction->context, NULL, NULL, NULL, nonce, -1) == 1
        && EVP_CipherUpdate(direction->context, NULL, &unused, head, TLS_RECORD_HEAD) == 1;
}

// Puts the next bytes of the record through the cipher; `out` may be `in`, but must not overlap it otherwise.
static inline int tls_record_add(struct tls_direction *direction, unsigned char *out, const unsigned char *in, int length) {
    if (direction->gcm) {
        tls_gcm_add(direction->gcm, out, in, (size_t)length);
        return 1;
    }
    int moved = 0;
    return EVP_CipherUpdate(direction->context, out, &moved, in, length) == 1 && moved == length;
}

// Ends a record that is sealed; writes its tag.
static inline int tls_record_seal(struct tls_direction *direction, unsigned char *tag) {
    if (direction->gcm) {
        tls_gcm_end(direction->gcm, tag, TLS_RECORD_TAG);
        return 1;
    }
    int moved = 0;
    return EVP_CipherFinal_ex(direction->context, tag, &moved) == 1
        && EVP_CIPHER_CTX_ctrl(direction->context, EVP_CTRL_AEAD_GET_TAG, TLS_RECORD_TAG, tag) == 1;
}

// Ends a record that is opened; 0 when it is not what was sealed.
static inline int tls_record_open(struct tls_direction *direction, unsigned char *tag) {
    if (direction->gcm) {
        unsigned char wanted[TLS_RECORD_TAG];
        tls_gcm_end(direction->gcm, wanted, TLS_RECORD_TAG);
        return CRYPTO_memcmp(wanted, tag, TLS_RECORD_TAG) == 0;
    }
    int moved = 0;
    unsigned char rest[EVP_MAX_BLOCK_LENGTH];
    return EVP_CIPHER_CTX_ctrl(direction->context, EVP_CTRL_AEAD_SET_TAG, TLS_RECORD_TAG, tag) == 1
        && EVP_CipherFinal_ex(direction->context, rest, &moved) == 1;
}
