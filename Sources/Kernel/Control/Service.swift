/// Something that runs for as long as the program (or a part of it) does.
package protocol Service: Sendable {
    /// Runs until cancelled; returning or throwing earlier ends the group it belongs to.
    func run() async throws
}
