import AWSProtocol
import Eksctl

/// The files by which the AWS CLI and the SDKs find the region; they are Eyrie's own, never the user's.
enum Profile {
    static let name = "eyrie"

    /// Writes the profile.
    /// - Throws: `UsageError` with the system's reason.
    static func write(_ home: DataDirectory, endpoint: String, region: String, credential: Credential) throws {
        try TextFile.write(
            """
            [profile \(name)]
            region = \(region)
            output = json
            endpoint_url = \(endpoint)

            """, to: home.awsConfig, mode: 0o600)
        try TextFile.write(
            """
            [\(name)]
            aws_access_key_id = \(credential.accessKey)
            aws_secret_access_key = \(credential.secret)

            """, to: home.awsCredentials, mode: 0o600)
    }
    /// The keys of one section of an INI file.
    static func section(_ name: String, of text: String) -> [String: String] {
        var values: [String: String] = [:]
        var inside = false
        for line in text.split(separator: "\n") {
            let line = line.drop { $0 == " " }
            if line.hasPrefix("[") { inside = line.hasPrefix("[\(name)]") || line.hasPrefix("[profile \(name)]") }
            guard inside, let equals = line.firstIndex(of: "=") else { continue }
            values[line[..<equals].filter { $0 != " " }] = String(line[line.index(after: equals)...].drop { $0 == " " })
        }
        return values
    }
}
