import KubeScheduler

/// What a file says of how schedulers work: a KubeSchedulerConfiguration as YAML or JSON.
package struct SchedulerFile: Sendable {
    let configuration: SchedulerConfiguration
    /// Reads the file's text.
    /// - Throws: an error that names each faulty field, or the line and column where the text is none.
    package init(_ text: String) throws { configuration = try SchedulerConfiguration(text: text) }
}
