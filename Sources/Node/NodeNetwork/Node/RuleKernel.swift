import Linux

/// Takes scripts of nft commands, each as one transaction: the kernel's tables, or a test's record.
package protocol RuleKernel: Sendable {
    /// - Throws: what the kernel refused; nothing of the script has happened then.
    func run(_ script: String) throws
}

/// The nftables of a network namespace; nil means the process's own.
package struct KernelRules: RuleKernel {
    private let nftables: Nftables
    package init(namespace: String? = nil) throws { nftables = try Nftables(namespace: namespace) }
    package func run(_ script: String) throws { try nftables.run(script) }
}
