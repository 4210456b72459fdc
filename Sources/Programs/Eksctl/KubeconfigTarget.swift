/// Which kubeconfig a command writes, and whether the cluster becomes the current one there. Source: eksctl's common flags.
struct KubeconfigTarget {
    /// Nil for the user's own file.
    let path: String?
    let setsContext: Bool

    static let flags = [
        Flag("kubeconfig", "path to write kubeconfig"),
        Flag("set-kubeconfig-context", .toggle, "set the current context", standard: "true"),
    ]

    init(_ arguments: Arguments) {
        (path, setsContext) = (arguments["kubeconfig"], Self.isOn("set-kubeconfig-context", arguments))
    }

    /// Nil where the flags of `create cluster` say that no kubeconfig is written.
    static func ofNewCluster(_ arguments: Arguments) -> KubeconfigTarget? {
        isOn("write-kubeconfig", arguments) ? KubeconfigTarget(arguments) : nil
    }

    private static func isOn(_ flag: String, _ arguments: Arguments) -> Bool { !arguments.has(flag) || arguments.isOn(flag) }
}
