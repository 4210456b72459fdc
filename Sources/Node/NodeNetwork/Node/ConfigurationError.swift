/// A program was started with what it cannot run with.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
