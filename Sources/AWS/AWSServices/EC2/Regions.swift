/// The regions that can be served, with the availability zones that an account sees there.
package enum Regions {
    private static let zoneLetters: [String: String] = [
        "us-east-1": "abcdef", "us-east-2": "abc", "us-west-1": "ac", "us-west-2": "abcd", "ca-central-1": "abd", "sa-east-1": "abc",
        "eu-west-1": "abc", "eu-west-2": "abc", "eu-west-3": "abc", "eu-central-1": "abc", "eu-north-1": "abc", "eu-south-1": "abc",
        "ap-south-1": "abc", "ap-southeast-1": "abc", "ap-southeast-2": "abc", "ap-northeast-1": "acd", "ap-northeast-2": "abcd",
        "ap-northeast-3": "abc", "ap-east-1": "abc", "me-south-1": "abc", "af-south-1": "abc",
    ]
    /// Every region's name, sorted.
    package static let names = zoneLetters.keys.sorted()
    /// Names of a region's zones; empty for an unknown region.
    package static func zones(of region: String) -> [String] { (zoneLetters[region] ?? "").map { "\(region)\($0)" } }
    /// The id of a zone, as `usw1-az1`: the same zone for every account.
    package static func zoneID(_ zone: String, in region: String) -> String {
        let parts = region.split(separator: "-").map(String.init)
        let area = parts.count == 3 ? parts[1] : ""
        let short = area.replacing("northeast", with: "ne").replacing("southeast", with: "se").replacing("central", with: "c")
            .replacing("north", with: "n").replacing("south", with: "s").replacing("east", with: "e").replacing("west", with: "w")
        let number = (zones(of: region).firstIndex(of: zone) ?? 0) + 1
        return "\(parts.first ?? "")\(short)\(parts.last ?? "")-az\(number)"
    }
}
