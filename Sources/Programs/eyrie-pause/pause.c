// The process that keeps a pod's namespaces: it waits, and reaps what is orphaned where the pod shares its process namespace.
// Without the C library, so that it takes a few kilobytes and no time. Source: syscall(2) of both architectures.

#if defined(__x86_64__)
enum { SYS_sigprocmask = 14, SYS_sigtimedwait = 128, SYS_wait4 = 61, SYS_exit = 231 };
static long call(long number, long a, long b, long c, long d) {
    register long r10 __asm__("r10") = d;
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
enum { SYS_sigprocmask = 135, SYS_sigtimedwait = 137, SYS_wait4 = 260, SYS_exit = 94 };
static long call(long number, long a, long b, long c, long d) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}
#else
#error "the system calls of this architecture are not known here"
#endif

enum { SIG_INT = 2, SIG_TERM = 15, SIG_CHLD = 17, NO_HANG = 1 };

int main(void) {
    // A blocked signal reaches even the first process of a namespace, which otherwise ignores those it has no handler for.
    unsigned long signals = 1ul << (SIG_INT - 1) | 1ul << (SIG_TERM - 1) | 1ul << (SIG_CHLD - 1);
    call(SYS_sigprocmask, 0, (long)&signals, 0, sizeof signals);
    for (;;) {
        long signal = call(SYS_sigtimedwait, (long)&signals, 0, 0, sizeof signals);
        if (signal == SIG_INT || signal == SIG_TERM) call(SYS_exit, 0, 0, 0, 0);
        while (call(SYS_wait4, -1, 0, NO_HANG, 0) > 0) {}
    }
}

#if defined(__x86_64__)
__attribute__((force_align_arg_pointer))
#endif
void _start(void) { main(); }
