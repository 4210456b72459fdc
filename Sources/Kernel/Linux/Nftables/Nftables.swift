import CNftables
import Synchronization

/// nft refused a script: nothing of it was carried out.
package struct NftablesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// nft's own text, with line and column.
    package let text: String
    package var description: String { text }
}

/// nftables of one network namespace, over libnftables. Each script is one transaction. Calls block and may come from any thread.
package final class Nftables: Sendable {
    private struct Context: @unchecked Sendable {
        var pointer: OpaquePointer?
    }
    private let namespace: String?
    private let context: Mutex<Context>
    /// The library keeps state of its own outside contexts.
    private static let library = Mutex(())

    /// For the namespace mounted at the path, or for the one that the process is in.
    package init(namespace: String? = nil) throws {
        self.namespace = namespace
        context = Mutex(Context(pointer: try Self.makeContext(namespace)))
    }
    deinit { context.withLock { Self.free($0.pointer) } }

    /// Carries a script out as one transaction.
    package func run(_ script: String) throws { _ = try execute(script, json: false) }

    /// The answer to a command such as `list ruleset` as nft's JSON.
    package func json(_ command: String) throws -> String { try execute(command, json: true) }

    /// The answer to a command such as `list ruleset` in nft's language.
    package func list(_ command: String) throws -> String { try execute(command, json: false) }

    private func execute(_ text: String, json: Bool) throws -> String {
        try context.withLock { context in
            if context.pointer == nil { context.pointer = try Self.makeContext(namespace) }
            let pointer = context.pointer
            let (failed, output, errors) = Self.library.withLock { _ in
                nft_ctx_output_set_flags(pointer, json ? UInt32(NFT_CTX_OUTPUT_JSON) : 0)
                let failed = nft_run_cmd_from_buffer(pointer, text) != 0
                return (failed, Self.text(nft_ctx_get_output_buffer(pointer)), Self.text(nft_ctx_get_error_buffer(pointer)))
            }
            if failed {
                // A context that failed in the middle of a reply is not used again.
                Self.free(pointer)
                context.pointer = nil
                throw NftablesError(text: errors.isEmpty ? "nft failed without a word" : errors)
            }
            return output
        }
    }

    private static func makeContext(_ namespace: String?) throws -> OpaquePointer {
        guard let namespace else { return try makeContext() }
        return try NetworkNamespaces.within(namespace) { try makeContext() }
    }
    private static func makeContext() throws(NftablesError) -> OpaquePointer {
        let pointer = library.withLock { _ in Context(pointer: nft_ctx_new(UInt32(NFT_CTX_DEFAULT))) }.pointer
        guard let pointer else { throw NftablesError(text: "nft_ctx_new failed") }
        nft_ctx_buffer_output(pointer)
        nft_ctx_buffer_error(pointer)
        return pointer
    }
    private static func free(_ pointer: OpaquePointer?) {
        guard let pointer else { return }
        let context = Context(pointer: pointer)
        library.withLock { _ in nft_ctx_free(context.pointer) }
    }
    private static func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
}
