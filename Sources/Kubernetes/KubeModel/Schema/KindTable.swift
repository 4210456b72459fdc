package import Documents

/// The served resources, in discovery order.
///
/// Text: `@ <group or -> <version> <package>` opens a version; every other line is a resource:
/// `plural singular Kind N|C shortNames categories verbs`, then `stored=group/version` when it is stored as another version and
/// `/name=group/version/Kind:verbs:type` for each subresource. A `-` stands for none; verbs are letters.
package final class KindTable: Sendable, RandomAccessCollection {
    /// The resources of Kubernetes 1.36.
    package static let kubernetes = KindTable(text: SchemaText.kindRows)
    private let rows: [KindInfo]
    private let byResource: [String: Int]
    private let byKind: [String: Int]
    private let byPrefix: [String: Int]

    /// A table of these resources.
    package init(_ rows: [KindInfo]) {
        self.rows = rows
        byResource = Dictionary(rows.enumerated().map { ("\($1.apiVersion)/\($1.plural)", $0) }, uniquingKeysWith: { first, _ in first })
        byKind = Dictionary(rows.enumerated().map { ("\($1.apiVersion)/\($1.kind)", $0) }, uniquingKeysWith: { first, _ in first })
        byPrefix = Dictionary(
            rows.enumerated().filter { !$1.needsConversion && $1.isStored }.map { ($1.storage.prefix, $0) },
            uniquingKeysWith: { first, _ in first })
    }

    package var startIndex: Int { rows.startIndex }
    package var endIndex: Int { rows.endIndex }
    package subscript(position: Int) -> KindInfo { rows[position] }

    /// The resource at a path, as in (`apps/v1`, `deployments`); nil when it is not served.
    package func find(apiVersion: String, plural: String) -> KindInfo? { byResource["\(apiVersion)/\(plural)"].map { rows[$0] } }
    /// The resource of a document's `apiVersion` and `kind`; nil when it is not served.
    package func find(apiVersion: String, kind: String) -> KindInfo? { byKind["\(apiVersion)/\(kind)"].map { rows[$0] } }
    /// The resource whose documents lie below a prefix of the store, in the version that they are stored in; nil when there is none.
    package func find(prefix: String) -> KindInfo? { byPrefix[prefix].map { rows[$0] } }
    /// The resource whose shape stored documents of this kind have; nil for kinds of other tables.
    package func find(_ kind: Kind) -> KindInfo? { find(apiVersion: kind.apiVersion, kind: kind.name) }
    /// The groups in discovery order, each with its versions, preferred first.
    package var groups: [(group: String, versions: [String])] {
        var result: [(group: String, versions: [String])] = []
        for row in rows {
            if let index = result.firstIndex(where: { $0.group == row.group }) {
                if !result[index].versions.contains(row.version) { result[index].versions.append(row.version) }
            } else {
                result.append((row.group, [row.version]))
            }
        }
        return result
    }
    /// The resources of one version of a group, sorted by name.
    package func resources(group: String, version: String) -> [KindInfo] { rows.filter { $0.group == group && $0.version == version } }
}

extension KindTable {
    private struct Version {
        var group = ""
        var version = ""
        var package = ""
        var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    }

    convenience init(text: StaticString) {
        let text = String(decoding: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), as: UTF8.self)
        var version = Version()
        var rows: [KindInfo] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words[0] == "@" {
                version = Version(group: words[1] == "-" ? "" : words[1], version: words[2], package: words[3])
            } else {
                rows.append(Self.row(words, version))
            }
        }
        self.init(rows)
    }

    private static func row(_ words: [String], _ version: Version) -> KindInfo {
        var stored = version.apiVersion
        var subresources: [Subresource] = []
        for word in words.dropFirst(7) {
            if word.hasPrefix("stored=") { stored = String(word.dropFirst(7)) }
            if word.hasPrefix("/") { subresources.append(subresource(word)) }
        }
        let (group, storedVersion) = split(stored, default: "")
        let namespaced = words[3] == "N"
        let prefix = "\(group.isEmpty ? "core" : group)/\(words[0])/"
        return KindInfo(
            group: version.group, version: version.version, kind: words[2], plural: words[0], singular: words[1],
            shortNames: list(words[4]), categories: list(words[5]), namespaced: namespaced, verbs: verbs(words[6]),
            subresources: subresources,
            storage: Kind(group: group, version: storedVersion, words[2], prefix: prefix, namespaced: namespaced),
            typeName: "\(version.package).\(words[2])")
    }

    private static func subresource(_ word: String) -> Subresource {
        let halves = word.dropFirst().split(separator: "=", maxSplits: 1)
        let parts = halves[1].split(separator: ":").map(String.init)
        let kind = parts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return Subresource(
            name: String(halves[0]), group: kind[0], version: kind[1], kind: kind[2], verbs: verbs(parts[1]),
            typeName: parts[2] == "-" ? "" : parts[2])
    }

    private static func split(_ apiVersion: String, default group: String) -> (String, String) {
        guard let slash = apiVersion.firstIndex(of: "/") else { return (group, apiVersion) }
        return (String(apiVersion[..<slash]), String(apiVersion[apiVersion.index(after: slash)...]))
    }
    private static func list(_ word: String) -> [String] { word == "-" ? [] : word.split(separator: ",").map(String.init) }
    private static func verbs(_ letters: String) -> [String] { letters.compactMap { names[$0] } }
    private static let names: [Character: String] = [
        "c": "create", "d": "delete", "D": "deletecollection", "g": "get", "l": "list", "p": "patch", "u": "update", "w": "watch",
    ]
}

extension KindTable {
    /// This table with more resources after its own.
    package func adding(_ rows: [KindInfo]) -> KindTable { KindTable(Array(self) + rows) }
}
