import Documents

/// The managed policies that AWS provides in every account, as far as EKS's users meet them.
enum ManagedPolicies {
    /// A managed policy: its shape without counts, and its document.
    struct Policy: Sendable {
        let shape: Value
        let document: String
        let version: String
    }
    private static let byARN: [String: Policy] = Dictionary(
        ManagedPolicyTable.text.split(separator: "\n").compactMap(parse).map { ($0.shape["Arn"].string ?? "", $0) },
        uniquingKeysWith: { first, _ in first })

    static func named(_ arn: String) -> Policy? { byARN[arn] }
    /// In the order of their ARNs.
    static var all: [Policy] { byARN.sorted { $0.key < $1.key }.map(\.value) }

    private static func parse(_ line: Substring) -> Policy? {
        let columns = line.split(separator: "\t").map(String.init)
        guard columns.count == 6 else { return nil }
        let (name, path) = (columns[0], columns[1])
        return Policy(
            shape: [
                "PolicyName": .string(name), "PolicyId": .string(id(name)), "Arn": .string("arn:aws:iam::aws:policy\(path)\(name)"),
                "Path": .string(path), "DefaultVersionId": .string(columns[4]), "PermissionsBoundaryUsageCount": 0, "IsAttachable": true,
                "CreateDate": .string(columns[2]), "UpdateDate": .string(columns[3]),
            ], document: columns[5], version: columns[4])
    }

    /// An id of IAM's form that the name alone decides, so that it is the same in every account and after every start.
    private static func id(_ name: String) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var state = name.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        var text = "ANPA"
        for _ in 0..<17 {
            text.append(letters[Int(state >> 59)])
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        }
        return text
    }
}
