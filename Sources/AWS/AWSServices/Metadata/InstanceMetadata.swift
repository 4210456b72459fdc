package import Network

/// The instance metadata service of one VPC: what an instance learns of itself at 169.254.169.254, by the second version of the protocol.
/// Who asks follows from the address that the request comes from. Source: EC2 user guide, "Use the Instance Metadata Service".
package struct InstanceMetadata: HTTPHandler {
    private let vpcID: String
    private let service: MetadataService

    /// The service for instances with an interface in the VPC.
    package init(vpcID: String, service: MetadataService) { (self.vpcID, self.service) = (vpcID, service) }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let host = String(request.peer.address.prefix { $0 != ":" })
        guard let asker = service.asker(address: host, vpc: vpcID) else { return Self.text(404, "") }
        let path = request.target.prefix { $0 != "?" }.split(separator: "/").map(String.init)
        guard let version = path.first else { return Self.text(200, Self.versions.joined(separator: "\n")) }
        guard Self.versions.contains(version) else { return Self.text(404, "") }
        if path.dropFirst() == ["api", "token"] { return token(for: asker.id, request) }
        guard ["GET", "HEAD"].contains(request.method) else { return Self.text(405, "", headers: ["allow": "OPTIONS, GET, HEAD"]) }
        guard service.tokens.isValid(request.headers["x-aws-ec2-metadata-token"] ?? "", for: asker.id) else { return Self.text(401, "") }
        guard let answer = await service.answer(Array(path.dropFirst()), to: asker) else { return Self.text(404, "") }
        return Self.text(200, answer)
    }
    private static let versions = ["1.0", "2021-07-15", "2022-09-24", "latest"]

    private func token(for instance: String, _ request: HTTPRequest) -> HTTPResponse {
        guard request.method == "PUT" else { return Self.text(405, "", headers: ["allow": "OPTIONS, PUT"]) }
        guard request.headers["x-forwarded-for"] == nil else { return Self.text(403, "") }
        let wanted = request.headers["x-aws-ec2-metadata-token-ttl-seconds"].flatMap(Int.init)
        guard let seconds = wanted, (1...21600).contains(seconds) else { return Self.text(400, "") }
        return Self.text(
            200, service.tokens.issue(for: instance, seconds: seconds), headers: ["x-aws-ec2-metadata-token-ttl-seconds": "\(seconds)"])
    }

    private static func text(_ status: Int, _ text: String, headers: HTTPFields = [:]) -> HTTPResponse {
        var headers = headers
        headers["content-type"] = "text/plain"
        headers["server"] = "EC2ws"
        return HTTPResponse(status, headers: headers, body: .bytes(Array(text.utf8)))
    }
}
