/// A network namespace, by the path of its mount or of a process's `ns/net`. Sockets are made in it from any thread, which is home
/// again at once; a socket then stays in its namespace whoever uses it.
package struct NetworkNamespace: Sendable, Hashable {
    package let path: String
    package init(path: String) { self.path = path }
}
