package import Control

/// Who a request comes from, and for how long that may be taken as known.
package struct Standing: Sendable {
    package var user: UserInfo
    /// Whether the same credentials still stand for the user at a moment; nil when they are to be checked at every request.
    package let holds: (@Sendable (Timestamp) -> Bool)?
    package init(_ user: UserInfo, holds: (@Sendable (Timestamp) -> Bool)?) { (self.user, self.holds) = (user, holds) }
    /// A user who is known by the connection itself.
    package static func bound(_ user: UserInfo) -> Standing { Standing(user) { _ in true } }
}
