import AWSProtocol
import Control
import Documents

/// A Kubernetes version that EKS offers or offered. Dates are `yyyy-mm-dd`, nil when AWS never set one.
package struct EKSVersion: Sendable, Hashable {
    /// Minor version, `1.36`.
    package let name: String
    package let release: String
    package let endOfStandardSupport: String?
    package let endOfExtendedSupport: String?
    /// Platform version, `eks.6`.
    package let platform: String
    /// Patch version without the `v`, `1.36.2`.
    package let patch: String

    /// Every version, newest first.
    package static let all: [EKSVersion] = "\(EKSTables.versions)".split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 6 else { return nil }
        func date(_ text: String) -> String? { text.count == 10 ? text : nil }
        return EKSVersion(
            name: words[0], release: words[1], endOfStandardSupport: date(words[2]), endOfExtendedSupport: date(words[3]),
            platform: words[4], patch: String(words[5].dropFirst()))
    }
    /// The version that a cluster gets when none is asked for: the newest.
    package static var standard: EKSVersion { all[0] }
    package static func named(_ name: String) -> EKSVersion? { all.first { $0.name == name } }

    /// `STANDARD_SUPPORT`, `EXTENDED_SUPPORT` or `UNSUPPORTED` on a day (`yyyy-mm-dd`).
    package func support(on day: String) -> String {
        if let end = endOfStandardSupport, day <= end { return "STANDARD_SUPPORT" }
        if let end = endOfExtendedSupport, day <= end { return "EXTENDED_SUPPORT" }
        return "UNSUPPORTED"
    }

    /// The `ClusterVersionInformation` shape.
    func described(on day: String) -> Value {
        let support = support(on: day)
        var value: Value = [
            "clusterVersion": .string(name), "clusterType": "eks", "defaultPlatformVersion": .string(platform),
            "defaultVersion": .bool(self == Self.standard), "releaseDate": .string(release + "T00:00:00Z"),
            "status": .string(support.lowercased().split(separator: "_").joined(separator: "-")), "versionStatus": .string(support),
            "kubernetesPatchVersion": .string(patch),
        ]
        if ControlPlaneComponents.exist(in: name) { value["controlPlaneComponentConfig"] = ControlPlaneComponents.info }
        if let date = endOfStandardSupport { value["endOfStandardSupportDate"] = .string(date + "T00:00:00Z") }
        if let date = endOfExtendedSupport { value["endOfExtendedSupportDate"] = .string(date + "T00:00:00Z") }
        return value
    }
}

extension EKSService {
    /// Source: EKS API reference, DescribeClusterVersions; versions out of support are shown with `includeAll` or by name only.
    func describeClusterVersions(_ input: Value, _ context: OperationContext) async throws -> Value {
        let day = String(context.now.text.prefix(10))
        let names = input["clusterVersions"].items.compactMap(\.string)
        let wanted = input["versionStatus"].string ?? input["status"].string?.uppercased().replacing("-", with: "_")
        let versions = EKSVersion.all.filter { version in
            if !names.isEmpty { return names.contains(version.name) }
            if input["defaultOnly"].bool == true, version != .standard { return false }
            let support = version.support(on: day)
            if let wanted { return support == wanted }
            return input["includeAll"].bool == true || support != "UNSUPPORTED"
        }
        return try Page(versions.map { $0.described(on: day) }, input: input).output("clusterVersions")
    }
}
