/// Why a machine could not be made.
package struct MachineFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
