/// Which kubeconfig a command writes, and whether the cluster becomes the current one there. Source: eksctl's common flags.
struct KubeconfigTarget {
    /// Nil for the user's own file.
    let path: String?
    let setsContext: Bool

    static let flags = [
        Flag("kubeconfig", "path to write kubeconfig"),
        Flag("set-kubeconfig-context", .toggle, "set the current context", standard: "true"),
    ]

    /// What the flags say; nil where they say that none is written.
    init?(_ arguments: Arguments) {
        func isOn(_ flag: String) -> Bool { !arguments.has(flag) || arguments.isOn(flag) }
        guard isOn("write-kubeconfig") else { return nil }
        (path, setsContext) = (arguments["kubeconfig"], isOn("set-kubeconfig-context"))
    }
}
