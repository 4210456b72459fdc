// AES-GCM by libIPSec_MB, which uses the vector forms of a processor's AES instructions, as OpenSSL 3.0 does
// not. Only on x86-64, where the library is.
#pragma once
#include <openssl/crypto.h>
#include <stdlib.h>

#if defined(__x86_64__)
#include <intel-ipsec-mb.h>

typedef IMB_MGR tls_gcm_engine;

struct tls_gcm {
    struct gcm_key_data key;
    struct gcm_context_data context;
    // What the engine has for the key's length and the direction.
    aes_gcm_pre_t prepare;
    aes_gcm_init_t begin;
    aes_gcm_enc_dec_update_t update;
    aes_gcm_enc_dec_finalize_t finish;
};

// What all keys are used by; NULL on a processor that the library has nothing for. Kept as long as the process.
static inline tls_gcm_engine *tls_gcm_start(void) {
    IMB_MGR *engine = alloc_mb_mgr(0);
    if (!engine) return NULL;
    init_mb_mgr_auto(engine, NULL);
    if (imb_get_errno(engine) == 0 && engine->features & IMB_FEATURE_AESNI && engine->gcm128_enc_update) return engine;
    free_mb_mgr(engine);
    return NULL;
}
static inline struct tls_gcm *tls_gcm_new(const tls_gcm_engine *engine, int is256, int sealing) {
    void *room = NULL;
    if (posix_memalign(&room, 64, sizeof(struct tls_gcm))) return NULL;
    struct tls_gcm *gcm = (struct tls_gcm *)room;
    if (is256) {
        gcm->prepare = engine->gcm256_pre;
        gcm->begin = engine->gcm256_init;
        gcm->update = sealing ? engine->gcm256_enc_update : engine->gcm256_dec_update;
        gcm->finish = sealing ? engine->gcm256_enc_finalize : engine->gcm256_dec_finalize;
    } else {
        gcm->prepare = engine->gcm128_pre;
        gcm->begin = engine->gcm128_init;
        gcm->update = sealing ? engine->gcm128_enc_update : engine->gcm128_dec_update;
        gcm->finish = sealing ? engine->gcm128_enc_finalize : engine->gcm128_dec_finalize;
    }
    return gcm;
}
static inline void tls_gcm_free(struct tls_gcm *gcm) {
    if (!gcm) return;
    OPENSSL_cleanse(gcm, sizeof *gcm);
    free(gcm);
}
static inline void tls_gcm_key(struct tls_gcm *gcm, const unsigned char *key) { gcm->prepare(key, &gcm->key); }
// Begins a message with a nonce of twelve bytes.
static inline void tls_gcm_begin(struct tls_gcm *gcm, const unsigned char *nonce, const unsigned char *head, size_t length) {
    gcm->begin(&gcm->key, &gcm->context, nonce, head, length);
}
static inline void tls_gcm_add(struct tls_gcm *gcm, unsigned char *out, const unsigned char *in, size_t length) {
    if (length > 0) gcm->update(&gcm->key, &gcm->context, out, in, length);
}
// Ends a message; writes the tag that it must have.
static inline void tls_gcm_end(struct tls_gcm *gcm, unsigned char *tag, size_t length) {
    gcm->finish(&gcm->key, &gcm->context, tag, length);
}
#else
struct tls_gcm;
typedef struct tls_gcm_engine tls_gcm_engine;
static inline tls_gcm_engine *tls_gcm_start(void) { return NULL; }
static inline struct tls_gcm *tls_gcm_new(const tls_gcm_engine *engine, int is256, int sealing) { return NULL; }
static inline void tls_gcm_free(struct tls_gcm *gcm) {}
static inline void tls_gcm_key(struct tls_gcm *gcm, const unsigned char *key) {}
static inline void tls_gcm_begin(struct tls_gcm *gcm, const unsigned char *nonce, const unsigned char *head, size_t length) {}
static inline void tls_gcm_add(struct tls_gcm *gcm, unsigned char *out, const unsigned char *in, size_t length) {}
static inline void tls_gcm_end(struct tls_gcm *gcm, unsigned char *tag, size_t length) {}
#endif
