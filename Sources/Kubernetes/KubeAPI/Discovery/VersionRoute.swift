import Documents
import Network

/// What `/version` says. Source: apimachinery, version.Info.
package struct ServerVersion: Sendable, Hashable {
    /// `v1.36.2-eks-…`
    package let gitVersion: String
    package init(gitVersion: String) { self.gitVersion = gitVersion }

    var document: Value {
        let parts = gitVersion.drop { $0 == "v" }.split(separator: ".", maxSplits: 2)
        let number = parts.count > 1 ? String(parts[1]) : ""
        // Upstream's build marks a version with a suffix of its own.
        let minor = gitVersion.contains("-") ? "\(number)+" : number
        return [
            "major": .string(parts.first.map(String.init) ?? ""), "minor": .string(minor), "emulationMajor": "1",
            "emulationMinor": .string(number), "minCompatibilityMajor": "1",
            "minCompatibilityMinor": .string(Int(number).map { String($0 - 1) } ?? ""), "gitVersion": .string(gitVersion), "gitCommit": "",
            "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "swift", "platform": "linux/amd64",
        ]
    }
    /// `/version`
    package var route: RawRoute {
        let document = CachedDocument { self.document }
        return RawRoute("/version") { document.respond(to: $0, headers: ["cache-control": "no-cache, private"]) }
    }
}
