/// A state that cannot be carried out because it contradicts itself.
package enum VPCStateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Text that should have been an address, a block or a hardware address, and whose it is.
    case malformed(String, of: String)
    /// An id that is named but not described.
    case unknown(String, of: String)
    package var description: String {
        switch self {
        case .malformed(let text, let owner): "\(owner): '\(text)' is malformed"
        case .unknown(let id, let owner): "\(owner): \(id) is not in the state"
        }
    }
}
